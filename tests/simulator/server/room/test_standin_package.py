"""The stand-in for `daily` as a package: its names, its imports and its requirements."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_tavus.simulator.server.environment import standin_directory
from pytest_tavus.simulator.server.standin import daily
from pytest_tavus.simulator.server.standin.daily import EventHandler
from tests.simulator.server.room.joining import client

CALLBACKS = """
active_speaker_changed app_message available_devices_updated call_state_updated dialin_connected
dialin_error dialin_ready dialin_stopped dialin_warning dialout_answered dialout_connected
dialout_error dialout_stopped dialout_warning dtmf_event error inputs_updated live_stream_error
live_stream_started live_stream_stopped live_stream_updated live_stream_warning
network_stats_updated participant_counts_updated participant_joined participant_left
participant_updated publishing_updated recording_error recording_started recording_stopped
subscription_profiles_updated subscriptions_updated transcription_error transcription_message
transcription_started transcription_stopped transcription_updated
"""


def test_the_handler_has_every_callback_of_daily_python() -> None:
    handler = EventHandler()
    names = [f"on_{name}" for name in CALLBACKS.split()]

    assert {name for name in vars(EventHandler) if name.startswith("on_")} == set(names)
    for name in names:
        callback = getattr(handler, name)
        arguments = callback.__code__.co_argcount - 1
        assert callback(*[None] * arguments) is None


def test_a_handler_takes_any_arguments_as_that_of_daily_python_does() -> None:
    class Mine(EventHandler):
        def __init__(self, one: int, *, two: int) -> None:
            self.sum = one + two

    assert Mine(1, two=2).sum == 3


def test_without_websockets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, f"{daily.__name__}.room", None)
    with client() as (joining, heard):
        joining.join("http://127.0.0.1:1/rooms/c1")

        (error,) = heard.next("error")

    assert error == (
        "the stand-in for 'daily' needs the package 'websockets' in this environment: pip install "
        "websockets"
    )


def test_it_imports_the_standard_library_and_websockets_alone() -> None:
    home = Path(daily.__file__).parent
    imported = {
        name.partition(".")[0]
        for path in home.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }

    assert imported <= set(sys.stdlib_module_names) | {"websockets"}


def test_the_stand_in_runs_without_this_package() -> None:
    program = (
        "import sys; sys.modules['pytest_tavus'] = None\n"
        "from daily import CallClient, Daily, EventHandler\n"
        "Daily.init(); CallClient(event_handler=EventHandler()).release(); Daily.deinit()"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(standin_directory())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or ""]
    return []
