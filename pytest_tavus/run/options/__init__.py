"""Every option: one row gives its flag, environment variable and ini key.

Every run of pytest imports the table, so this room imports nothing heavy. `plugin/settings.py`
reads the configuration. Add an option as a row of `table.py` with its field of `Settings`, and a
new kind of value to `readers.py`.
"""
