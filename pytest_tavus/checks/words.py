"""Sentences and excerpts that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_tavus.checks.seen import UNREADABLE, Call
from pytest_tavus.matching.compare import Mismatch, describe
from pytest_tavus.matching.text import flow, quoted
from pytest_tavus.spans import dotted
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict import Difference

BODY_EXCERPT = 400
"""Characters of a body that a finding shows."""


def call_text(call: Call) -> str:
    """Write an observed call the way a scenario would: ``get_order: {order_id: A-1}``."""
    if call.arguments is UNREADABLE:
        return f"{call.name} with {quoted(call.called.arguments)}"
    return f"{call.name}: {flow(call.arguments)}"


def differences(root: str, mismatches: Iterable[Mismatch]) -> tuple[Difference, ...]:
    """Write mismatches as a failure shows them, below `root`."""
    return tuple(
        Difference(
            path=dotted((root, *(step if isinstance(step, int) else str(step) for step in m.path))),
            expected=describe(m.expected),
            actual="not JSON" if m.actual is UNREADABLE else describe(m.actual),
        )
        for m in mismatches
    )


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Join words as in a sentence: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def seconds(value: float) -> str:
    """Write a time as a person would: ``2 s``, ``0.35 s``."""
    return f"{value:.3g} s"


def heard(said: Sequence[tuple[Entry, PalSaid]]) -> str:
    """Write what was heard, for the lines below a finding."""
    if not said:
        return "heard: nothing"
    return "\n".join(f"heard: {quoted(event.text)}" for _, event in said)


def answered(call: Call) -> str:
    """Write what a call was answered, for the lines below a finding."""
    answer = call.answer
    empty = answer is None and (call.resolved is None or not call.resolved.output)
    return f"answer: {'nothing' if empty else excerpt(flow(answer))}"


def excerpt(text: str) -> str:
    """Cut a body to what a person reads."""
    text = text.strip()
    return text if len(text) <= BODY_EXCERPT else f"{text[:BODY_EXCERPT]}…"
