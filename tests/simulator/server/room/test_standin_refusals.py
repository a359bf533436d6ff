"""The stand-in for `daily` refuses rooms and messages, and reports each failure."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_tavus.simulator.server.options import ServerLimits, ServerOptions
from pytest_tavus.simulator.server.standin.daily import CallClient
from tests.simulator.server.room.joining import RecordingHandler, client, echo, serving
from tests.simulator.server.served import PATIENCE


def test_a_message_without_a_room_and_a_completion_goes_to_on_error() -> None:
    with client() as (joining, heard):
        joining.send_app_message(echo("Anybody?"))

        assert heard.next("error") == ("this client has not joined a room",)


@pytest.mark.parametrize("message", [None, object()])
def test_a_message_that_is_not_json_is_refused(message: Any) -> None:
    with client() as (joining, _), pytest.raises(ValueError, match="an app message"):
        joining.send_app_message(message)


def test_removal_from_a_room_goes_to_on_error() -> None:
    options = ServerOptions(limits=ServerLimits(messages_per_second=1))
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
        ("SERVER/rooms/c9", "the room refused the participant (HTTP 404): "),
    ],
)
def test_a_failed_join_goes_to_on_error(url: str, sentence: str) -> None:
    with serving() as (_, server), client() as (joining, heard):
        joining.join(url.replace("SERVER", server.url))
        (error,) = heard.next("error")

    assert sentence in error


def test_a_room_of_another_service_is_not_joined() -> None:
    plain = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    with answering(plain) as url, client() as (joining, heard):
        joining.join(url)

        (error,) = heard.next("error")

    assert error == (
        "the room is not of a simulated Tavus: its answer has no 'x-tavus-simulator' header, so "
        "nothing was sent to it"
    )


def test_a_missing_server_goes_to_on_error() -> None:
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


def test_a_released_client_refuses_calls() -> None:
    found = CallClient()
    found.release()
    found.release()

    with pytest.raises(RuntimeError, match="this client has been released"):
        found.join("http://127.0.0.1:1/rooms/c1")
    assert not [one for one in threading.enumerate() if one.name.startswith("daily-")]


def test_a_failing_callback_does_not_stop_later_callbacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    class Breaking(RecordingHandler):
        def on_call_state_updated(self, state: Any) -> None:
            raise RuntimeError(state)

    heard = Breaking()
    found = CallClient(heard)
    found.join("https://tavus.daily.co/c1")
    heard.next("error")
    found.release()

    assert [str(each.exc_value) for each in told] == ["joining", "left"]


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
