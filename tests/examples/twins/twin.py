"""What a broken twin is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.examples.scene import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One example with one mistake in it."""

    name: str
    "Of its golden file."

    broken: str
    "The mistake, in one sentence."

    scenario: str
    "A scenario file, with the name of one scenario behind `::` where the file can be read."

    edits: tuple[Edit, ...]

    pytest: int = 8
    "From which major version on pytest's own words are those of the golden file."
