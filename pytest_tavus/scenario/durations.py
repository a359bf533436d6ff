"""Spans of time as people write them: ``2s``, ``300ms``, ``1.5s``, or a number of seconds."""

from __future__ import annotations

import math
import re

_DURATION = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s?(?P<unit>ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}

PATTERN = r"^[0-9]+(\.[0-9]+)?\s?(ms|s|m)$"
"""The text form, for editors."""


def seconds(value: object) -> float:
    """Return the seconds that `value` stands for.

    Raises:
        ValueError: if it is neither a duration nor a number of seconds; the message says so.

    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isfinite(value) and value >= 0:
            return float(value)
    elif isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match["amount"]) * _SECONDS[match["unit"]]
    message = f"{value!r} is not a duration: write 2s, 300ms, or a number of seconds"
    raise ValueError(message)
