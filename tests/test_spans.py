"""Places in a user's file."""

from __future__ import annotations

import pytest

from pytest_tavus.spans import Loc, SourceSpan, format_loc


def test_a_place_is_written_so_that_editors_can_jump_to_it() -> None:
    assert str(SourceSpan(path="scenarios/a.yaml", line=3, column=7)) == "scenarios/a.yaml:3:7"
    assert str(SourceSpan(path="a.yaml", line=1)) == "a.yaml:1:1"


def test_places_are_ordered_as_one_reads() -> None:
    first, second = SourceSpan(path="a", line=2, column=9), SourceSpan(path="a", line=10)
    assert sorted([second, first]) == [first, second]


@pytest.mark.parametrize(
    ("loc", "text"),
    [
        ((), ""),
        (("turns",), "turns"),
        (("turns", 0, "calls", 1, "result", "eta"), "turns[0].calls[1].result.eta"),
        ((0, "a"), "[0].a"),
    ],
)
def test_a_path_is_written_with_dots_and_brackets(loc: Loc, text: str) -> None:
    assert format_loc(loc) == text
