"""The garbage collector is switched off for a while, and restored afterwards."""

from __future__ import annotations

import gc

import pytest

from pytest_tavus.plugin.garbage import FrozenHeap, gc_paused


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_off_in_the_block_and_as_before_after_it(*, enabled: bool) -> None:
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


def test_a_heap_is_unfrozen_only_by_the_object_that_froze_it() -> None:
    first, second = FrozenHeap(), FrozenHeap()
    before = gc.get_freeze_count()
    assert before == 0
    first.freeze()
    try:
        assert gc.get_freeze_count() > 0
        second.freeze()
        second.unfreeze()
        # `gc.unfreeze` empties the count; a frozen object that dies only lowers it.
        assert gc.get_freeze_count() > 0
    finally:
        first.unfreeze()
    assert gc.get_freeze_count() == before
