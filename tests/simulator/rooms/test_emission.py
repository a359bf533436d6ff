"""How an utterance is streamed."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.rooms.emission import prefixes


@given(st.text(alphabet="ab \n", min_size=1))
def test_streamed_prefixes_grow_to_the_whole_line(text: str) -> None:
    found = [*prefixes(text)]

    assert found[-1] == text
    assert len(found) <= 8
    assert all(after.startswith(before) for before, after in itertools.pairwise(found))
