"""The trace: an append-only, ordered log of one conversation, masked when it leaves the package.

`events.py` is the closed union of events, `log.py` has recorder and trace, `facts.py` the table of
deciders, `codec.py` the file format. The wing knows no scenario and no PAL.
Add an event to `events.py`, and its text to `report/lines.py`. Add a type of field that JSON lacks
to `codec.py`, which encodes and decodes it.
"""
