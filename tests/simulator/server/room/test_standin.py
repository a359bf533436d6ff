"""The stand-in for `daily` in a room: joins, messages and callbacks."""

from __future__ import annotations

import json
import queue
from contextlib import closing
from typing import Any

import pytest

from pytest_tavus.simulator.server.standin.daily import CallClient, Daily, EventHandler
from pytest_tavus.simulator.server.standin.daily.room import open_room
from tests.simulator.server.room.joining import client, echo, serving
from tests.simulator.server.served import PATIENCE


def test_the_first_messages_of_a_room_arrive_together() -> None:
    with serving() as (_, server), closing(open_room(f"{server.url}/rooms/c1", None)) as room:
        kinds = [json.loads(text)["event_type"] for text in room.first]

    assert kinds == ["system.replica_joined", "conversation.utterance"]


def test_the_greeting_is_queued_when_the_pal_joins() -> None:
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
def test_a_client_joins_speaks_receives_replies_and_leaves() -> None:
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
        counts = joining.participant_counts()
        joining.leave()
        gone, reason = heard.next("left")
        states = [given[0] for name, given in list(heard.received.queue) if name == "state"]
        after = joining.participants()

    assert error is None
    assert "local" in data["participants"]
    assert (greeting, said) == ("Hello there!", "Good day.")
    assert set(present) == {"local", pal["id"]}
    assert counts == {"present": 2, "hidden": 0}
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


def test_send_reports_success_and_failure() -> None:
    sent: queue.Queue[Any] = queue.Queue()
    with serving() as (_, server), client() as (joining, heard):
        joining.send_app_message(echo("Too early."), completion=sent.put)
        early = sent.get(timeout=PATIENCE)
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        joining.send_app_message(echo("In time."), completion=sent.put)
        in_time = sent.get(timeout=PATIENCE)

    assert (early, in_time) == ("this client has not joined a room", None)


def test_the_end_of_the_conversation_is_no_error() -> None:
    with serving() as (thread, server), client() as (joining, heard):
        joining.join(f"{server.url}/rooms/c1")
        heard.utterance()
        thread.run(server.admin.live.end("c1", "end_conversation_endpoint_hit"))
        heard.next("left")

        assert heard.next("state") == ("left",)
        assert heard.received.empty()


def test_a_client_can_join_again() -> None:
    with serving() as (_, server), client() as (joining, heard):
        for _ in range(2):
            joining.join(f"{server.url}/rooms/c1")
            heard.next("joined")
            joining.leave()
