"""Ids of a simulated conversation: alike in every run, and never another's."""

from __future__ import annotations

import re
import uuid

import pytest

from pytest_tavus.simulator.pal.ids import Ids


def drawn(ids: Ids) -> list[str]:
    return [ids.conversation(), ids.call(), ids.inference(), ids.call(), ids.inference()]


def test_the_same_seed_and_name_give_the_same_ids() -> None:
    assert drawn(Ids(seed=1, name="a")) == drawn(Ids(seed=1, name="a"))


@pytest.mark.parametrize("other", [Ids(seed=2, name="a"), Ids(seed=1, name="b")])
def test_another_seed_or_name_gives_other_ids(other: Ids) -> None:
    assert not set(drawn(Ids(seed=1, name="a"))) & set(drawn(other))


def test_seed_and_name_are_not_run_together() -> None:
    assert not set(drawn(Ids(seed=1, name="1a"))) & set(drawn(Ids(seed=11, name="a")))


def test_no_id_is_given_twice() -> None:
    ids = Ids(seed=0, name="a")
    calls = [ids.call() for _ in range(1000)]
    assert len(set(calls)) == 1000


def test_ids_look_like_those_of_the_service() -> None:
    ids = Ids(seed=0, name="a")
    assert re.fullmatch(r"c[0-9a-f]{16}", ids.conversation())
    assert re.fullmatch(r"call_[0-9a-f]{24}", ids.call())
    for _ in range(50):
        inference = uuid.UUID(ids.inference())
        assert (inference.version, inference.variant) == (4, uuid.RFC_4122)
