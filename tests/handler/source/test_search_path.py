"""Where a handler's module was looked for, each place once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.source.imports import load


@pytest.mark.parametrize(
    ("places", "looked"),
    [((), "on sys.path"), (("a", "a"), "in a and on sys.path")],
    ids=["nowhere else", "one twice"],
)
def test_each_searched_directory_is_named_once(
    places: tuple[str, ...], looked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(HandlerError) as caught:
        load("nowhere_at_all:app", search_path=[Path(place) for place in places])
    assert str(caught.value) == f"there is no module 'nowhere_at_all'; looked {looked}"
