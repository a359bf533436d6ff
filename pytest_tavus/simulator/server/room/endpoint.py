"""The WebSocket routes of rooms: relays app messages between sockets and conversations.

A frame is one app message, as Tavus's data channel carries it in either direction. An invalid frame
is answered by a message of the simulator's own with the `event_type` ``simulator.error``, which
clients of Tavus ignore.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from pytest_tavus.contract.body import json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import JsonObject
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
"""How long a participant may take to read the last messages when the server closes the socket."""


class Rooms:
    """Lets participants join conversations over WebSockets."""

    def __init__(
        self,
        site: Site,
        *,
        now: Callable[[], float],
        hang_up: HangUp,
        malformed: Counter[str],
    ) -> None:
        """Set the real-time clock of rate limits, and the counter of refused frames.

        `malformed` counts by conversation.
        """
        self._site = site
        self._now = now
        self._hang_up = hang_up
        self._malformed = malformed
        self._encoder = MessageEncoder()

    def endpoint(self) -> Endpoint:
        return Endpoint(
            routes=(
                WebSocketRoute("/rooms/{name}", self.enter),
                Route("/rooms/{name}", _refuse_page_request),
            )
        )

    async def enter(self, socket: WebSocket) -> None:
        """Join a participant to a conversation until the socket closes."""
        conversation = self._site.account.live.get(socket.path_params["name"])
        if conversation is None:
            await _refuse_socket(socket, 404, "there is no conversation of that name")
            return
        if (refusal := self._refusal(socket, conversation)) is not None:
            await _refuse_socket(socket, *refusal)
            return
        participant = SocketParticipant(
            self._site.account.ids.uuid("participant"),
            limits=self._site.options.limits,
            encoder=self._encoder,
        )
        try:
            conversation.join(participant)
        except ServiceError as error:
            await _refuse_socket(socket, 403, str(error))
            return
        try:
            await socket.accept()
            closing = await self._relay(socket, participant, conversation)
        except WebSocketDisconnect:
            closing = None
        finally:
            conversation.leave(participant)
        if closing is not None:
            await self._close_socket(socket, closing)

    def _refusal(self, socket: WebSocket, conversation: LiveConversation) -> tuple[int, str] | None:
        if conversation.status == "ended":
            return 410, "the conversation has ended, and its room is closed"
        record = self._site.account.conversations.get(socket.path_params["name"])
        token = None if record is None else record.get("meeting_token")
        sent = socket.query_params.get("t", "")
        if not token or hmac.compare_digest(sent.encode(), token.encode()):
            return None
        return 401, "the room is private: join with ?t= and the conversation's meeting_token"

    async def _relay(
        self, socket: WebSocket, participant: SocketParticipant, conversation: LiveConversation
    ) -> Closing | None:
        """Relay messages; return why the server closes, `None` if the participant left."""
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._read(socket, participant, conversation),
                self._write(socket, participant),
                participant.wait_until_full(),
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
        self, socket: WebSocket, participant: SocketParticipant, conversation: LiveConversation
    ) -> Closing | None:
        meter = Meter(self._site.options.limits, now=self._now)
        while (frame := await socket.receive())["type"] != "websocket.disconnect":
            closing = meter.take(_size(frame))
            if closing is not None:
                return closing
            try:
                message = _read_message(frame.get("text"))
                await conversation.receive(message, sender=participant)
            except ServiceError as error:
                conversation_id = conversation.opening.conversation_id
                self._malformed[conversation_id] += 1
                participant.deliver(_build_error(conversation_id, str(error)))
        return None

    async def _write(self, socket: WebSocket, participant: SocketParticipant) -> Closing:
        stall = self._site.options.limits.stall_seconds
        while (text := await participant.next()) is not None:
            try:
                async with asyncio.timeout(stall):
                    await socket.send_text(text)
            except TimeoutError:
                return Closing(code=1008, reason=f"nothing was read for {stall:g} s")
        return OVER

    async def _close_socket(self, socket: WebSocket, closing: Closing) -> None:
        """Close with a code and a reason; cut the connection if they are not read."""
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
    text: str | None = frame.get("text")
    return len(frame.get("bytes") or b"") if text is None else len(text.encode())


def _read_message(text: str | None) -> JsonObject:
    """Parse the app message of a frame.

    Raises:
        ServiceError: the frame holds no app message.

    """
    if text is None:
        raise ServiceError("an app message is a text frame, and this frame is binary")
    try:
        message = json_object(read_json(text, called="the frame"))
    except JsonTextError as error:
        raise ServiceError(str(error)) from None
    if message is None:
        raise ServiceError("an app message is a JSON object, and this frame is another value")
    return message


def _build_error(conversation_id: str, sentence: str) -> JsonObject:
    return {
        "message_type": "simulator",
        "event_type": "simulator.error",
        "conversation_id": conversation_id,
        "properties": {"message": sentence},
    }


async def _refuse_page_request(_: Request) -> JSONResponse:
    sentence = "this is a room: join it with a WebSocket, or with the stand-in for 'daily'"
    return JSONResponse({"error": sentence}, status_code=426, headers={"upgrade": "websocket"})
