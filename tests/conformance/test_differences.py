"""What counts as a difference between two answers, and what is made of one that is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.differences import Accepted, Difference, differences, unaccepted

GREETING = Accepted(tools=("a",), path="/data/*/greeting", reason="Because.")


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 10.0}, {"a": 10}, []),
        ({"a": 1}, {"a": True}, ["/a: theirs 1, ours True"]),
        ({"a": None}, {}, ["/a: theirs None, ours nothing"]),
        ({}, {"a": [1]}, ["/a: theirs nothing, ours [1]"]),
        ({"a": [1, 2]}, {"a": [1]}, ["/a: theirs [1, 2], ours [1]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ["/a/0/b: theirs 1, ours 2"]),
        (None, {}, ["/: theirs None, ours {}"]),
        ({"duration_ms": 1}, {"duration_ms": 2}, []),
    ],
)
def test_answers_differ_where_their_json_does(theirs: Any, ours: Any, found: list[str]) -> None:
    assert [str(each) for each in differences(theirs, ours)] == found


def test_an_accepted_difference_is_none() -> None:
    found = differences({"data": [{"greeting": "Hi"}]}, {"data": [{"greeting": "Hey"}]})

    assert unaccepted(found, [GREETING]) == []


def test_a_difference_of_another_place_is_told() -> None:
    found = [Difference(path="/name", theirs="a", ours="b")]

    assert unaccepted(found, []) == ["/name: theirs 'a', ours 'b'"]


def test_words_in_place_of_something_else_are_told() -> None:
    found = [Difference(path="/data/0/greeting", theirs="a", ours=None)]

    assert len(unaccepted(found, [GREETING])) == 2


def test_an_accepted_difference_that_is_none_any_more_is_told() -> None:
    assert unaccepted([], [GREETING]) == [
        "the accepted difference /data/*/greeting is none any more: Because."
    ]
