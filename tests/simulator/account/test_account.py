"""What an account is made of: tables, ids, time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.account.requests.api import ApiRefusal
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.store.account import AccountIds, Table
from tests.simulator.account.account import AccountClient


def test_a_deleted_record_is_found_nowhere() -> None:
    table = Table[dict[str, int]]()
    table.put("a", {"n": 1})
    table.put("b", {"n": 2})

    table.delete("a")
    table.delete("a")
    table.delete("c")

    assert table.get("a") is None
    assert list(table.rows()) == [{"n": 2}]


def test_requiring_an_unknown_record_raises_the_given_refusal() -> None:
    table = Table[dict[str, int]]()
    row, refusal = table.put("a", {"n": 1}), not_found("Tool not found")
    assert table.require("a", refusal) is row

    table.delete("a")
    with pytest.raises(ApiRefusal) as refused:
        table.require("a", refusal)

    assert refused.value is refusal


def test_a_record_keeps_its_place_when_it_is_replaced() -> None:
    table = Table[dict[str, int]]()
    table.put("a", {"n": 1})
    table.put("b", {"n": 2})

    table.put("a", {"n": 3})

    assert list(table.rows()) == [{"n": 3}, {"n": 2}]


@given(st.integers(), st.lists(st.sampled_from(["p", "t", "c"]), max_size=20))
def test_an_id_depends_on_the_seed_its_kind_and_its_number_alone(
    seed: int, kinds: list[str]
) -> None:
    mixed, alone = AccountIds(seed=seed), AccountIds(seed=seed)

    given_mixed = [mixed.new(kind) for kind in kinds]

    assert len(set(given_mixed)) == len(kinds)
    assert [each for each in given_mixed if each[0] == "p"] == [
        alone.new("p") for kind in kinds if kind == "p"
    ]


@given(st.integers(), st.integers())
def test_another_seed_gives_other_ids(seed: int, other: int) -> None:
    same = AccountIds(seed=seed).new("p") == AccountIds(seed=other).new("p")

    assert same == (seed == other)


@given(st.integers())
def test_a_uuid_is_one_of_version_4(seed: int) -> None:
    shape = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

    assert re.fullmatch(shape, AccountIds(seed=seed).uuid("builder"))


def test_a_timestamp_has_the_format_of_tavus() -> None:
    client = AccountClient()
    client.time = 0.25

    assert client.account.timestamp() == "1970-01-01T00:00:00.250000Z"
