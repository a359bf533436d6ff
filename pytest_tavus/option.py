"""One option: its flag, environment variable and ini key, all made from one name."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from pytest_tavus.readers import Reader

Place = Literal["flag", "environment", "ini"]

ENVIRONMENT_PREFIX = "PYTEST_TAVUS_"


class Option(Struct, frozen=True, kw_only=True):
    """One row: everything there is to know of an option."""

    name: str
    "The field of the settings. Flag, variable and ini key are made from it."

    reader: Reader
    "Turns the user's text into the value, and says what it expects."

    default: Any
    help: str
    metavar: str = "VALUE"
    places: frozenset[Place] = frozenset({"flag", "environment", "ini"})
    adds_up: bool = False
    "Every place adds to the list; none takes away what another one listed."

    lines: bool = False
    "In the ini file, one value a line."

    bare: str | None = None
    "What the flag without a value means; `None` where it needs one."

    @property
    def flag(self) -> str:
        """The command line option."""
        return f"--tavus-{self.name.replace('_', '-')}"

    @property
    def dest(self) -> str:
        """The name under which pytest keeps the flag's value, and the ini key."""
        return f"tavus_{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable. An empty one counts as absent."""
        return ENVIRONMENT_PREFIX + self.name.upper()
