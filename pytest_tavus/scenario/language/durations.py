"""Spans of time as people write them: ``2s``, ``300ms``, ``1.5s``, or a number of seconds."""

from __future__ import annotations

import math
import re

_DURATION = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s?(?P<unit>ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}

LONGEST = 7 * 24 * 3600.0
"""Seconds."""

LONGEST_SHOWN = 96
"""Characters of a value that a message shows."""

PATTERN = r"^[0-9]+(\.[0-9]+)?\s?(ms|s|m)$"
"""The text form, for editors."""


def seconds(value: object) -> float:
    """Return the seconds that `value` stands for.

    Raises:
        ValueError: if it is neither a duration nor a number of seconds; the message says so.

    """
    amount = _amount(value)
    if amount is None:
        message = f"{shortened(value)} is not a duration: write 2s, 300ms, or a number of seconds"
        raise ValueError(message)
    if amount > LONGEST:
        message = f"{shortened(value)} is longer than a week, which no conversation lasts"
        raise ValueError(message)
    return amount


def _amount(value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(min(value, 2 * LONGEST)) if 0 <= value != math.inf else None
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return float(match["amount"]) * _SECONDS[match["unit"]]
    return None


def shortened(value: object) -> str:
    """Write a value as Python does, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
