"""A directory of scenario files with a runner for them, and readers of a result."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.handler.asgi.call import AsgiApp, Message, Receive, Send
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.events import Fault, SessionClosed
from pytest_tavus.trace.log import Trace

PAL = """
pal_name: Waiter
tools:
  - name: find
    description: Finds a table.
    parameters: {type: object, properties: {guests: {type: integer}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/find", timeout: 30}}
  - name: cancel
    description: Cancels a booking.
    parameters: {type: object, properties: {id: {}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/cancel"}}
  - name: show
    description: Shows the plan.
    on_call: silent
    on_resolve: generate_response
"""


FINDS = """
pal: waiter.pal.yaml
handler: {canned: {find: {body: {table: 7}}}}
scenarios:
  - name: finds a table
    turns:
      - user: A table for two.
        calls: [find: {guests: 2}]
        plays: Table {result.table}.
        says: Table 7
"""


BuildProject = Callable[..., "Project"]


class Project:
    """A directory of scenario files with a runner for them."""

    def __init__(self, path: Path, environ: Mapping[str, str], **settings: Any) -> None:
        self.path = path
        (path / "waiter.pal.yaml").write_text(PAL)
        self.runner = Runner(
            Settings(scenarios=path / "scenarios", **settings), root=path, environ=environ
        )

    def load(self, text: str, file: str = "s.yaml") -> tuple[Scenario, ...]:
        path = self.path / file
        path.write_text(text)
        return self.runner.load(path)

    def run(self, text: str, *, handler: object | None = None) -> ScenarioResult:
        """Run a text with one scenario."""
        (scenario,) = self.load(text)
        return self.runner.run(scenario, handler=handler)


@pytest.fixture
def build_project(tmp_path: Path) -> Iterator[BuildProject]:
    projects: list[Project] = []

    def build(environ: Mapping[str, str] | None = None, **settings: Any) -> Project:
        projects.append(Project(tmp_path, environ or {}, **settings))
        return projects[-1]

    yield build
    for project in projects:
        project.runner.close()


def asgi(answer: Callable[[Message, Any], Any], *, status: int = 200) -> AsgiApp:
    """An application that answers JSON with JSON. What `answer` returns may be awaitable."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            message = "there is none"
            raise LookupError(message)
        body = json.loads((await receive())["body"] or b"null")
        found = answer(scope, body)
        if asyncio.iscoroutine(found):
            found = await found
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    return app


def close_reason(trace: Trace) -> str:
    last = trace.entries[-1].event
    assert isinstance(last, SessionClosed)
    return last.reason


def faults(trace: Trace) -> list[Fault]:
    return [event for _, event in trace.of(Fault)]


def found(result: ScenarioResult) -> list[tuple[str, str, str]]:
    return [(each.kind, each.owner, each.message) for each in result.verdict.findings]
