"""The parts of a call that every kind of handler needs: identity, address, deadline, faults.

`port.py` is the protocol of a handler; the request carries the identity of its call.
The room does not know how a handler runs. Add a fault to `faults.py` and its words to the report.
"""
