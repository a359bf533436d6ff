"""A scene for each test, and what its handlers import, loaded once for all of them.

A run inside this process forgets the modules it has imported, so that each scene imports its own
`apps`; what is imported here is not forgotten and not paid for again.
"""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.examples.scene import REPOSITORY, Scene
from tests.installed import install

for _name in (
    "flask",
    "starlette.applications",
    "pytest_tavus.plugin.session_hooks",
    "pytest_tavus.run.runner",
):
    import_module(_name)


@pytest.fixture
def scene(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The examples, with the plugin installed beside them however this suite came by it."""
    install(pytester, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return Scene(pytester)
