"""A client of the stand-in for `daily`, in the room of a server in a thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.running import RunningServer, ServerThread
from pytest_tavus.simulator.server.standin.daily import CallClient, EventHandler
from tests.simulator.server.served import PATIENCE, open_conversation


class RecordingHandler(EventHandler):
    """Records callbacks, and the threads that they run on."""

    def __init__(self) -> None:
        self.received: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()
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
        self.received.put((name, given))

    def next(self, name: str) -> tuple[Any, ...]:
        """Return the arguments of the next callback of that name."""
        while True:
            found, given = self.received.get(timeout=PATIENCE)
            if found == name:
                return given

    def utterance(self) -> str:
        """Return the text of the next utterance."""
        while True:
            message, _ = self.next("app_message")
            if message["event_type"] == "conversation.utterance":
                return str(message["properties"]["speech"])


@contextmanager
def serving(options: ServerOptions | None = None) -> Generator[tuple[ServerThread, RunningServer]]:
    thread = ServerThread(options or ServerOptions(), environ={})
    server = thread.start()
    try:
        thread.run(open_conversation(server.tavus))
        yield thread, server
    finally:
        thread.stop()


@contextmanager
def client() -> Generator[tuple[CallClient, RecordingHandler]]:
    heard = RecordingHandler()
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
