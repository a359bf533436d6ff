"""The kinds of conversation with a PAL, one module each, behind one protocol.

`session.py` is the protocol; the player of `run` knows nothing else. A session does not read
scenario files and does not judge. Add a session as a module here, its kind to the options, its
row to `trace/facts.py`; `tests/sessions/test_contract.py` runs over it.
"""
