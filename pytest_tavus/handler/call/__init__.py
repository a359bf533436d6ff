"""One call to a handler, for every kind of handler: identity, address, deadline, faults.

`port.py` is the protocol of a handler; the request carries the identity of its call.
Nothing here knows how a handler runs. Add a fault to `faults.py` and its words to the report.
"""
