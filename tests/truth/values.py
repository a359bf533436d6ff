"""Defects of values: another one that looks alike, in an answer, in a call, in speech."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import asked, call, numbers_like, plays, texts_like, turn


def text_in_an_answer(on: Ground) -> Iterator[Draft]:
    turns = [turn(call("find", {}, result={"key": on.wanted}))]
    yield Draft(
        name="same", colour="passed", turns=turns, answers={"find": {"body": {"key": on.key}}}
    )
    for name, other in texts_like(on).items():
        answers = {"find": {"body": {"key": other}}}
        yield Draft(name=name, colour="failed", turns=turns, answers=answers)


def number_in_an_answer(on: Ground) -> Iterator[Draft]:
    turns = [turn(call("find", {}, result={"left": on.number}))]
    for name, left in {"same": on.number, "as a float": float(on.number)}.items():
        answers = {"find": {"body": {"left": left}}}
        yield Draft(name=name, colour="passed", turns=turns, answers=answers)
    for name, other in numbers_like(on).items():
        answers = {"find": {"body": {"left": other}}}
        yield Draft(name=name, colour="failed", turns=turns, answers=answers)


def one_as_a_setting(on: Ground) -> Iterator[Draft]:
    """`FLAG=1` is in the environment: a right 1 is right, and `true`, "1" and 11 are not 1."""
    turns = [turn(call("find", {}, result={"left": 1}), plays="You have {result.left} left.")]
    for name, left in {"same": 1, "eleven": 11, "true": True, "text": "1", "two": 2}.items():
        yield Draft(
            name=name,
            colour="passed" if name == "same" else "failed",
            turns=turns,
            answers={"find": {"body": {"left": left}}},
        )


def matcher_on_an_answer(on: Ground) -> Iterator[Draft]:
    start, length = on.key[:8], len(on.key)
    right = {
        "re": {"$re": f"^{start}"},
        "starts_with": {"$starts_with": start},
        "length": {"$length": length},
        "not another": {"$not": on.spared},
        "one_of": {"$one_of": [on.spared, on.wanted]},
    }
    wrong = {
        "not itself": {"$not": on.wanted},
        "not its start": {"$not": {"$re": f"^{start}"}},
        "stars": {"$re": r"^\*+$"},
        "the length of stars": {"$length": 8},
        "a mask": {"$starts_with": "⟦"},
        "one_of others": {"$one_of": [on.spared, "********"]},
    }
    for name, matcher in (right | wrong).items():
        yield Draft(
            name=name,
            colour="passed" if name in right else "failed",
            turns=[turn(call("find", {}, result={"key": matcher}))],
            answers={"find": {"body": {"key": on.key}}},
        )


def text_in_a_call(on: Ground) -> Iterator[Draft]:
    yield Draft(name="same", colour="passed", turns=asked({"q": on.wanted}, {"q": on.wanted}))
    others = {**texts_like(on), "another": on.spared, "twice": on.wanted * 2}
    others["longer"] = f"{on.wanted}0"
    for name, other in others.items():
        turns = asked({"q": on.wanted}, {"q": other})
        yield Draft(name=name, colour="failed", turns=turns)


def number_in_a_call(on: Ground) -> Iterator[Draft]:
    yield Draft(name="same", colour="passed", turns=asked({"n": on.number}, {"n": on.number}))
    for name, other in numbers_like(on).items():
        yield Draft(name=name, colour="failed", turns=asked({"n": on.number}, {"n": other}))


def text_in_speech(on: Ground) -> Iterator[Draft]:
    said = {"contains": on.wanted, "equals": f"It is {on.wanted}."}
    for name, other in {"same": on.key, **texts_like(on)}.items():
        answers = {"find": {"body": {"key": other}}}
        for how, text in said.items():
            holds = name == "same" or (how == "contains" and name in {"twice", "longer"})
            yield Draft(
                name=f"{name} {how}",
                colour="passed" if holds else "failed",
                turns=[turn(call("find"), plays="It is {result.key}.", says={how: text})],
                answers=answers,
            )


def forbidden_speech(on: Ground) -> Iterator[Draft]:
    start = on.key[:8]
    forbidden = {"start": start, "re": {"$re": f"{start}\\S+"}, "whole": on.wanted}
    for name, text in forbidden.items():
        turns = [turn(call("find"), plays="It is {result.key}.", says={"not": text})]
        for key, colour in ((on.key, "failed"), ("no key", "passed")):
            yield Draft(
                name=f"{name} {'said' if colour == 'failed' else 'unsaid'}",
                colour="failed" if key == on.key else "passed",
                turns=turns,
                answers={"find": {"body": {"key": key}}},
            )


def forbidden_call(on: Ground) -> Iterator[Draft]:
    """A call is forbidden by its arguments; calls beyond the expected ones are accepted."""
    start = on.key[:8]
    tools = [on.tool(), on.tool("tell")]
    forbidden = {
        "re": {"$re": f"^{start}"},
        "whole": on.wanted,
        "not another": {"$not": "harmless"},
    }
    for name, matcher in forbidden.items():
        for told, colour in ((on.wanted, "failed"), ("harmless", "passed")):
            played = plays({"find": {}}, {"tell": {"q": told}})
            yield Draft(
                name=f"{name} {'made' if colour == 'failed' else 'unmade'}",
                colour="failed" if told == on.wanted else "passed",
                turns=[
                    turn(
                        call("find"),
                        plays=played,
                        extra="allowed",
                        never=[{"tell": {"q": matcher}}],
                    )
                ],
                tools=tools,
            )


def schema_error_beside_a_mask(on: Ground) -> Iterator[Draft]:
    """The schema holds of the clear value, and every error of it is told."""
    properties = {
        "q": {"type": "string", "enum": [on.key, on.spare]},
        "n": {"type": "integer"},
        "m": {"type": "string", "maxLength": 3},
    }
    tools = [on.tool(parameters={"type": "object", "properties": properties})]
    good = {"q": on.wanted, "n": 7, "m": "abc"}
    yield Draft(name="valid", colour="passed", turns=asked(good, good), tools=tools)
    one = {"q": on.wanted, "n": 1, "m": "abc"}
    yield Draft(name="one is a number", colour="passed", turns=asked(one, one), tools=tools)
    bad = {
        "n beside a mask": ({**good, "n": "7"}, ("arguments.n",)),
        "m beside a mask": ({**good, "m": "abcd"}, ("arguments.m",)),
        "m as long as the key": ({**good, "m": on.wanted}, ("arguments.m",)),
        "another key and n": ({**good, "q": f"{on.wanted}0", "n": "7"}, ()),
        "stars for the key": ({**good, "q": "********"}, ("arguments.q",)),
    }
    for name, (played, shows) in bad.items():
        turns = asked(played, played)
        yield Draft(name=name, colour="failed", turns=turns, tools=tools, shows=shows)


def presence(on: Ground) -> Iterator[Draft]:
    """Null, absent, false, zero and empty are five values."""
    seen: dict[str, dict[str, Any]] = {
        "null": {"key": None},
        "absent": {},
        "false": {"key": False},
        "zero": {"key": 0},
        "empty": {"key": ""},
    }
    wanted = {**{name: body.get("key") for name, body in seen.items()}, "absent": {"$absent": None}}
    for name, other in itertools.product(wanted, seen):
        yield Draft(
            name=f"{name} seen {other}",
            colour="passed" if name == other else "failed",
            turns=[turn(call("find", {}, result={"key": wanted[name]}))],
            answers={"find": {"body": {**seen[other], "more": 1}}},
        )
    for other, body in seen.items():
        yield Draft(
            name=f"any seen {other}",
            colour="failed" if other == "absent" else "passed",
            turns=[turn(call("find", {}, result={"key": {"$any": None}}))],
            answers={"find": {"body": {**body, "more": 1}}},
        )


def saved_value(on: Ground) -> Iterator[Draft]:
    tools = [on.tool(), on.tool("tell")]
    first = turn(call("find", {}, save={"key": "result.key"}))
    for name, played, colour in (
        ("kept", "{saved.key}", "passed"),
        ("another", on.spared, "failed"),
        ("stars", "********", "failed"),
    ):
        second = turn(call("tell", {"q": "{saved.key}"}), plays=plays({"tell": {"q": played}}))
        yield Draft(
            name=name,
            colour="passed" if colour == "passed" else "failed",
            turns=[first, second],
            tools=tools,
            answers={"find": {"body": {"key": on.key}}},
        )
    second = turn(call("tell", {"q": "{saved.key}"}))
    yield Draft(
        name="never there",
        colour="failed",
        turns=[first, second],
        tools=tools,
        answers={"find": {"body": {"kye": on.key}}},
    )
    said = turn(call("tell"), plays="It is {saved.key}.", says=f"It is {on.wanted}.")
    for name, key in {"said": on.key, "another said": on.spare}.items():
        yield Draft(
            name=name,
            colour="passed" if key == on.key else "failed",
            turns=[first, said],
            tools=tools,
            answers={"find": {"body": {"key": key}}},
        )


DEFECTS = (
    Defect(name="text in an answer", drafts=text_in_an_answer, about_values=True),
    Defect(name="number in an answer", drafts=number_in_an_answer, about_values=True),
    Defect(name="one as a setting", drafts=one_as_a_setting, about_values=True),
    Defect(name="matcher on an answer", drafts=matcher_on_an_answer, about_values=True),
    Defect(name="text in a call", drafts=text_in_a_call, about_values=True),
    Defect(name="number in a call", drafts=number_in_a_call, about_values=True),
    Defect(name="text in speech", drafts=text_in_speech, about_values=True),
    Defect(name="forbidden speech", drafts=forbidden_speech, about_values=True),
    Defect(name="forbidden call", drafts=forbidden_call, about_values=True),
    Defect(name="schema error beside a mask", drafts=schema_error_beside_a_mask, about_values=True),
    Defect(name="presence", drafts=presence, values=("plain",)),
    Defect(name="saved value", drafts=saved_value, about_values=True),
)
