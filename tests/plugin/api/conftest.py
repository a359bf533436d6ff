"""A project of a user with a PAL, a handler and tests in Python, run by pytest in this process."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from tests.installed import install
from tests.source import REPOSITORY

# Loaded here, so that runs in this process share these modules instead of loading their own.
for _name in ("pytest_tavus.plugin.api.opening", "trio"):
    import_module(_name)

INI = """
[pytest]
filterwarnings = error
"""

ASYNCIO = """
asyncio_mode = {mode}
asyncio_default_fixture_loop_scope = function
"""

PAL = """
pal_name: Waiter
greeting: Good evening.
tools:
  - name: find
    description: Finds a table.
    parameters: {type: object, properties: {guests: {type: integer}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/find"}}
  - name: show
    description: Shows the plan.
    on_call: silent
    on_resolve: generate_response
"""

HANDLERS = """
import asyncio
import json

asked = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"]:
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    asked.append(json.loads((await receive())["body"]))
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"table": 7}'})


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"table": 8}']


async def stuck(scope, receive, send):
    if scope["type"] == "lifespan":
        raise LookupError("there is none")
    await asyncio.Event().wait()
"""


class Project:
    """A directory of tests; pytest runs there with this plugin and those that are asked for."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path = pytester.path
        self.write("tests/pals/waiter.pal.yaml", PAL)
        self.write("tests/handlers.py", HANDLERS)

    def write(self, file: str, text: str) -> Path:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(
        self, test: str, *args: str, plugins: Sequence[str] = (), asyncio_mode: str = "strict"
    ) -> pytest.RunResult:
        """Run one file of tests."""
        self.write("tests/test_talk.py", test)
        asyncio = ASYNCIO.format(mode=asyncio_mode) if "pytest_asyncio.plugin" in plugins else ""
        self._pytester.makeini(INI + asyncio)
        named = [word for name in ("tavus", *plugins) for word in ("-p", name)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            patch.setenv("COLUMNS", "100")
            patch.delenv("CI", raising=False)
            return self._pytester.runpytest_inprocess(*named, "-p", "no:cacheprovider", "-q", *args)


def error_lines(result: pytest.RunResult) -> list[str]:
    """Return what pytest shows of errors: the lines marked `E`."""
    marked = [line[1:] for line in result.outlines if line == "E" or line.startswith("E ")]
    return [line.rstrip() for line in textwrap.dedent("\n".join(marked)).splitlines()]


def body(*lines: str, opened: str = 'pal="pals/waiter.pal.yaml", handler="handlers:app"') -> str:
    """A test whose conversation has these lines, from line 5 on."""
    inside = "".join(f"        {line}\n" for line in lines)
    return (
        "import pytest\n"
        "from pytest_tavus import PalSaid, ScenarioError, ToolCalled, VerdictError\n"
        "def test_talk(tavus, request):\n"
        f"    with tavus.open({opened}) as session:\n{inside}"
    )


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in which the plugin is installed, however this suite itself came by it."""
    install(pytester, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return Project(pytester)
