"""Refuses scenarios in which a simulated PAL would have to guess its speech or arguments."""

from __future__ import annotations

from pytest_tavus.errors import did_you_mean
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls, makes_calls
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.matcher_values import find_matcher
from pytest_tavus.scenario.values.model import Plays, Turn
from pytest_tavus.scenario.values.templates import placeholders, root
from pytest_tavus.spans import Loc

_ROOTS = frozenset({"result", "results", "saved", "env", "row"})
"""First words of placeholders that read no argument of a call."""


def check_calls_literal(ruled: RuleContext) -> None:
    """Refuse matchers in expected arguments, unless `plays` has the literal arguments to send."""
    for turn in ruled.scenario.turns:
        if turn.plays is not None and turn.plays.calls is not None:
            continue
        for call in list_expected_calls(turn.calls):
            matcher = find_matcher(call.arguments)
            if matcher is not None:
                message = (
                    f"the expected call of {call.tool} cannot be played: "
                    f"its arguments hold the matcher {matcher!r}"
                )
                hint = f"write plays: {{calls: [{{{call.tool}: <the arguments to send>}}]}}"
                ruled.complain((*call.at, "arguments"), message, hint)


def check_speech_playable(ruled: RuleContext) -> None:
    """Refuse expected speech in a turn without calls and without a line for the simulated PAL."""
    for turn in ruled.scenario.turns:
        says = turn.says
        if says is None or not (says.contains or says.matches or says.equals is not None):
            continue
        if makes_calls(turn) or _speaks(turn.plays):
            continue
        message = "speech is expected, but nothing says what a simulated PAL says in this turn"
        ruled.complain(says.at, message, "write plays: <what the PAL says>")


def check_later_line(ruled: RuleContext) -> None:
    """Refuse a `later` line in a turn without `quiet`, because the turn ends before the line."""
    for turn in ruled.scenario.turns:
        later = None if turn.plays is None else turn.plays.later
        if later is not None and turn.quiet is None:
            message = "nobody listens for this line: the turn is over before it is said"
            hint = "write quiet: on the turn, the time in which the PAL must do nothing"
            ruled.complain(later.at, message, hint)


def check_placeholders(ruled: RuleContext) -> None:
    """Refuse a placeholder in `plays` that has neither the name of an argument nor a known root."""
    names: set[str] = set()
    called = False
    for turn in ruled.scenario.turns:
        known = _argument_names(turn)
        if known is None:
            return
        names |= known
        called = called or makes_calls(turn)
        for at, text in _list_lines(turn):
            for placeholder in placeholders(text):
                _check(ruled, at, placeholder, names, called=called)


def _check(ruled: RuleContext, at: Loc, placeholder: str, names: set[str], *, called: bool) -> None:
    name = root(placeholder)
    if name in names:
        return
    if name not in _ROOTS:
        known = sorted(names | (_ROOTS if called else _ROOTS - {"result", "results"}) - {"row"})
        hint = did_you_mean(name, known) or f"one of: {', '.join(known)}"
        message = f"the placeholder {{{placeholder}}} names neither an argument nor an answer"
        ruled.complain(at, message, f"{hint}; a brace as text is written twice")
    elif name in {"result", "results"} and not called:
        message = f"the placeholder {{{placeholder}}} reads an answer, and no call has been made"
        ruled.complain(at, message, "write calls: in this turn or in one before it")


def _argument_names(turn: Turn) -> set[str] | None:
    """Return the names of the arguments that the simulated PAL sends, `None` if unknown."""
    if turn.plays is not None and turn.plays.calls is not None:
        sent = [call.arguments for wave in turn.plays.calls for call in wave]
    else:
        sent = [call.arguments for call in list_expected_calls(turn.calls)]
    if not all(is_dict(arguments) for arguments in sent):
        return None
    return {str(name) for arguments in sent for name in arguments}


def _speaks(plays: Plays | None) -> bool:
    return plays is not None and (
        plays.says is not None or plays.before is not None or plays.later is not None
    )


def _list_lines(turn: Turn) -> list[tuple[Loc, str]]:
    plays = turn.plays
    if plays is None:
        return []
    lines = [(key, getattr(plays, key)) for key in ("says", "on_error", "before")]
    found: list[tuple[Loc, str]] = [((*plays.at, key), text) for key, text in lines if text]
    if plays.later is not None:
        found.append(((*plays.later.at, "says"), plays.later.says))
    return found
