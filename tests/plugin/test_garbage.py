"""Garbage is left alone for a while, and looked for again after it."""

from __future__ import annotations

import gc

import pytest

from pytest_tavus.plugin.garbage import FrozenHeap, gc_paused


@pytest.mark.parametrize("enabled", [True, False])
def test_after_the_block_all_is_as_before(*, enabled: bool) -> None:
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with gc_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
        with pytest.raises(ZeroDivisionError), gc_paused():
            raise ZeroDivisionError
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_only_who_spares_something_ends_that() -> None:
    first, second = FrozenHeap(), FrozenHeap()
    before = gc.get_freeze_count()
    assert before == 0
    first.freeze()
    try:
        spared = gc.get_freeze_count()
        assert spared > 0
        second.freeze()
        second.unfreeze()
        assert gc.get_freeze_count() == spared
    finally:
        first.unfreeze()
    assert gc.get_freeze_count() == before
