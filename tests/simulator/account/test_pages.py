"""Pages, orders, and what a query may say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.pages import (
    Paging,
    page,
    read_choice,
    read_flag,
    read_whole_number,
    read_words,
)

ROWS = [{"n": number} for number in range(25)]


def numbers(answer: dict[str, Any]) -> list[int]:
    return [row["n"] for row in answer["data"]]


def test_a_page_has_ten_rows_and_the_count_of_all() -> None:
    answer = page(ROWS, {}, paging=Paging())

    assert numbers(answer) == list(range(10))
    assert answer["total_count"] == 25


def test_page_0_and_page_1_are_both_the_first_where_pages_count_from_1() -> None:
    assert page(ROWS, {"page": "0"}, paging=Paging()) == page(ROWS, {"page": "1"}, paging=Paging())
    assert numbers(page(ROWS, {"page": "3"}, paging=Paging())) == [20, 21, 22, 23, 24]


def test_page_1_is_the_second_where_pages_count_from_0() -> None:
    assert numbers(page(ROWS, {"page": "1"}, paging=Paging(first=0)))[0] == 10


def test_an_offset_begins_at_any_row() -> None:
    assert numbers(page(ROWS, {"offset": "3", "limit": "2"}, paging=Paging())) == [3, 4]


@pytest.mark.fidelity("rest.sort_spellings")
@pytest.mark.parametrize("sort", ["desc", "descending", "DESC"])
def test_the_newest_first_in_both_spellings(sort: str) -> None:
    assert numbers(page(ROWS, {"sort": sort, "limit": "2"}, paging=Paging())) == [24, 23]


def test_the_order_of_the_resource_applies_if_the_query_has_none() -> None:
    paging = Paging(order="desc")
    assert numbers(page(ROWS, {"limit": "1"}, paging=paging)) == [24]
    assert numbers(page(ROWS, {"limit": "1", "sort": "ascending"}, paging=paging)) == [0]


@given(st.integers(1, 100), st.integers(0, 60), st.sampled_from([0, 1]))
def test_all_pages_together_are_all_rows_once(limit: int, size: int, first: Any) -> None:
    rows = [{"n": number} for number in range(size)]
    paging = Paging(first=first)
    pages = [
        page(rows, {"limit": str(limit), "page": str(first + step)}, paging=paging)
        for step in range(size // limit + 1)
    ]

    assert [number for each in pages for number in numbers(each)] == list(range(size))


@pytest.mark.fidelity("rest.page_limits")
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"limit": "0"}, "{'limit': ['expected a whole number from 1 to 100, found 0']}"),
        ({"limit": "101"}, "{'limit': ['expected a whole number from 1 to 100, found 101']}"),
        ({"page": "-1"}, "{'page': ['expected a whole number at least 0, found -1']}"),
        ({"page": "two"}, "{'page': [\"expected a whole number at least 0, found 'two'\"]}"),
        (
            {"sort": "up"},
            "{'sort': [\"expected one of asc, ascending, desc, descending, found 'up'\"]}",
        ),
    ],
)
def test_a_query_out_of_its_limits_is_a_400(query: dict[str, str], sentence: str) -> None:
    with pytest.raises(ApiRefusal) as refused:
        page(ROWS, query, paging=Paging())

    assert refused.value.status == 400
    assert refused.value.body == {"error": f"Bad Request. {sentence}"}


def test_a_flag_is_text() -> None:
    assert read_flag({"verbose": "true"}, "verbose")
    assert read_flag({"verbose": "1"}, "verbose")
    assert not read_flag({"verbose": "false"}, "verbose", default=True)
    assert read_flag({}, "verbose", default=True)


def test_a_flag_that_is_neither_true_nor_false_is_refused() -> None:
    with pytest.raises(ApiRefusal) as refused:
        read_flag({"verbose": "maybe"}, "verbose")

    assert refused.value.body == {
        "error": "Bad Request. {'verbose': [\"expected true or false, found 'maybe'\"]}"
    }


def test_a_comma_separated_list_may_have_any_of_its_names() -> None:
    assert read_words({"tags": "a, b,", "tag": "c"}, "tags", "tag") == ("a", "b", "c")


def test_a_choice_may_be_one_of_several_words() -> None:
    assert read_choice({"type": "System"}, "type", ("user", "system")) == "system"
    assert read_choice({}, "type", ("user", "system")) is None


@given(st.integers(-(10**6), 10**6))
def test_a_whole_number_is_read_as_it_was_written(number: int) -> None:
    assert read_whole_number({"n": str(number)}, "n", default=7, least=-(10**6)) == number
