"""Who decided the facts by which one subject was judged: the table of facts, read for a judge."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.events import Event, PalSaid, ToolCalled, ToolResolved, decider_of
from pytest_tavus.trace.facts import Decider, foremost
from pytest_tavus.trace.log import Trace

_Kinds = tuple[type[Event], ...]


def judged_by(
    subject: str, seqs: Sequence[int], *, scenario: Scenario, trace: Trace
) -> Decider | None:
    """Return who decided what a subject, such as ``guardrail no_refunds``, was judged by.

    `seqs` are the entries that the judge names. Where it names none, as of a guardrail that was
    not broken, all entries count that could have told otherwise.
    """
    row = trace.deciders()
    kind, _, name = subject.partition(" ")
    if kind in {"tool", "knowledge_base"}:
        return row.call
    if seqs:
        named = (entry.event for entry in trace if entry.seq in seqs)
    else:
        looked_at = _looked_at(kind, name, scenario)
        named = (entry.event for entry in trace if isinstance(entry.event, looked_at))
    return foremost((decider_of(event, row) for event in named), row.call)


def _looked_at(kind: str, name: str, scenario: Scenario) -> _Kinds:
    """Return the events that decide a subject, by its declared rule where there is one."""
    if kind == "guardrail" and (broken := scenario.judge_rules.guardrails.get(name)) is not None:
        return (PalSaid,) if broken.never_said else ()
    if kind == "objective" and (rule := scenario.judge_rules.objectives.get(name)) is not None:
        said: _Kinds = (PalSaid,) if rule.said else ()
        collected: _Kinds = (ToolCalled,) if rule.collected else ()
        return (*said, *collected)
    return (PalSaid, ToolResolved)
