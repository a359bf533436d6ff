"""Resolves the options of a test, in directories that do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_tavus.run.options.settings import OptionSources, Settings, resolve_settings

INVOCATION_DIR, INI_DIR = Path("/home/here"), Path("/home")
"""The directory in which pytest starts, and the directory of its ini file."""

Text = str | Sequence[str] | None


def resolve(
    *,
    flags: dict[str, Text] | None = None,
    environment: dict[str, str] | None = None,
    ini: dict[str, Text] | None = None,
) -> Settings:
    """Resolve the settings from the texts of each place."""
    return resolve_settings(
        OptionSources(
            flags=flags or {},
            environment=environment or {},
            ini=ini or {},
            invocation_dir=INVOCATION_DIR,
            ini_dir=INI_DIR,
            ini_name="pytest.ini",
        )
    )
