"""Settles options that were given in tests, in a folder that nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_tavus.run.options.settings import OptionSources, Settings, resolve_settings

HERE, THERE = Path("/home/here"), Path("/home")
"""Where pytest was started, and where its ini file is."""

Text = str | Sequence[str] | None


def settled(
    *,
    flags: dict[str, Text] | None = None,
    environment: dict[str, str] | None = None,
    ini: dict[str, Text] | None = None,
) -> Settings:
    """Return the settings that come of what was given at each place."""
    return resolve_settings(
        OptionSources(
            flags=flags or {},
            environment=environment or {},
            ini=ini or {},
            invocation_dir=HERE,
            ini_dir=THERE,
            ini_name="pytest.ini",
        )
    )
