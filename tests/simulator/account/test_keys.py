"""The API keys of a simulated account."""

from __future__ import annotations

import re

import pytest

from pytest_tavus.simulator.account.keys import ApiKeys

SEEDS = pytest.mark.parametrize("seed", [None, 1])


@SEEDS
def test_a_key_names_the_simulator_and_its_environment(seed: int | None) -> None:
    key = ApiKeys(seed=seed, environment="test").first

    assert re.fullmatch(r"tavus_sim_test_[0-9a-f]{32}", key)


def test_a_key_follows_from_its_seed_and_is_unique_without_one() -> None:
    seeded = [ApiKeys(seed=seed).first for seed in (1, 1, 2)]
    made_up = {ApiKeys().first for _ in range(20)}

    assert seeded[0] == seeded[1] != seeded[2]
    assert len(made_up) == 20
    assert made_up.isdisjoint(ApiKeys(seed=seed).first for seed in range(20))


@SEEDS
@pytest.mark.parametrize("first", [None, "tavus_sim_prod_0123456789abcdef"])
def test_an_issued_key_is_valid_in_addition_to_the_first(
    seed: int | None, first: str | None
) -> None:
    keys = ApiKeys(seed=seed, first=first)

    issued = keys.issue()

    assert [keys.accepts(key) for key in (keys.first, issued, "another", None)] == [
        True,
        True,
        False,
        False,
    ]
    assert keys.all() == (keys.first, issued)


@SEEDS
def test_a_revoked_key_stays_revoked_and_the_first_key_stays_valid(seed: int | None) -> None:
    keys = ApiKeys(seed=seed)
    issued = keys.issue()

    keys.revoke_issued()
    later = keys.issue()

    assert later not in {issued, keys.first}
    assert [keys.accepts(key) for key in (keys.first, issued, later)] == [True, False, True]


def test_an_issued_key_differs_from_the_first_key() -> None:
    first = ApiKeys(seed=1).first

    assert ApiKeys(seed=1, first=first).issue() != first
