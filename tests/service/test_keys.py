"""The API keys of a simulated account."""

from __future__ import annotations

import pytest

from pytest_tavus.service.ids import AccountIds
from pytest_tavus.service.keys import ApiKeys


def test_a_key_says_what_it_is() -> None:
    assert ApiKeys(ids=AccountIds(seed=1), environment="test").first.startswith("tavus_sim_test_")


@pytest.mark.parametrize("first", [None, "tavus_sim_prod_0123456789abcdef"])
def test_an_issued_key_is_good_beside_the_first(first: str | None) -> None:
    keys = ApiKeys(ids=AccountIds(seed=1), first=first)

    issued = keys.issue()

    assert [keys.admit(key) for key in (keys.first, issued, "another", None)] == [
        True,
        True,
        False,
        False,
    ]
    assert keys.all() == (keys.first, issued)


def test_a_key_that_is_issued_after_the_ids_began_anew_is_not_the_first_again() -> None:
    ids = AccountIds(seed=1)
    keys = ApiKeys(ids=ids)
    issued = keys.issue()

    ids.reset()

    assert keys.issue() == issued != keys.first
