"""Every change of an example is noticed, or stands with its reason in the golden file."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import pytest

from tests.report.golden_files import REGOLD
from tests.truth.mutation.examples import examples
from tests.truth.mutation.run import Fate, Theatre
from tests.truth.survivors import FILE, TO_BE_READ, read, written

AT_LEAST = 600
OFTEN_REFUSED = 0.1


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> list[Fate]:
    """What became of every mutant."""
    logging.getLogger("apps.tickets").disabled = True
    theatre = Theatre(tmp_path_factory.mktemp("theatre"), dict(os.environ))
    try:
        return [
            theatre.fate(mutant) for example in examples() for mutant in theatre.mutants(example)
        ]
    finally:
        theatre.close()


def test_whoever_survives_is_known_and_has_a_reason(fates: list[Fate]) -> None:
    found = [(fate.place, fate.how) for fate in fates if fate.outcome == "passed"]
    known = read(FILE.read_text(encoding="utf-8"))
    if os.environ.get(REGOLD) == "1":
        FILE.write_text(written(found, known), encoding="utf-8")
        pytest.fail(f"{FILE.name} was written anew: read the difference", pytrace=False)

    told = {fate.name: fate.reason for fate in fates}
    new = [
        f"{place} {how}: {told[f'{place} {how}']}"
        for place, how in found
        if (place, how) not in known
    ]
    assert new == [], "they survive, and nobody said why they may"
    assert sorted(known.keys() - set(found)) == [], "they no longer survive: take them out"


def test_every_survivor_has_been_read() -> None:
    assert TO_BE_READ not in FILE.read_text(encoding="utf-8")


def test_there_are_many_mutants_and_each_has_its_own_name(fates: list[Fate]) -> None:
    assert len(fates) >= AT_LEAST
    assert len({fate.name for fate in fates}) == len(fates)


def test_mutants_are_killed_by_what_they_do_and_not_because_they_do_not_load(
    fates: list[Fate],
) -> None:
    refused = [fate.name for fate in fates if fate.outcome == "refused"]

    assert len(refused) <= OFTEN_REFUSED * len(fates), refused


@pytest.mark.parametrize(
    "word",
    ["call", "expected", "says", "answer", "output", "body", "on_resolve", "on_call", "auth"],
)
def test_every_kind_of_change_is_noticed_somewhere(fates: list[Fate], word: str) -> None:
    """A kind of mutant that is never killed would change nothing."""
    of_kind = [fate for fate in fates if word in re.split("[ :]+", fate.name.partition(" / ")[2])]

    assert any(fate.outcome == "failed" for fate in of_kind)


def test_the_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    known = {("a / b: c", "swap"): "it is so", ("a / b: c", "gone"): "it is so", ("d", "x"): "else"}

    assert read(written(list(known), known)) == known
    assert read(written([*known, ("e", "y")], known))["e", "y"] == TO_BE_READ
