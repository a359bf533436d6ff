"""A scenario file, and a scenario, as one model each: what the schema and the reference describe.

The loader has no use for them. It binds what is around the turns, and then turn by turn.
"""

from __future__ import annotations

from pydantic import Field

from pytest_tavus.scenario.language.document import FileHead, ScenarioHead, TurnDocument
from pytest_tavus.scenario.language.shapes import Filled


class ScenarioDocument(ScenarioHead):
    """One conversation to be held, with all that must be seen in it."""

    turns: Filled[TurnDocument] = Field(description="What is said, and what must follow.")


class FileDocument(FileHead):
    """A scenario file: scenarios, and what holds for all of them where they do not say it."""

    scenarios: Filled[ScenarioDocument] = Field(description="The scenarios.")
