"""A simulated Tavus account: its records, and the REST API over them. No HTTP.

Operations know neither HTTP nor MCP nor the vocabulary of a client; `front.py` translates between
the former and the present vocabulary. To add a route, add a verb to a `Resource` in `resources/`,
or a `Route` with its operation; list a new module in `table.py`; add an entry to `tests/fidelity/`.
"""
