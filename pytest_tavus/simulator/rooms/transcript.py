"""The transcript of a conversation, in the form of the verbose GET and of the callback.

Shapes: [doc] get-conversation; `tool_calls` on the rows of the assistant: [wild].
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pytest_tavus.json_data import JsonObject
from pytest_tavus.trace.events import Event, PalSaid, ToolCalled, UserSaid
from pytest_tavus.trace.log import Entry


class _Row(Struct, kw_only=True):
    role: Literal["user", "assistant"]
    content: str
    at: float
    inference_id: str | None = None
    calls: tuple[ToolCalled, ...] = ()


class Transcript:
    """Collects lines and calls in their order."""

    def __init__(self, *, epoch: float) -> None:
        self._epoch = epoch
        self._rows: list[_Row] = []
        self.has_dialogue = False
        """Whether the caller said anything."""

    def __bool__(self) -> bool:
        return bool(self._rows)

    def record(self, event: Event, entry: Entry) -> None:
        match event:
            case UserSaid():
                self.has_dialogue = True
                self._rows.append(_Row(role="user", content=event.text, at=entry.at))
            case PalSaid():
                self._rows.append(_build_assistant_row(event.text, entry.at, event.inference_id))
            case ToolCalled():
                self._find_or_add_row(event, entry.at).calls += (event,)
            case _:
                return

    def rows(self) -> list[JsonObject]:
        """Return the rows in Tavus's form. Speech takes no time here, so every duration is 0."""
        return [self._to_body(row) for row in self._rows]

    def _find_or_add_row(self, call: ToolCalled, at: float) -> _Row:
        """Return the row of the call's inference: the row of its filler, or a new row."""
        last = self._rows[-1] if self._rows else None
        if last is None or last.role == "user" or last.inference_id != call.inference_id:
            last = _build_assistant_row("", at, call.inference_id)
            self._rows.append(last)
        return last

    def _to_body(self, row: _Row) -> JsonObject:
        body: JsonObject = {
            "role": row.role,
            "content": row.content,
            "timestamp": self._epoch + row.at,
            "seconds_from_start": row.at,
            "duration": 0.0,
        }
        if row.inference_id is not None:
            body["inference_id"] = row.inference_id
        if row.calls:
            body["tool_calls"] = [
                {"function": {"name": call.name, "arguments": call.arguments}} for call in row.calls
            ]
        return body


def _build_assistant_row(content: str, at: float, inference_id: str | None) -> _Row:
    return _Row(role="assistant", content=content, at=at, inference_id=inference_id)
