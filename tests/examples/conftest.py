"""A scene for each test, and what its handlers import, loaded once for all of them.

A run inside this process forgets the modules it has imported, so that each scene imports its own
`apps`; what is imported here is not forgotten and not paid for again.
"""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.examples.scene import REPOSITORY, Scene

for _name in ("flask", "starlette.applications", "pytest_tavus.run", "pytest_tavus.stage"):
    import_module(_name)


@pytest.fixture
def scene(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The examples, with the plugin installed beside them however this suite came by it."""
    site = pytester.mkdir("site")
    installed = site / "pytest_tavus-0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-tavus\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("[pytest11]\ntavus = pytest_tavus.plugin\n")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.syspath_prepend(str(site))  # pyright: ignore[reportUnknownMemberType]  # untyped there
    return Scene(pytester)
