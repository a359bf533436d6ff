"""A simulated Tavus account: its records, and the REST API over them. No HTTP.

Operations know neither HTTP nor MCP nor the words a client uses; `front.py` translates between
the former and the present vocabulary. Add a route: a verb of a `Resource` in `resources/`, or a
`Route` with its operation; a line in `table.py` for a new module; an entry in `tests/fidelity/`.
"""
