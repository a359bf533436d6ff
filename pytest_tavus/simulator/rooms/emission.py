"""From what is recorded to what the room hears of it. Secrets included: a room carries no masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_tavus.contract.events import list_tavus_messages
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.room import Room
from pytest_tavus.trace.events import Event, PalSaid
from pytest_tavus.trace.log import Entry

_STEPS = 8
"""Streaming messages of one utterance, at most."""


class Broadcast:
    """Sends each event as the app messages that Tavus would send."""

    def __init__(self, room: Room, options: LiveOptions, *, chat: bool) -> None:
        self._room = room
        self._dual = options.dual_roles
        self._streaming = options.streaming
        self._speaking = options.speaking and not chat
        self._older = options.older_speaking and not chat

    def emit(self, event: Event, entry: Entry) -> None:
        """Send what Tavus sends for an event, if anything."""
        messages = (
            self._utterance(event) if isinstance(event, PalSaid) else list_tavus_messages(event)
        )
        inference_id = getattr(event, "inference_id", None)
        for event_type, properties in messages:
            self._room.send(
                event_type, properties, at=entry.at, turn=entry.turn, inference_id=inference_id
            )

    def _utterance(self, said: PalSaid) -> Iterator[tuple[str, Mapping[str, object]]]:
        if self._speaking:
            yield "conversation.started_speaking", {"role": "replica"}
        if self._older:
            yield "conversation.replica.started_speaking", {}
        if self._streaming:
            for prefix in prefixes(said.text):
                streamed = {"role": "replica", "speech": prefix, "is_interrupted": False}
                yield "conversation.utterance.streaming", streamed
        for event_type, properties in list_tavus_messages(said):
            yield event_type, properties
            if self._dual:
                yield event_type, {**properties, "role": "pal"}
        if self._older:
            yield "conversation.replica.stopped_speaking", {}
        if self._speaking:
            # The duration is not known: speech takes no time here, and Tavus allows null [doc].
            stopped = {"role": "replica", "interrupted": False, "duration": None}
            yield "conversation.stopped_speaking", stopped


def prefixes(text: str) -> Iterator[str]:
    """Yield growing beginnings of a text, whole words each, the last one all of it."""
    words = text.split(" ")
    step = -(-len(words) // _STEPS)
    for end in range(step, len(words), step):
        yield " ".join(words[:end])
    yield text
