"""Reads the arguments of a call back from the request of that call.

Each place is the inverse of the template that `handler/delivery` fills. An argument with several
readings is a finding and never a guess. The room sends nothing.
Add a place of the URL to `url_places.py`, a place of the body to `body_places.py`.
"""
