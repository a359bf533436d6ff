"""Every option: one row gives its flag, environment variable and ini key.

The plugin declares options from the table in every pytest run, so this room imports nothing
heavy. It does not read configuration; `plugin/settings.py` does. Add an option as a row of
`table.py` with its field of `Settings`, and a new kind of value to `readers.py`.
"""
