from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal.objective import Guardrail, ObjectiveSet
from pytest_tavus.contract.pal.objective_rules import guardrail_problems, objective_problems
from tests.contract.samples import pal, told, told_of_pal

Told = list[tuple[str, str]]


def objective(name: str, **changes: Any) -> dict[str, Any]:
    return {"objective_name": name, "objective_prompt": "Ask.", **changes}


def told_of(*objectives: dict[str, Any], **changes: Any) -> Told:
    return told(objective_problems(ObjectiveSet.from_json({"data": objectives, **changes})))


def after(name: str, following: str | None) -> dict[str, Any]:
    return objective(name, next_required_objective=following)


def test_a_chain_and_a_branch_are_accepted() -> None:
    assert told_of(after("a", "b"), after("b", "c"), objective("c")) == []
    assert (
        told_of(
            objective("a", next_conditional_objectives={"b": "yes", "c": "no"}),
            after("b", "d"),
            after("c", "d"),
            objective("d"),
        )
        == []
    )


@pytest.mark.parametrize("name", ["", "a b", "a-b", "é", "a\n"])
def test_an_objective_is_named_with_letters_digits_and_underscores(name: str) -> None:
    assert told_of(objective("9_Az")) == []
    assert told_of(objective(name)) == [
        (
            "data[0].objective_name",
            f"{name!r} cannot be the name of an objective: expected letters, digits and _ only",
        )
    ]


@pytest.mark.parametrize(
    ("field", "most"),
    [("objective_name", 100), ("objective_prompt", 10_000), ("callback_url", 2048)],
)
def test_texts_of_an_objective_have_a_length(field: str, most: int) -> None:
    assert told_of({**objective("a"), field: "x" * most}) == []
    assert told_of({**objective("a"), field: "x" * (most + 1)}) == [
        (f"data[0].{field}", f"{field} has {most + 1} characters, expected at most {most}")
    ]


def test_an_objective_has_at_most_fifty_output_variables() -> None:
    assert told_of(objective("a", output_variables=["v"] * 50)) == []
    assert told_of(objective("a", output_variables=["v"] * 51)) == [
        ("data[0].output_variables", "output_variables has 51 entries, expected at most 50")
    ]


def test_a_set_has_one_to_fifty_objectives() -> None:
    chain = [after(f"o{n}", f"o{n + 1}") for n in range(49)]
    assert told_of(*chain, objective("o49")) == []
    assert told_of(*chain, after("o49", "o50"), objective("o50")) == [
        ("data", "a set has 1 to 50 objectives, found 51")
    ]
    assert told_of() == [("data", "a set has 1 to 50 objectives, found 0")]


def test_the_name_of_a_set_has_a_length() -> None:
    assert told_of(objective("a"), name="x" * 100) == []
    assert told_of(objective("a"), name="x" * 101) == [
        ("name", "name has 101 characters, expected at most 100")
    ]


def test_names_are_unique_in_a_set() -> None:
    assert told_of(after("a", "b"), objective("b"), objective("b")) == [
        (
            "data[2].objective_name",
            "the objective name 'b' is used twice: names must be unique in a set",
        )
    ]


def test_what_follows_exists_and_is_another() -> None:
    assert told_of(after("a", "a")) == [
        ("data[0].next_required_objective", "the objective 'a' cannot be followed by itself")
    ]
    assert told_of(objective("a", next_conditional_objectives={"x": "always"})) == [
        ("data[0].next_conditional_objectives.x", "there is no objective 'x' in the set")
    ]


def test_a_misspelt_successor_names_the_one_it_resembles() -> None:
    objectives = ObjectiveSet.from_json(
        {"data": [after("collect_name", "confirm_nam"), objective("confirm_name")]}
    )
    first = next(objective_problems(objectives))
    assert first.hint == "did you mean 'confirm_name'?"


def test_one_way_of_naming_what_follows_excludes_the_other() -> None:
    both = objective("a", next_required_objective="b", next_conditional_objectives={"b": "yes"})
    assert told_of(both, objective("b")) == [
        (
            "data[0].next_conditional_objectives",
            "expected next_required_objective or next_conditional_objectives, found both",
        )
    ]


def test_exactly_one_objective_comes_first() -> None:
    assert told_of(objective("a"), objective("b")) == [
        ("data", "exactly one objective must come first, led to by no other, found 2: a, b")
    ]
    assert told_of(objective("a"), objective("b"), allow_loops=True) == []


def test_a_loop_is_told_with_its_way() -> None:
    looped = [after("a", "b"), after("b", "c"), after("c", "b")]
    assert told_of(*looped) == [
        ("data[2].next_required_objective", "the objectives form a loop: b -> c -> b")
    ]
    assert told_of(*looped, allow_loops=True) == []


def test_a_loop_without_a_beginning_is_both() -> None:
    assert told_of(after("a", "b"), after("b", "a")) == [
        ("data", "exactly one objective must come first, led to by no other, found none"),
        ("data[1].next_required_objective", "the objectives form a loop: a -> b -> a"),
    ]


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10))
def test_a_loop_is_told_exactly_where_there_is_one(following: list[int]) -> None:
    objectives = [
        after(f"o{n}", None if n == then else f"o{then}") for n, then in enumerate(following)
    ]
    loops = [message for _, message in told_of(*objectives) if "loop" in message]
    assert bool(loops) == any(_returns(n, following) for n in range(10))


def _returns(start: int, following: list[int]) -> bool:
    here = start
    for _ in range(10):
        if following[here] == here:
            return False
        here = following[here]
        if here == start:
            return True
    return False


def guardrail(**changes: Any) -> Guardrail:
    body = {"guardrail_name": "no_prices", "guardrail_prompt": "Never quote a price.", **changes}
    return Guardrail.from_json(body)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"tags": ["t"] * 32}, []),
        (
            {"guardrail_name": "no prices"},
            [
                (
                    "[0].guardrail_name",
                    (
                        "'no prices' cannot be the name of a guardrail: "
                        "expected letters, digits and _ only"
                    ),
                )
            ],
        ),
        (
            {"guardrail_prompt": ""},
            [
                (
                    "[0].guardrail_prompt",
                    "the guardrail_prompt is empty: expected what must not happen",
                )
            ],
        ),
        ({"tags": ["t"] * 33}, [("[0].tags", "tags has 33 entries, expected at most 32")]),
        ({"tags": ["t", ""]}, [("[0].tags[1]", "a tag of a guardrail must not be empty")]),
    ],
)
def test_a_guardrail_is_held_to_its_rules(changes: dict[str, Any], expected: Told) -> None:
    assert told(guardrail_problems([guardrail(**changes)])) == expected


def test_objectives_and_guardrails_are_judged_at_their_place_in_the_pal() -> None:
    tested = pal(
        objectives={"data": [after("a", "x")]},
        guardrails=[{"guardrail_name": "g", "guardrail_prompt": ""}],
    )
    assert [place for place, _ in told_of_pal(tested)] == [
        "objectives.data[0].next_required_objective",
        "guardrails[0].guardrail_prompt",
    ]
