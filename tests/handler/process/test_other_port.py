"""A command that runs and does not listen where it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.open import open_handler
from pytest_tavus.handler.process.handler import collect_ports
from tests.handler.requests import spec

LISTENING = """
import os, signal, socket
servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
server = next(one for one in servers if one.getsockname()[1] != int(os.environ["PORT"]))
print("Running on http://127.0.0.1:%d" % server.getsockname()[1], flush=True)
signal.pause()
"""
SILENT = """
import signal
print("Running on http://127.0.0.1:1", flush=True)
signal.pause()
"""


async def find_start_error(root: Path, *command: str, within: float = 1.5) -> HandlerError:
    """Start a command that must not answer, and return what is said about it."""
    with pytest.raises(HandlerError) as refused:
        await open_handler(
            spec(command=command, startup_timeout=within), root=root, environ={}, override=None
        )
    return refused.value


@pytest.mark.asyncio
async def test_a_command_on_another_port_gets_a_hint_about_its_port(
    tmp_path: Path,
) -> None:
    error = await find_start_error(tmp_path, "python", "-c", LISTENING, within=4)
    other = (error.detail or "").rpartition(":")[2]
    assert error.message.endswith(
        f" within 4 s; its output names port {other}, which answers: "
        "pass it {port}, or let it read the environment variable PORT"
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (
            (),
            "; the command does not contain {port}: does it read the environment variable PORT?",
        ),
        (("{port}",), ""),
    ],
)
async def test_a_port_on_which_nobody_listens_is_no_hint(
    tmp_path: Path, words: tuple[str, ...], hint: str
) -> None:
    error = await find_start_error(tmp_path, "python", "-c", SILENT, *words)
    assert error.message.endswith(f" within 1.5 s{hint}")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", [8000]),
        ("listening on localhost:3000, then on [::1]:3001", [3001, 3000]),
        ("Server started on port 8080\nand again on Port: 8080", [8080]),
        ("12:30:59 started, version 1.2.3, 42 routes, pid 8000", [59]),
        ("http://127.0.0.1:99999 and :0", []),
        ("", []),
    ],
)
def test_ports_are_found_in_the_output_of_servers(written: str, found: list[int]) -> None:
    assert collect_ports(written) == found
