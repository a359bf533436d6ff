"""The table of deciders: who decides each fact of a conversation, and so what a run proves.

A check asks for facts; the row of its session names their deciders. A fact that the user's handler
or client callable decided is *held*, because another answer could have failed the check. A fact
that the script decided is only *played*. This module knows neither scenarios nor checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

Fact = Literal["speech", "call", "arguments", "answer", "client_result", "event", "timing"]
"""The kinds of facts that a check can ask for."""

Decider = Literal["handler", "client", "service", "model", "script"]
"""The deciders of facts. If several have a part in a fact, the first in this order counts."""

_ORDER: Final[tuple[Decider, ...]] = ("handler", "client", "service", "model", "script")

PROVES_NOTHING: Final = "a scripted PAL proves nothing of this"
"""The start of the reason for skipping a scenario at collection."""


class Deciders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table: the decider of each :data:`Fact`, `None` for unobservable facts."""

    speech: Decider | None = None
    call: Decider | None = None
    arguments: Decider | None = None
    answer: Decider | None = None
    "For a call that is delivered over HTTP and has no canned answer."

    client_result: Decider | None = None
    "For a call that is delivered as an app message and has no `output` in the scenario."

    event: Decider | None = None
    timing: Decider | None = None
    "The time of an answer. Words alone take no time in a simulated session."

    def answer_decider(self, answered_by: str) -> Decider | None:
        """Return the decider of an answer. `answered_by` is an `AnsweredBy`."""
        if answered_by == "handler":
            return self.answer
        return self.client_result if answered_by == "client" else "script"

    def speech_decider(self, filled_by: str | None) -> Decider | None:
        """Return the decider of words, which is the decider of the answer that filled them."""
        return self.speech if filled_by is None else self.answer_decider(filled_by)

    def arguments_decider(self, filled_by: str | None) -> Decider | None:
        """Return the decider of arguments, which is that of the answer that filled them."""
        return self.arguments if filled_by is None else self.answer_decider(filled_by)


_SCRIPTED: Final = Deciders(
    speech="script",
    call="script",
    arguments="script",
    answer="handler",
    client_result="client",
    event="script",
    timing="handler",
)
_MODEL: Final = Deciders(
    speech="model",
    call="model",
    arguments="model",
    answer="handler",
    client_result="client",
    event="model",
    timing="model",
)
_UNKNOWN: Final = Deciders()

_TABLE: Final[Mapping[tuple[str, str], Deciders]] = MappingProxyType(
    {
        ("sim", "scripted"): _SCRIPTED,
        ("served", "scripted"): _SCRIPTED,
        ("served", "model"): _MODEL,
    }
)
"""By kind of session and `Decisions`."""


def deciders(session: str, decisions: str) -> Deciders:
    """Return the row of a session; in an unknown session, no fact is observable."""
    return _TABLE.get((session, decisions), _UNKNOWN)


def is_scripted(session: str) -> bool:
    """Tell whether the script decides the calls in every session of this kind."""
    rows = [row for (kind, _), row in _TABLE.items() if kind == session]
    return bool(rows) and all(row.call == "script" for row in rows)


def choose_decider(found: Iterable[Decider | None], default: Decider | None) -> Decider | None:
    """Return the decider that counts, if several had a part in a fact; `default` for none."""
    known = set(found)
    for decider in _ORDER:
        if decider in known:
            return decider
    return default


class Evidence(Struct, frozen=True, kw_only=True):
    """The number of facts that checks compared, by kind of decider."""

    held: int = 0
    "Decided by the user's handler or client callable."

    played: int = 0
    "Decided by the script, canned answers and client outputs included."

    other: int = 0
    "Decided by a model or by the service."

    @property
    def total(self) -> int:
        return self.held + self.played + self.other

    def __add__(self, more: Evidence) -> Evidence:
        return Evidence(
            held=self.held + more.held,
            played=self.played + more.played,
            other=self.other + more.other,
        )


def count_evidence(found: Iterable[Decider | None]) -> Evidence:
    """Count facts by their deciders. A fact that is not observable is no evidence."""
    each = list(found)
    return Evidence(
        held=each.count("handler") + each.count("client"),
        played=each.count("script"),
        other=each.count("model") + each.count("service"),
    )
