"""Reports lines that a simulated PAL could not say, because the PAL cannot know a value in them."""

from __future__ import annotations

from pytest_tavus.errors import Owner, did_you_mean
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.trace.events import Withheld
from pytest_tavus.trace.facts import Decider
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.call_failure import NON_HANDLER_ANSWERERS, build_call_failure
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, CheckResult, TurnCase
from pytest_tavus.verdict.checks.deciders import answerer
from pytest_tavus.verdict.checks.words import describe_answer
from pytest_tavus.verdict.verdict import Finding


class KnownAnswers:
    """The PAL can say each line: the handler has answered, and `on_resolve` shows the answer."""

    def check(self, turn: TurnCase) -> CheckResult:
        if not turn.observed.withheld:
            return NOTHING_TO_CHECK
        found = turn.observed.withheld
        return CheckResult(
            [_finding(turn, entry, event) for entry, event in found],
            [_decider(turn, event) for _, event in found],
        )


def _decider(turn: TurnCase, event: Withheld) -> Decider | None:
    call = None if event.call_id is None else turn.case.observed.calls.get(event.call_id)
    row = turn.deciders
    return row.speech if call is None else answerer(call, row)


def _finding(turn: TurnCase, entry: Entry, event: Withheld) -> Finding:
    call = None if event.call_id is None else turn.case.observed.calls.get(event.call_id)
    why, owner = _find_cause(event, call, turn)
    plays = turn.turn.plays
    return Finding(
        kind="unknown_answer",
        message=f"the PAL cannot fill {{{turn.show(event.path)}}}: {why}",
        owner=owner,
        span=turn.where(turn.turn.at if plays is None else plays.at),
        turn=turn.number,
        seqs=(entry.seq,) if call is None else (entry.seq, *reversed(call.seqs)),
        detail=_detail(event, call, turn),
        hint=_hint(turn, event, call),
        needs=turn.show(event.path),
    )


def _find_cause(event: Withheld, call: Call | None, turn: TurnCase) -> tuple[str, Owner]:
    if call is None:
        return _describe_missing_value(event.path), "test"
    if event.reason == "not_in_context":
        return f"on_resolve keeps the answer of {call.name} from it", "agent"
    if event.reason == "call_failed":
        why = build_call_failure(call, turn.show)
        return f"{call.name} gave no answer, because {why.reason}", why.owner
    if not event.path.startswith("result"):
        return _describe_missing_value(event.path), "test"
    resolved = call.resolved
    canned = resolved is not None and resolved.answered_by in NON_HANDLER_ANSWERERS
    return f"the answer of {call.name} has no such value", "test" if canned else "handler"


def _describe_missing_value(path: str) -> str:
    saved = path.startswith("saved.")
    return "nothing was saved under that name" if saved else "there is no such value"


def _detail(event: Withheld, call: Call | None, turn: TurnCase) -> str:
    line = f"line: {turn.show(event.template)}"
    if call is None or not event.path.startswith("result"):
        return line
    if event.reason == "call_failed":
        shown = build_call_failure(call, turn.show).detail
        return line if shown is None else f"{line}\n{shown}"
    return f"{line}\n{describe_answer(call, turn.show)}"


def _hint(turn: TurnCase, event: Withheld, call: Call | None) -> str | None:
    if call is None:
        return _suggest_saved_path(turn, event.path)
    if event.reason == "missing_path":
        return _suggest_key(turn, event.path, call)
    tool = turn.case.tools.get(call.name)
    if event.reason == "call_failed" or tool is None:
        return None
    written = tool.effective_on_resolve
    default = " (the default)" if tool.on_resolve is None else ""
    place = turn.case.tool_span(tool, "on_resolve")
    return (
        f"set `on_resolve: generate_response` on {call.name}, which has {written}{default}, "
        f"at {place}"
    )


def _suggest_saved_path(turn: TurnCase, path: str) -> str | None:
    """Suggest ``saved.`` for a path that begins with the bare name of a saved value."""
    name = path.replace("[", ".").partition(".")[0]
    if name not in turn.case.observed.collect_saved(turn.number):
        return None
    return f"what was saved is read as {{saved.{turn.show(path)}}}"


def _suggest_key(turn: TurnCase, path: str, call: Call) -> str | None:
    """Follow the path to the first missing key, and suggest the most similar key."""
    found = call.answer
    steps = path.replace("[", ".").replace("]", "").split(".")[1:]
    if path.startswith("results"):
        steps = steps[1:]
    for step in steps:
        if is_mapping(found) and step in found:
            found = found[step]
        elif is_list(found) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            keys = [str(turn.show(key)) for key in found] if is_mapping(found) else []
            return did_you_mean(step, keys)
    return None
