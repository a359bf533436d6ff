"""Reads a text of YAML as the loader reads a file, and tells why it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.values.matcher_values import from_tag


def read(text: str, *, limits: FileLimits | None = None, pure: bool = False) -> Any:
    """Return the data of a text that must not be refused."""
    loaded = load_yaml(text, "a.yaml", limits=limits or FileLimits(), tagged=from_tag, pure=pure)
    if loaded.problems:
        raise ScenarioError(loaded.problems)
    return loaded.data


def refusal(text: str, *, limits: FileLimits | None = None, pure: bool = False) -> str:
    """Return what is said of a text that must be refused."""
    with pytest.raises(ScenarioError) as caught:
        read(text, limits=limits, pure=pure)
    return str(caught.value)
