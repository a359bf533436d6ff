"""A chat endpoint on loopback with the answers of the test, which records its requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    hangs: bool = False
    "The endpoint reads the request, and sends nothing."

    def raw(self) -> bytes:
        headers = {"content-type": "application/json", "connection": "close", **self.headers}
        written = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        body = self.body.encode()
        head = f"HTTP/1.1 {self.status} Said\r\n{written}content-length: {len(body)}\r\n\r\n"
        return head.encode() + body


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    line: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class Endpoint:
    """Gives its answers in order, and repeats the last answer."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[ReceivedRequest] = []
        self.base_url = ""
        self._answers = list(answers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await _read_request(reader))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if answer.hangs:
                await reader.read()  # until the client has given up
            else:
                writer.write(answer.raw())
                await writer.drain()
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> ReceivedRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *rest = head.strip().split("\r\n")
    pairs = (row.split(": ", 1) for row in rest)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers["content-length"]))
    return ReceivedRequest(line=line, headers=headers, body=json.loads(body))


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncGenerator[Endpoint, None]:
    """Run an endpoint on a free port."""
    endpoint = Endpoint(*answers)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint.base_url = f"http://127.0.0.1:{port}/v1"
    async with server:
        yield endpoint


def says(words: str | None, *calls: tuple[str, Any], **more: Any) -> Answer:
    """Return a completion with words and calls; arguments that are a text are sent unchanged."""
    made = [
        {
            "id": f"theirs_{number}",
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
            },
        }
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": words, **({"tool_calls": made} if made else {})}
    choice = {"index": 0, "message": {**message, **more}, "finish_reason": "stop"}
    return Answer(body=json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}))


def cut(answer: Answer, finish_reason: str) -> Answer:
    """Return a completion with another finish reason."""
    found = json.loads(answer.body)
    found["choices"][0]["finish_reason"] = finish_reason
    return replace(answer, body=json.dumps(found))


def refuses(status: int, message: str, **headers: str) -> Answer:
    """Return an error as OpenAI's API writes it."""
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}})
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body=body, status=status, headers=renamed)
