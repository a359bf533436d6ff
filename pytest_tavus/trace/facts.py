"""Who decides each fact of a conversation: the one table from which follows what a run proves.

A check asks for facts; the row of its session says who decided them. Facts that the user's handler
or client callable decided are *held*: another answer could have failed them. Facts that the script
decided are only *played*. This module knows neither scenarios nor checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct

Fact = Literal["speech", "call", "arguments", "answer", "client_result", "event", "timing"]
"""What a check can ask for."""

Decider = Literal["handler", "client", "service", "model", "script"]
"""Who can decide a fact; of several, the first of this order counts."""

_ORDER: Final[tuple[Decider, ...]] = ("handler", "client", "service", "model", "script")

PROVES_NOTHING: Final = "a scripted PAL proves nothing of this"
"""How the reason begins for which a scenario is skipped when its file is collected."""


class Deciders(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table: who decides each :data:`Fact`. `None`: the fact is not observable."""

    speech: Decider | None = None
    call: Decider | None = None
    arguments: Decider | None = None
    answer: Decider | None = None
    "Of a call that is delivered over HTTP and that no canned answer takes."

    client_result: Decider | None = None
    "Of a call that is delivered as an app message and that no `output` of the scenario answers."

    event: Decider | None = None
    timing: Decider | None = None
    "When a call is answered. Words alone take no time in a simulated session."

    def answer_decider(self, by: str) -> Decider | None:
        """Return who decided an answer that came from there (`AnsweredBy`)."""
        if by == "handler":
            return self.answer
        return self.client_result if by == "client" else "script"

    def speech_decider(self, filled_by: str | None) -> Decider | None:
        """Return who decided words that are filled from such an answer, or from none."""
        return self.speech if filled_by is None else self.answer_decider(filled_by)

    def arguments_decider(self, filled_by: str | None) -> Decider | None:
        """Return who decided arguments that are filled from such an answer, or from none."""
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
"""By kind of session and by who makes the PAL's decisions (`Decisions`)."""


def deciders(session: str, decisions: str) -> Deciders:
    """Return the row of a session; of an unknown one, nothing is observable."""
    return _TABLE.get((session, decisions), _UNKNOWN)


def is_scripted(session: str) -> bool:
    """Tell whether in every session of this kind the script decides which calls are made."""
    rows = [row for (kind, _), row in _TABLE.items() if kind == session]
    return bool(rows) and all(row.call == "script" for row in rows)


def choose_decider(found: Iterable[Decider | None], default: Decider | None) -> Decider | None:
    """Return whose decision counts where several had a part; `default` where nobody had."""
    known = set(found)
    for one in _ORDER:
        if one in known:
            return one
    return default


class Evidence(Struct, frozen=True, kw_only=True):
    """How many facts were held against an expectation, apart by who decided them."""

    held: int = 0
    "Decided by the user's handler or client callable."

    played: int = 0
    "Decided by the script, canned answers and client outputs included."

    other: int = 0
    "Decided by a model or by the service."

    @property
    def total(self) -> int:
        """All of them."""
        return self.held + self.played + self.other

    def __add__(self, more: Evidence) -> Evidence:
        return Evidence(
            held=self.held + more.held,
            played=self.played + more.played,
            other=self.other + more.other,
        )


def count_evidence(found: Iterable[Decider | None]) -> Evidence:
    """Count facts by their deciders; one that is not observable is no evidence."""
    each = list(found)
    return Evidence(
        held=each.count("handler") + each.count("client"),
        played=each.count("script"),
        other=each.count("model") + each.count("service"),
    )
