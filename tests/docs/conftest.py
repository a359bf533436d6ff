"""A project for each test."""

from __future__ import annotations

import pytest

from tests.docs.project import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A user's project, still empty."""
    return Project(pytester, monkeypatch)
