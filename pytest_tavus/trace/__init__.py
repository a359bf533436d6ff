"""What happened: an append-only, ordered log of one conversation, masked where it leaves.

`events.py` is the closed union of events, `log.py` holds recorder and trace, `facts.py` the table
of who decides each fact, `codec.py` the file format. The wing knows no scenario and no PAL.
Add an event to `events.py`, and to `report/lines.py` how it reads. Add a type of field that JSON
lacks to `codec.py`, which writes and reads it.
"""
