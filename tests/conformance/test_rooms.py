"""Chats with the official clients: in a room with the stand-in for `daily`, and over the bridge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_tavus.simulator.server.fixture import TavusServer
from tests.conformance.environments import Environment
from tests.conformance.scripts import GUIDE, TALK
from tests.conformance.terminal import Terminal

ROOM_CHAT = Path(__file__).parent / "programs" / "room_chat.py"


@pytest.mark.fidelity("conformance.chat_in_a_room")
def test_the_command_line_chats_in_a_room(terminal: Terminal, tavus: TavusServer) -> None:
    (pal_id,) = tavus.load(TALK)

    opened = terminal.tells("chat", "start", "--pal-id", pal_id, "--name", "A chat")
    conversation_id = opened["conversation_id"]
    replies = [
        terminal.prints("chat", "turn", conversation_id, "--message", line)
        for line in ("Hello.", "Are you open?")
    ]
    ended = terminal.tells("chat", "end", conversation_id)

    assert replies == ["What can I do for you?\n", "From nine to five.\n"]
    assert ended is None
    (row,) = tavus.state()["tables"]["conversations"]
    assert (row["conversation_name"], row["status"]) == ("A chat", "ended")
    told = terminal.refuses("chat", "turn", conversation_id, "--message", "Hello?")
    assert "Daily client error" in told


@pytest.mark.fidelity("conformance.client_tools")
def test_a_client_answers_a_call_in_a_room(terminal: Terminal, tavus: TavusServer) -> None:
    (pal_id,) = tavus.load(GUIDE)
    opened = terminal.tells("chat", "start", "--pal-id", pal_id)
    line = "What is there to see in Berlin?"
    output = json.dumps({"place": "Museum Island"})

    asked, told = terminal.script(
        ROOM_CHAT, opened["conversation_id"], opened["conversation_url"], line, output
    )

    (call,) = asked["tool_calls"]
    assert (call["name"], json.loads(call["arguments"])) == ("find_place", {"city": "Berlin"})
    assert told == {"text": "Start at Museum Island.", "tool_calls": []}


@pytest.mark.fidelity("conformance.chat_over_the_bridge")
def test_an_earlier_command_line_chats_over_the_bridge(
    earlier: Environment, tavus: TavusServer, tmp_path: Path
) -> None:
    (pal_id,) = tavus.load(TALK)
    terminal = Terminal(earlier, home=tmp_path, given=tavus.environ)

    opened = terminal.tells("chat", "start", "--pal-id", pal_id)
    conversation_id = opened["conversation_id"]
    replies = [
        terminal.prints("chat", "turn", conversation_id, "--message", line)
        for line in ("Hello.", "Are you open?")
    ]
    ended = terminal.tells("chat", "end", conversation_id)

    assert replies == ["What can I do for you?\n", "From nine to five.\n"]
    assert ended is None
    asked = [row["path"] for row in tavus.journal() if row["method"] == "POST"]
    assert asked.count(f"/v2/conversations/{conversation_id}/respond") == 2
