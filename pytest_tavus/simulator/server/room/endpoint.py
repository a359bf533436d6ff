"""The rooms: a WebSocket for each participant, at the conversation's own URL.

A frame is one app message as Tavus's data channel carries it, in either direction, with nothing
around it. What cannot be taken is answered by a message of the simulator's own, which no client of
Tavus reads: its `event_type` is ``simulator.error``.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from pytest_tavus.contract.body import json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.port import LiveConversation
from pytest_tavus.simulator.server.http.answers import HangUp
from pytest_tavus.simulator.server.http.json_text import JsonTextError, read_json
from pytest_tavus.simulator.server.room.participant import (
    OVER,
    Closing,
    MessageEncoder,
    Meter,
    SocketParticipant,
)
from pytest_tavus.simulator.server.site import Endpoint, Site

FAREWELL_SECONDS = 2.0
"""How long a participant has to take what is left for them when they are to go."""


class Rooms:
    """Every room of the server."""

    def __init__(
        self,
        site: Site,
        *,
        now: Callable[[], float],
        hang_up: HangUp,
        malformed: Counter[str],
    ) -> None:
        """Open the rooms.

        `now` is in seconds of real time, and measures floods. In `malformed` frames are counted
        that could not be taken, by conversation.
        """
        self._site = site
        self._now = now
        self._hang_up = hang_up
        self._malformed = malformed
        self._texts = MessageEncoder()

    def endpoint(self) -> Endpoint:
        """Return the way in."""
        return Endpoint(
            routes=(
                WebSocketRoute("/rooms/{name}", self.enter),
                Route("/rooms/{name}", _refuse_page_request),
            )
        )

    async def enter(self, socket: WebSocket) -> None:
        """Let a participant in, and stay with them until they go."""
        conversation = self._site.account.live.get(socket.path_params["name"])
        if conversation is None:
            await _refuse_socket(socket, 404, "there is no conversation of that name")
            return
        if (refusal := self._refusal(socket, conversation)) is not None:
            await _refuse_socket(socket, *refusal)
            return
        seat = SocketParticipant(
            self._site.account.ids.uuid("participant"),
            limits=self._site.options.limits,
            texts=self._texts,
        )
        try:
            conversation.join(seat)
        except ServiceError as error:
            await _refuse_socket(socket, 403, str(error))
            return
        try:
            await socket.accept()
            closing = await self._relay(socket, seat, conversation)
        except WebSocketDisconnect:
            closing = None
        finally:
            conversation.leave(seat)
        if closing is not None:
            await self._close_socket(socket, closing)

    def _refusal(self, socket: WebSocket, conversation: LiveConversation) -> tuple[int, str] | None:
        if conversation.status == "ended":
            return 410, "the conversation has ended, and its room is closed"
        record = self._site.account.conversations.get(socket.path_params["name"])
        token = None if record is None else record.get("meeting_token")
        given = socket.query_params.get("t", "")
        if not token or hmac.compare_digest(given.encode(), token.encode()):
            return None
        return 401, "the room is private: join with ?t= and the conversation's meeting_token"

    async def _relay(
        self, socket: WebSocket, seat: SocketParticipant, conversation: LiveConversation
    ) -> Closing | None:
        """Carry messages both ways; return why that ended, `None` where the participant left."""
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._read(socket, seat, conversation),
                self._write(socket, seat),
                seat.wait_until_full(),
            )
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task.done()).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(
        self, socket: WebSocket, seat: SocketParticipant, conversation: LiveConversation
    ) -> Closing | None:
        meter = Meter(self._site.options.limits, now=self._now)
        while (frame := await socket.receive())["type"] != "websocket.disconnect":
            closing = meter.take(_size(frame))
            if closing is not None:
                return closing
            try:
                await conversation.receive(_read_message(frame.get("text")), sender=seat)
            except ServiceError as error:
                self._malformed[conversation.opening.conversation_id] += 1
                seat.deliver(_error(conversation.opening.conversation_id, str(error)))
        return None

    async def _write(self, socket: WebSocket, seat: SocketParticipant) -> Closing:
        stall = self._site.options.limits.stall_seconds
        while (text := await seat.next()) is not None:
            try:
                async with asyncio.timeout(stall):
                    await socket.send_text(text)
            except TimeoutError:
                return Closing(code=1008, reason=f"nothing was read for {stall:g} s")
        return OVER

    async def _close_socket(self, socket: WebSocket, closing: Closing) -> None:
        """Close with a code and a reason; a participant who does not even read that is cut off."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await socket.close(closing.code, closing.reason)
        except TimeoutError:
            self._hang_up(socket.scope)
        except (WebSocketDisconnect, RuntimeError):
            return


async def _refuse_socket(socket: WebSocket, status: int, sentence: str) -> None:
    await socket.send_denial_response(JSONResponse({"error": sentence}, status_code=status))


def _size(frame: Message) -> int:
    """Return how many bytes a frame carries."""
    text: str | None = frame.get("text")
    return len(frame.get("bytes") or b"") if text is None else len(text.encode())


def _read_message(text: str | None) -> dict[str, Any]:
    """Return the app message in a frame.

    Raises:
        ServiceError: there is none in it.

    """
    if text is None:
        raise ServiceError("an app message is a text frame, and this one was binary")
    try:
        message = json_object(read_json(text, called="the frame"))
    except JsonTextError as error:
        raise ServiceError(str(error)) from None
    if message is None:
        raise ServiceError("an app message is a JSON object, and this frame is another value")
    return message


def _error(conversation_id: str, sentence: str) -> dict[str, Any]:
    return {
        "message_type": "simulator",
        "event_type": "simulator.error",
        "conversation_id": conversation_id,
        "properties": {"message": sentence},
    }


async def _refuse_page_request(_: Request) -> JSONResponse:
    sentence = "this is a room: join it with a WebSocket, or with the stand-in for 'daily'"
    return JSONResponse({"error": sentence}, status_code=426, headers={"upgrade": "websocket"})
