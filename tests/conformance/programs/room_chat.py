"""Chats in a room with the official client's own transport, and answers the PAL's tool calls.

Run as ``python room_chat.py CONVERSATION_ID ROOM LINE OUTPUT``. Prints the client's account of both
turns: the one that the line began, and the one after the calls were answered.
"""

from __future__ import annotations

import asyncio
import json
import sys

from tavus_mcp.sdk.daily_transport import open_conversation_session


async def main(conversation_id: str, room: str, line: str, output: str) -> None:
    """Say a line, answer every call with the same output, and print what was heard."""
    session = await open_conversation_session(conversation_id, room, startup_timeout_s=20)
    try:
        await session.send_text(line)
        asked = await session.collect_turn(timeout_s=20)
        for call in asked["tool_calls"]:
            await session.send_tool_result(call["tool_call_id"], call["name"], json.loads(output))
        told = await session.collect_turn(timeout_s=20)
    finally:
        await session.close()
    print(json.dumps([asked, told]))  # noqa: T201 - it is what the program is for


asyncio.run(main(*sys.argv[1:]))
