"""What Tavus says a PAL, a tool, an event and a verdict are: shapes, limits and rules. No I/O.

Every fact carries its source: documentation, official client or inference. The wing knows no
scenario and no simulator. Add a limit to `limits.py`, a behaviour to `behaviour.py`, a resource
to `resources/`. `reader.py` reads every shape, also the shapes of the scenario language.
"""
