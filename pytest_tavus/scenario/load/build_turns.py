"""Models of turns to the values of :mod:`~pytest_tavus.scenario.values.model`.

What only becomes visible here is reported here: matchers spelled as mappings, regular expressions,
the paths of `save`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.language.calls import CallDocument, GroupDocument, TimesDocument
from pytest_tavus.scenario.language.document import (
    LaterDocument,
    PlaysDocument,
    SaysDocument,
    TurnDocument,
)
from pytest_tavus.scenario.language.events import EventDocument
from pytest_tavus.scenario.language.played import PatternDocument, PlayedCallDocument, WaveDocument
from pytest_tavus.scenario.values.matcher_values import Complain, compared, literal
from pytest_tavus.scenario.values.model import (
    CallExpectation,
    CallGroup,
    CallPattern,
    EventExpectation,
    PlayedCall,
    PlayedLater,
    Plays,
    SpeechExpectation,
    Times,
    Turn,
    UncheckedRule,
)
from pytest_tavus.scenario.values.templates import is_path, root
from pytest_tavus.spans import Loc

_ONCE = Times()

# Thousands of turns say nothing of these: one empty value for all of them.
_NOTHING_SAVED: Mapping[str, str] = MappingProxyType({})
_ALL_CHECKED = frozenset[UncheckedRule]()


def turn(document: TurnDocument, at: Loc, complain: Complain, *, extra: bool) -> Turn:
    """Build a turn. `extra` holds where the turn does not say it."""
    return Turn(
        at=at,
        user=document.user,
        plays=_plays(document.plays, (*at, "plays"), complain),
        calls=None
        if document.calls is None
        else _group(document.calls, (*at, "calls"), complain, ordered=True),
        extra=extra if document.extra is None else document.extra == "allowed",
        says=_says(document.says, (*at, "says"), complain),
        events=tuple(
            _event(event, (*at, "events", index), complain)
            for index, event in enumerate(document.events or ())
        ),
        quiet=document.quiet,
        within=document.within,
        never=patterns(document.never or (), (*at, "never"), complain),
        save=_save(document.save, (*at, "save"), complain),
        unchecked=frozenset(document.unchecked) if document.unchecked else _ALL_CHECKED,
    )


def patterns(
    documents: list[PatternDocument] | tuple[()], at: Loc, complain: Complain
) -> tuple[CallPattern, ...]:
    """Build the calls of a `never`."""
    return tuple(
        CallPattern(
            at=(*at, index),
            tool=document.tool,
            arguments=compared(document.arguments, (*at, index, "arguments"), complain),
        )
        for index, document in enumerate(documents)
    )


def _group(
    members: list[CallDocument | GroupDocument], at: Loc, complain: Complain, *, ordered: bool
) -> CallGroup:
    built: list[CallExpectation | CallGroup] = []
    for index, member in enumerate(members):
        here = (*at, index)
        if isinstance(member, CallDocument):
            built.append(_call(member, here, complain))
        elif member.ordered is not None:
            inner = _group(member.ordered, (*here, "ordered"), complain, ordered=True)
            built.append(inner)
        else:
            inner = _group(member.unordered or [], (*here, "unordered"), complain, ordered=False)
            built.append(inner)
    return CallGroup(at=at, ordered=ordered, members=tuple(built))


def _call(document: CallDocument, at: Loc, complain: Complain) -> CallExpectation:
    return CallExpectation(
        at=at,
        tool=document.tool,
        arguments=compared(document.arguments, (*at, "arguments"), complain),
        exact=document.exact,
        expects_result="result" in document.model_fields_set,
        result=compared(document.result, (*at, "result"), complain),
        status=document.status,
        within=document.within,
        times=_times(document.times),
        save=_save(document.save, (*at, "save"), complain),
    )


def _times(document: TimesDocument | None) -> Times:
    return _ONCE if document is None else Times(minimum=document.min, maximum=document.max)


def _save(wanted: Mapping[str, str] | None, at: Loc, complain: Complain) -> Mapping[str, str]:
    if not wanted:
        return _NOTHING_SAVED
    for name, path in wanted.items():
        if not name.isidentifier():
            hint = "use letters, digits and _"
            complain((*at, name), f"{name!r} cannot be the name of a saved value", hint)
        if not is_path(path) or root(path) not in {"result", "arguments"}:
            message = f"{path!r} is not the path of a value to save"
            complain((*at, name), message, "write result.<path> or arguments.<path>")
    return wanted


def _says(document: SaysDocument | None, at: Loc, complain: Complain) -> SpeechExpectation | None:
    if document is None:
        return None
    return SpeechExpectation(
        at=at,
        contains=_heard(document.contains or [], (*at, "contains"), complain),
        excludes=_heard(document.excludes or [], (*at, "not"), complain),
        equals=document.equals,
        matches=_expressions(document.matches or [], (*at, "matches"), complain),
    )


def _heard(items: list[Any], at: Loc, complain: Complain) -> tuple[Any, ...]:
    heard: list[Any] = []
    for index, item in enumerate(items):
        here = (*at, index)
        value = compared(item, here, complain)
        if value == "":
            complain(here, "the text is empty, and an empty text is in everything", "write a text")
        elif isinstance(value, (str, Matcher)):
            heard.append(value)
        elif value is not None or item is None:
            hint = f'quote it: "{item}"' if isinstance(item, (int, float)) else None
            message = f"each of {at[-1]} is a text or a matcher, not {describe(item)}"
            complain(here, message, hint)
    return tuple(heard)


def _expressions(items: list[str], at: Loc, complain: Complain) -> tuple[str, ...]:
    for index, item in enumerate(items):
        try:
            pattern = re.compile(item)
        except re.error as error:
            complain((*at, index), f"{item!r} is not a regular expression: {error}", None)
            continue
        if pattern.search("") is not None and pattern.search("anything else") is not None:
            complain((*at, index), f"{item!r} matches every text, so it cannot fail", None)
    return tuple(items)


def _event(document: EventDocument, at: Loc, complain: Complain) -> EventExpectation:
    return EventExpectation(
        at=at,
        event_type=document.event_type,
        properties=compared(document.properties, (*at, "properties"), complain),
        absent=document.absent,
    )


def _plays(document: PlaysDocument | None, at: Loc, complain: Complain) -> Plays | None:
    if document is None:
        return None
    calls = document.calls
    return Plays(
        at=at,
        calls=None
        if calls is None
        else tuple(
            _wave(wave, (*at, "calls", index), complain) for index, wave in enumerate(calls)
        ),
        before=document.before,
        says=document.says,
        on_error=document.on_error,
        later=_later(document.later, (*at, "later")),
    )


def _later(document: LaterDocument | None, at: Loc) -> PlayedLater | None:
    if document is None:
        return None
    return PlayedLater(at=at, after=document.after, says=document.says)


def _wave(
    document: PlayedCallDocument | WaveDocument, at: Loc, complain: Complain
) -> tuple[PlayedCall, ...]:
    if isinstance(document, PlayedCallDocument):
        return (_played(document, at, complain),)
    return tuple(
        _played(one, (*at, "parallel", index), complain)
        for index, one in enumerate(document.parallel)
    )


def _played(document: PlayedCallDocument, at: Loc, complain: Complain) -> PlayedCall:
    arguments = literal(document.arguments, (*at, "arguments"), complain)
    return PlayedCall(at=at, tool=document.tool, arguments={} if arguments is None else arguments)
