"""The stand-in for `daily`: what it imports, whom it joins, and what its callbacks hear."""

from __future__ import annotations

import ast
import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.server.environment import standin_directory
from pytest_tavus.server.options import Limits, ServerOptions
from pytest_tavus.server.running import Running, ServerThread
from pytest_tavus.server.standin import daily
from pytest_tavus.server.standin.daily import CallClient, Daily, EventHandler
from pytest_tavus.server.standin.daily.room import open_room
from tests.server.served import PATIENCE, talking

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


class Heard(EventHandler):
    """Keeps what it hears, and on which thread."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()
        self.threads: set[str] = set()

    def on_app_message(self, message: Any, sender: Any) -> None:
        self._keep("app_message", message, sender)

    def on_call_state_updated(self, state: Any) -> None:
        self._keep("state", state)

    def on_participant_joined(self, participant: Any) -> None:
        self._keep("joined", participant)

    def on_participant_left(self, participant: Any, reason: Any) -> None:
        self._keep("left", participant, reason)

    def on_error(self, message: Any) -> None:
        self._keep("error", message)

    def _keep(self, name: str, *given: Any) -> None:
        self.threads.add(threading.current_thread().name)
        self.told.put((name, given))

    def next(self, name: str) -> tuple[Any, ...]:
        """Return what the next callback of that name was given."""
        while True:
            found, given = self.told.get(timeout=PATIENCE)
            if found == name:
                return given

    def utterance(self) -> str:
        """Return what is said next."""
        while True:
            message, _ = self.next("app_message")
            if message["event_type"] == "conversation.utterance":
                return str(message["properties"]["speech"])


@contextmanager
def serving(options: ServerOptions | None = None) -> Generator[tuple[ServerThread, Running]]:
    thread = ServerThread(options or ServerOptions(), environ={})
    server = thread.start()
    try:
        thread.run(talking(server.tavus))
        yield thread, server
    finally:
        thread.stop()


@contextmanager
def client() -> Generator[tuple[CallClient, Heard]]:
    heard = Heard()
    found = CallClient(event_handler=heard)
    try:
        yield found, heard
    finally:
        found.release()


def echo(text: str) -> dict[str, Any]:
    return {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": "c1",
        "properties": {"modality": "text", "text": text},
    }


def test_it_has_every_callback_of_daily_python_and_each_does_nothing() -> None:
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


def test_what_a_room_says_on_joining_is_there_at_once() -> None:
    with serving() as (_, server), closing(open_room(f"{server.url}/rooms/c1", None)) as room:
        kinds = [json.loads(text)["event_type"] for text in room.first]

    assert kinds == ["system.replica_joined", "conversation.utterance"]


def test_when_the_pal_is_there_its_greeting_waits_already() -> None:
    waiting: queue.Queue[int] = queue.Queue()

    class Looking(EventHandler):
        def on_participant_joined(self, participant: Any) -> None:
            waiting.put(joining._jobs.qsize())  # pyright: ignore[reportPrivateUsage]  # no other sign

    joining = CallClient(event_handler=Looking())
    with serving() as (_, server):
        joining.join(f"{server.url}/rooms/c1")
        found = waiting.get(timeout=PATIENCE)
        joining.release()

    assert found == 2, "that the PAL is there, as a message, and the greeting"


@pytest.mark.fidelity("door.room_as_daily")
def test_it_joins_speaks_hears_and_leaves() -> None:
    Daily.init()
    completed: queue.Queue[tuple[Any, Any]] = queue.Queue()

    def complete(data: Any, error: Any) -> None:
        completed.put((data, error))

    with serving() as (_, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1", completion=complete)
        data, error = completed.get(timeout=PATIENCE)
        (pal,) = heard.next("joined")
        greeting = heard.utterance()
        joining.send_app_message(echo("Good day."))
        said = heard.utterance()
        present = joining.participants()
        joining.leave()
        gone, reason = heard.next("left")
        states = [given[0] for name, given in list(heard.told.queue) if name == "state"]
        after = joining.participants()

    assert error is None
    assert "local" in data["participants"]
    assert (greeting, said) == ("Hello there!", "Good day.")
    assert set(present) == {"local", pal["id"]}
    assert (gone, reason) == (pal, "leftCall")
    assert set(after) == {"local"}
    assert states == ["left"]
    assert heard.threads == {"daily-callbacks"}


def test_a_message_may_be_sent_as_text() -> None:
    with serving() as (_, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        joining.send_app_message(json.dumps(echo("As text.")))

        assert heard.utterance() == "As text."


def test_whoever_sends_hears_whether_it_went() -> None:
    sent: queue.Queue[Any] = queue.Queue()
    with serving() as (_, server), client() as (joining, heard):
        joining.send_app_message(echo("Too early."), completion=sent.put)
        early = sent.get(timeout=PATIENCE)
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        joining.send_app_message(echo("In time."), completion=sent.put)
        in_time = sent.get(timeout=PATIENCE)

    assert (early, in_time) == ("this client has not joined a room", None)


def test_a_message_into_no_room_is_an_error_where_nobody_asks() -> None:
    with client() as (joining, heard):
        joining.send_app_message(echo("Anybody?"))

        assert heard.next("error") == ("this client has not joined a room",)


@pytest.mark.parametrize("message", [None, object()])
def test_what_is_no_message_is_refused(message: Any) -> None:
    with client() as (joining, _), pytest.raises(ValueError, match="an app message"):
        joining.send_app_message(message)


def test_the_end_of_the_conversation_is_no_error() -> None:
    with serving() as (thread, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        thread.run(server.backstage.live.end("c1", "end_conversation_endpoint_hit"))
        heard.next("left")

        assert heard.next("state") == ("left",)
        assert heard.told.empty()


def test_being_put_out_is_an_error() -> None:
    options = ServerOptions(limits=Limits(messages_per_second=1))
    sent: queue.Queue[Any] = queue.Queue()
    with serving(options) as (_, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        for _ in range(5):
            joining.send_app_message(echo("More!"), completion=sent.put)

        assert heard.next("error") == ("the room was closed (1008): more than 1 messages a second",)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://tavus.daily.co/c1", "is no room of a simulated Tavus on this machine"),
        ("http://192.0.2.1/rooms/c1", "is no room of a simulated Tavus on this machine"),
        ("http://localhost.evil.example/rooms/c1", "is no room of a simulated Tavus"),
        ("file:///etc/passwd", "is no room of a simulated Tavus"),
        ("SERVER/rooms/c9", "the room lets nobody in (HTTP 404): "),
    ],
)
def test_a_room_that_cannot_be_joined_is_an_error(url: str, sentence: str) -> None:
    with serving() as (_, server), client() as (joining, heard):
        joining.join(url.replace("SERVER", server.url))
        (error,) = heard.next("error")

    assert sentence in error


def test_a_room_of_somebody_else_is_not_joined() -> None:
    plain = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    with answering(plain) as url, client() as (joining, heard):
        joining.join(url)

        (error,) = heard.next("error")

    assert error == (
        "the room is not of a simulated Tavus: its answer has no 'x-tavus-simulator' header, so "
        "nothing was sent to it"
    )


def test_a_server_that_is_not_there_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/rooms/c1"
        with client() as (joining, heard):
            joining.join(url)

            assert f"the room {url} cannot be joined: " in heard.next("error")[0]


def test_a_client_joins_one_room_at_a_time() -> None:
    with serving() as (_, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        joining.join(f"{server.url}/rooms/c1")

        assert heard.next("error") == ("this client is joined already",)


def test_a_client_may_come_back() -> None:
    with serving() as (_, server), client() as (joining, heard):
        for _ in range(2):
            joining.join(f"{server.url}/rooms/c1")
            heard.next("joined")
            joining.leave()


def test_a_client_that_was_released_is_of_no_use() -> None:
    found = CallClient()
    found.release()
    found.release()

    with pytest.raises(RuntimeError, match="this client has been released"):
        found.join("http://127.0.0.1:1/rooms/c1")
    assert not [one for one in threading.enumerate() if one.name.startswith("daily-")]


def test_a_callback_that_breaks_does_not_break_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    class Breaking(Heard):
        def on_call_state_updated(self, state: Any) -> None:
            raise RuntimeError(state)

    heard = Breaking()
    found = CallClient(heard)
    found.join("https://tavus.daily.co/c1")
    heard.next("error")
    found.release()

    assert [str(each.exc_value) for each in told] == ["joining", "left"]


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


def test_as_daily_it_comes_without_this_package() -> None:
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


@contextmanager
def answering(response: bytes) -> Generator[str]:
    """Serve one connection with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(response)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/rooms/c1"
        thread.join(PATIENCE)
