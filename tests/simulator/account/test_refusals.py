"""A 400 tells the first problems of a body, each where it stands, and counts the others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract import reading
from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.refusals import MOST_PROBLEMS, bad_fields


def problem(*loc: str | int, says: str = "wrong") -> RuleProblem:
    return RuleProblem(loc=loc, message=says, rule="shape")


def told(refusal: ApiRefusal) -> Any:
    return ast.literal_eval(refusal.body["error"].removeprefix("Bad Request. "))


def sentences(tree: Any) -> Iterator[str]:
    found = json_object(tree)
    if found is None:
        yield from tree
        return
    for below in found.values():
        yield from sentences(below)


def refused(body: Any, *, model: type[Any] = Tool) -> Any:
    with pytest.raises(ApiRefusal) as caught:
        read_body(model, body)
    return told(caught.value)


def test_problems_are_nested_by_their_paths() -> None:
    refusal = bad_fields(
        [problem("a", 0, "b"), problem("a", says="itself"), problem(says="all"), problem("c")]
    )

    assert told(refusal) == {
        "a": {"_schema": ["itself"], 0: {"b": ["wrong"]}},
        "_schema": ["all"],
        "c": ["wrong"],
    }


def test_problems_of_the_whole_body_are_listed_under_schema() -> None:
    assert told(bad_fields([problem(says="one"), problem(says="two")])) == {
        "_schema": ["one", "two"]
    }


@pytest.mark.parametrize(
    ("count", "unread", "more"),
    [
        (MOST_PROBLEMS, 0, None),
        (MOST_PROBLEMS + 1, 0, "more problems are not listed"),
        (MOST_PROBLEMS, 7, "7 more problems are not listed"),
    ],
)
def test_unlisted_problems_are_counted(count: int, unread: int, more: str | None) -> None:
    tree = told(bad_fields([problem(f"k{n}") for n in range(count)], unread=unread))
    last = tree.pop("_schema", [None])

    assert last == [more]
    assert list(tree) == [f"k{number}" for number in range(MOST_PROBLEMS)]


def test_twenty_thousand_unknown_keys_are_worded_fifty_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worded: list[str] = []

    def hint(word: str, known: Iterable[str]) -> None:
        worded.append(word)

    monkeypatch.setattr(reading, "did_you_mean", hint)
    tree = refused({f"key_{number}": number for number in range(20_000)})

    missing = 2
    assert len(worded) == MOST_PROBLEMS - missing
    assert len(list(sentences(tree))) == MOST_PROBLEMS + 1
    assert tree["_schema"] == ["19952 more problems are not listed"]


def test_problems_that_are_not_listed_are_not_computed() -> None:
    found: list[int] = []

    def problems() -> Iterator[RuleProblem]:
        for number in range(10_000):
            found.append(number)
            yield problem(str(number))

    with pytest.raises(ApiRefusal) as caught:
        refuse_if(problems())

    assert len(found) == MOST_PROBLEMS + 1
    assert told(caught.value)["_schema"] == ["more problems are not listed"]


def test_a_known_key_after_thousands_of_unknown_keys_is_read() -> None:
    body = {f"key_{number}": number for number in range(20_000)}
    tree = refused({**body, "name": "get_order", "description": "Looks it up."})

    assert "name" not in tree
    assert tree["_schema"] == ["19950 more problems are not listed"]


def test_a_long_sentence_is_cut() -> None:
    refusal = bad_fields([problem("a", says="x" * 100_000)])

    assert told(refusal) == {"a": ["x" * 1000 + "..."]}


def test_a_few_unknown_keys_are_all_listed() -> None:
    tree = refused({f"key_{number}": number for number in range(3)})

    assert {"key_0", "key_1", "key_2", "name"} <= set(tree)
    assert "_schema" not in tree


def test_problems_deep_in_a_body_are_counted_too() -> None:
    body: dict[str, Any] = {"pal_name": "a", "tools": [{} for _ in range(200)]}
    tree = refused(body, model=Pal)

    assert len(list(sentences(tree))) == MOST_PROBLEMS + 1
    assert tree["_schema"][0].endswith("more problems are not listed")


PATHS = st.lists(st.sampled_from("ab") | st.integers(0, 1), max_size=3).map(tuple)


@given(st.lists(PATHS, min_size=1, max_size=20))
def test_no_problem_is_lost_on_the_way_into_the_answer(paths: list[Any]) -> None:
    listed = [problem(*path, says=str(number)) for number, path in enumerate(paths)]

    assert sorted(sentences(told(bad_fields(listed))), key=int) == [
        str(number) for number in range(len(paths))
    ]
