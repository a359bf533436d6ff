"""Defects of number and order: missing, repeated, swapped, beyond what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import call, plays, turn


def number_and_order(on: Ground) -> Iterator[Draft]:
    find, tell = {"find": {"q": on.wanted}}, {"tell": {"q": on.spared}}
    two = [call("find", {"q": on.wanted}), call("tell", {"q": on.spared})]
    one, twice = two[:1], [call("find", {"q": on.wanted}, times=2)]
    some = [call("find", {"q": on.wanted}, times={"min": 1, "max": 2})]
    swapped = {"find": {"q": on.spared}}
    rows: tuple[tuple[str, list[Any], list[Any], bool], ...] = (
        ("both", two, [find, tell], True),
        ("swapped", two, [tell, find], False),
        ("first missing", two, [tell], False),
        ("second missing", two, [find], False),
        ("both missing", two, [], False),
        ("first twice", two, [find, find, tell], False),
        ("second twice", two, [find, tell, tell], False),
        ("once", one, [find], True),
        ("once and again", one, [find, find], False),
        ("once and another", one, [find, tell], False),
        ("once and swapped", one, [find, swapped], False),
        ("none of it", one, [], False),
        ("twice", twice, [find, find], True),
        ("twice but once", twice, [find], False),
        ("twice and again", twice, [find, find, find], False),
        ("twice with another", twice, [find, swapped], False),
        ("one or two: one", some, [find], True),
        ("one or two: two", some, [find, find], True),
        ("one or two: none", some, [], False),
        ("one or two: three", some, [find, find, find], False),
        ("unordered", [{"unordered": two}], [tell, find], True),
        ("unordered missing", [{"unordered": two}], [tell], False),
        ("unordered twice", [{"unordered": two}], [tell, tell, find], False),
        ("none", [], [find], False),
    )
    for name, wanted, played, holds in rows:
        yield _draft(on, name, wanted, played, holds=holds)


def calls_beyond(on: Ground) -> Iterator[Draft]:
    """`extra: allowed` accepts other calls, and excuses nothing else."""
    find, tell = {"find": {"q": on.wanted}}, {"tell": {"q": on.spared}}
    one = [call("find", {"q": on.wanted}, result={"left": 1})]
    twice = [call("find", {"q": on.wanted}, times=2)]
    most = [call("find", {"q": on.wanted}, times={"max": 1})]
    some = [call("find", {"q": on.wanted}, times={"min": 1})]
    rows: tuple[tuple[str, list[Any], list[Any], dict[str, Any], bool], ...] = (
        ("twice", twice, [find, tell, find], {}, True),
        ("twice and again", twice, [find, find, find], {}, False),
        ("at most once", most, [find, tell], {}, True),
        ("at most once and again", most, [find, tell, find], {}, False),
        ("at least once and again", some, [find, find], {}, True),
        ("with a second value", one, [find, {"find": {"q": on.spared}}], {}, True),
        ("one more", one, [find, tell], {}, True),
        ("again", one, [find, find], {}, False),
        ("missing", one, [tell], {}, False),
        ("forbidden", one, [find, tell], {"never": ["tell"]}, False),
        ("another forbidden", one, [find], {"never": ["tell"]}, True),
        ("with another value", one, [{"find": {"q": on.spared}}, tell], {}, False),
    )
    for name, wanted, played, more, holds in rows:
        yield _draft(on, name, wanted, played, holds=holds, extra="allowed", **more)
    for name, left in (("wrong answer", 2), ("wrong type", "1")):
        answers = {"find": {"body": {"left": left}}}
        draft = _draft(on, name, one, [find, tell], holds=False, answers=answers, extra="allowed")
        yield draft


def rules_unchecked(on: Ground) -> Iterator[Draft]:
    """`unchecked` switches its rule off, and no other one."""
    rules = ["on_call", "on_resolve", "argument_schema"]
    parameters = {
        "type": "object",
        "properties": {"q": {"type": "string"}, "n": {"type": "integer"}},
    }
    good, bad = {"q": on.wanted, "n": 7}, {"q": on.wanted, "n": "7"}
    rows: tuple[tuple[str, Any, Any, Any, list[str], bool], ...] = (
        ("schema", bad, bad, 1, ["argument_schema"], True),
        ("schema checked", bad, bad, 1, [], False),
        ("another rule", bad, bad, 1, ["on_call", "on_resolve"], False),
        ("wrong answer", good, good, 2, rules, False),
        ("wrong argument", good, bad, 1, rules, False),
        ("missing argument", good, {"n": 7}, 1, rules, False),
        ("all is well", good, good, 1, rules, True),
    )
    for name, wanted, sent, left, unchecked, holds in rows:
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[
                turn(
                    call("find", wanted, result={"left": 1}),
                    plays=plays({"find": sent}),
                    **({"unchecked": unchecked} if unchecked else {}),
                )
            ],
            tools=[on.tool(parameters=parameters)],
            answers={"find": {"body": {"left": left}}},
        )


def exact_arguments(on: Ground) -> Iterator[Draft]:
    rows: tuple[tuple[str, dict[str, Any], dict[str, Any], bool], ...] = (
        ("exact", {"exact": True}, {"q": on.wanted}, True),
        ("one more", {"exact": True}, {"q": on.wanted, "n": 7}, False),
        ("one more as a subset", {}, {"q": on.wanted, "n": 7}, True),
        ("one less", {}, {"n": 7}, False),
        ("null for it", {}, {"q": None}, False),
    )
    for name, more, sent, holds in rows:
        expected = call("find", {"q": on.wanted}, **more)
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[turn(expected, plays=plays({"find": sent}))],
        )


def heard_or_not(on: Ground) -> Iterator[Draft]:
    """What `on_resolve` keeps from the PAL cannot be said, and what was not said is not heard."""
    expected = call("find", {"q": on.wanted})
    for on_resolve, holds in (
        ("generate_response", True),
        ("fire_and_forget", False),
        ("add_to_context", False),
    ):
        yield Draft(
            name=on_resolve,
            colour="passed" if holds else "failed",
            turns=[turn(expected, plays="It is {result.key}.", says=on.wanted)],
            tools=[on.tool(on_resolve=on_resolve)],
            answers={"find": {"body": {"key": on.key}}},
        )


def silence(on: Ground) -> Iterator[Draft]:
    """The page never answers, so nothing is said: no text or matcher holds of that."""
    never = {"client": {"find": {"unanswered": True}}}
    expected = call("find", {"q": on.wanted}, status="unanswered")
    line = "I have found it: {result}"
    rows: dict[str, tuple[Any, bool]] = {
        "any text": ({"contains": [{"$str": None}]}, False),
        "anything": ({"contains": [{"$any": None}]}, False),
        "another text": ({"contains": [{"$not": "zzz"}]}, False),
        "an empty line": ({"matches": "^$"}, False),
        "the line": ({"contains": "found it"}, False),
        "not another": ({"not": "zzz"}, True),
        "nothing asked": (None, True),
    }
    for name, (says, holds) in rows.items():
        asked = {} if says is None else {"says": says}
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[turn(expected, plays=line, **asked)],
            tools=[on.tool(on_resolve="response_in_result")],
            setting=never,
        )


def _draft(
    on: Ground,
    name: str,
    wanted: list[Any],
    played: list[Any],
    *,
    holds: bool,
    answers: Any = None,
    **more: Any,
) -> Draft:
    said = plays(*played) if played else {"calls": "none", "says": "Done."}
    return Draft(
        name=name,
        colour="passed" if holds else "failed",
        turns=[turn(*wanted, plays=said, **more)],
        tools=[on.tool(), on.tool("tell")],
        answers=answers or {"find": {"body": {"left": 1}}},
    )


DEFECTS = (
    Defect(name="number and order", drafts=number_and_order),
    Defect(name="calls beyond", drafts=calls_beyond),
    Defect(name="rules unchecked", drafts=rules_unchecked),
    Defect(name="exact arguments", drafts=exact_arguments),
    Defect(name="heard or not", drafts=heard_or_not),
    Defect(name="silence", drafts=silence, transports=("client",)),
)
