"""Runs an async test under each plugin and event loop that users have."""

from __future__ import annotations

import pytest

from tests.plugin.api.conftest import Project

RUNNERS = {
    "pytest-asyncio, strict": (["pytest_asyncio.plugin"], "strict", "@pytest.mark.asyncio"),
    "pytest-asyncio, auto": (["pytest_asyncio.plugin"], "auto", ""),
    "pytest-asyncio, without anyio": (["pytest_asyncio.plugin"], "strict", "@pytest.mark.asyncio"),
    "anyio on asyncio": (["anyio"], "", "@pytest.mark.anyio"),
    "anyio on trio": (["anyio"], "", "@pytest.mark.anyio"),
}
"""For each way: the plugins, pytest-asyncio's mode, the mark of the test."""


class AsyncRunner:
    """Runs async tests in one of the ways of :data:`RUNNERS`."""

    def __init__(self, project: Project, name: str) -> None:
        self._project = project
        self._plugins, self._mode, self._mark = RUNNERS[name]
        self._backend = "trio" if name.endswith("trio") else "asyncio"
        without = "; import sys; sys.modules.pop('anyio')"
        self._first = "import anyio" + (without if name.endswith("without anyio") else "")

    def run(
        self, *lines: str, opened: str = 'handler="handlers:app"', after: str = ""
    ) -> pytest.RunResult:
        """Run a test whose conversation has these lines, from line 11 on."""
        inside = "".join(f"        {line}\n" for line in lines)
        return self._project.run(
            f"{self._first}\n"
            "import pytest\n"
            "from pytest_tavus import PalSaid, ScenarioError, ToolCalled, VerdictError\n"
            "@pytest.fixture\n"
            "def anyio_backend():\n"
            f"    return {self._backend!r}\n"
            "PAL = 'pals/waiter.pal.yaml'\n"
            f"{self._mark or '# collected as it is'}\n"
            "async def test_talk(tavus_async):\n"
            f"    async with tavus_async.open(pal=PAL, {opened}) as session:\n"
            f"{inside}"
            f"{after}",
            plugins=self._plugins,
            asyncio_mode=self._mode,
        )
