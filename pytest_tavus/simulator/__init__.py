"""The simulated Tavus, in five rooms: `pal`, `rooms`, `account`, `mcp`, `server`.

Each room may import those before it in this list, never those after it. A scenario run uses
`pal` alone. What is known of Tavus, and what is not, stands in `docs/fidelity.md`.
Add a behaviour with an entry in `tests/fidelity/` and a test that carries its name.
"""
