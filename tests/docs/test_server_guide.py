"""The guide to the server is typed into a shell, line by line, and prints what it shows."""

from __future__ import annotations

import asyncio
import json
import queue
import re
import shutil
import threading
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.routing import Route

from pytest_tavus.simulator.server.control.endpoint import ControlPlane
from pytest_tavus.simulator.server.site import CONTROL
from tests.docs.guided import (
    BLOCKS,
    FILES,
    GUIDE,
    SCRIPTS,
    STARTS,
    Server,
    environment,
    hold,
    marked,
    serving,
    write,
)
from tests.docs.project import Project
from tests.docs.shell import same_everywhere, steps
from tests.docs.story import story
from tests.simulator.pal.endpoint import Answer, says
from tests.simulator.pal.endpoint import serving as endpoint_serving
from tests.source import REPOSITORY

PYTHON = {b.comments["python"]: b.text for b in BLOCKS if "python" in b.comments}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that the guide stands in."""
    path = tmp_path_factory.mktemp("guide")
    write(path, {**FILES, **SCRIPTS})
    return path


@pytest.fixture
def server(home: Path) -> Generator[Server]:
    with serving(STARTS, home, environment()) as found:
        yield found


def test_every_console_block_is_typed() -> None:
    typed = marked("starts", "typed", "client", "model")
    console = [block for block in BLOCKS if block.language == "console" and "$ " in block.text]

    assert [block.place for block in console if block not in typed] == []
    assert len(typed) >= 8


def test_every_block_of_python_is_run() -> None:
    assert [
        b for b in BLOCKS if b.language == "python" and b not in marked("python", "script")
    ] == []


def test_the_lines_to_paste_are_those_that_it_prints(server: Server) -> None:
    (block,) = marked("starts")
    (step,) = steps(block)

    hold([(block, step, same_everywhere(server.exports, port=server.port))])


def test_the_table_of_the_control_plane_has_every_request() -> None:
    text = GUIDE.read_text("utf-8")
    cells = re.findall(r"^\| (`[A-Z]+ /[^|]+`) \|", text, re.MULTILINE)
    told = [request for cell in cells for request in re.findall(r"`([^`]+)`", cell)]

    door = ControlPlane(
        cast("Any", None), keys=cast("Any", None), tools_changed=cast("Any", None)
    ).endpoint()
    routes = [route for route in door.routes if isinstance(route, Route)]
    known = {
        f"{method} {route.path.removeprefix(CONTROL)}"
        for route in routes
        for method in route.methods or ()
    } - {f"HEAD {route.path.removeprefix(CONTROL)}" for route in routes}

    assert sorted(told) == sorted(known)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_what_is_typed_prints_what_the_guide_shows(server: Server) -> None:
    typed = [(block, step) for block in marked("typed") for step in steps(block)]

    printed = server.typed([step.command for _, step in typed])

    hold([(block, step, text) for (block, step), text in zip(typed, printed, strict=True)])


def test_a_model_decides_in_place_of_the_script(home: Path) -> None:
    (block,) = marked("model")
    order = says(None, ("get_order_status", {"order_id": "A-10428"}))
    with model(order, says("This evening.")) as address:
        command = steps(block)[0].command.replace(block.comments["model"], address)
        with serving(command, home, environment()) as server:
            reply = replied(server, "When does it arrive?")

    assert reply == {"status": "ready", "text": "This evening."}


def test_the_front_page_serves_its_own_project(tmp_path: Path) -> None:
    front_page = REPOSITORY / "README.md"
    write(tmp_path, story(front_page).files)
    (command,) = re.findall(r"`(pytest-tavus serve [^`]+)`", front_page.read_text("utf-8"))

    with serving(command, tmp_path, environment()) as server:
        reply = replied(server, "Where's my order A-10428?")

    assert reply == {
        "status": "ready",
        "text": "One moment, please.\nYour order arrives today by 6pm.",
    }


def replied(server: Server, text: str) -> Any:
    """Talk to the only PAL of a server, as a backend does."""
    (pal,) = asked(server, "/pals")["data"]
    created = asked(server, "/conversations", {"pal_id": pal["pal_id"], "chat": True})
    return asked(server, f"/conversations/{created['conversation_id']}/respond", {"text": text})


def asked(server: Server, path: str, body: object = None) -> Any:
    """Send a request as the guide's backend does."""
    key = server.exports.partition("TAVUS_API_KEY=")[2].partition("\n")[0]
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/v2{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"x-api-key": key, "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@contextmanager
def model(*answers: Answer) -> Generator[str]:
    """Serve a model on a loop of its own; gives its address."""
    ready: queue.SimpleQueue[str] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with endpoint_serving(*answers) as endpoint:
            ready.put(endpoint.base_url.removeprefix("http://").removesuffix("/v1"))
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        yield ready.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()


@pytest.mark.parametrize("file", PYTHON)
def test_a_test_of_the_guide_passes(project: Project, file: str) -> None:
    for name, text in {**FILES, **PYTHON}.items():
        project.write(name, text)

    ran = project.run("-q", file)

    assert ran.ret == pytest.ExitCode.OK, ran.printed
    assert ran.counts.keys() == {"passed"}
