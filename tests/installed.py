"""The plugin where pytest finds it, however this suite itself came by it."""

from __future__ import annotations

from pathlib import Path

import pytest


def install(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the plugin for runs in this process; return where, for those in one of their own."""
    site = install_in(pytester.mkdir("site"))
    monkeypatch.syspath_prepend(str(site))  # pyright: ignore[reportUnknownMemberType]  # untyped there
    return site


def install_in(site: Path) -> Path:
    """Install the plugin in a directory, and return the directory."""
    about = site / "pytest_tavus-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-tavus\nVersion: 0\n")
    (about / "entry_points.txt").write_text("[pytest11]\ntavus = pytest_tavus.plugin\n")
    return site
