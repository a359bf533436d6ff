"""The Python API: conversations that a test's own code drives, with the checks of the YAML files.

Sync and async tests share `driver.py`; `conversation.py` has the two classes that a test sees.
This room knows no session and no handler: the runner of `run` opens both.
Add an assertion to `cursor.py`, its search through the events to `walk.py`.
"""
