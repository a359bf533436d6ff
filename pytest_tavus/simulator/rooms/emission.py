"""Translates recorded events into app messages to the room. A room carries secrets in clear."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.events import list_tavus_messages
from pytest_tavus.json_data import JsonMapping
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.room import Room
from pytest_tavus.trace.events import Event, PalSaid
from pytest_tavus.trace.log import Entry

_MAX_STREAMED = 8
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
        messages = (
            self._utterance(event) if isinstance(event, PalSaid) else list_tavus_messages(event)
        )
        inference_id = getattr(event, "inference_id", None)
        for event_type, properties in messages:
            self._room.send(
                event_type, properties, at=entry.at, turn=entry.turn, inference_id=inference_id
            )

    def _utterance(self, said: PalSaid) -> Iterator[tuple[str, JsonMapping]]:
        if self._speaking:
            yield "conversation.started_speaking", {"role": "replica"}
        if self._older:
            yield "conversation.replica.started_speaking", {}
        if self._streaming:
            for prefix in prefixes(said.text):
                streamed: JsonMapping = {
                    "role": "replica",
                    "speech": prefix,
                    "is_interrupted": False,
                }
                yield "conversation.utterance.streaming", streamed
        for event_type, properties in list_tavus_messages(said):
            yield event_type, properties
            if self._dual:
                yield event_type, {**properties, "role": "pal"}
        if self._older:
            yield "conversation.replica.stopped_speaking", {}
        if self._speaking:
            # Speech takes no time here, so its duration is unknown; Tavus allows null [doc].
            stopped: JsonMapping = {"role": "replica", "interrupted": False, "duration": None}
            yield "conversation.stopped_speaking", stopped


def prefixes(text: str) -> Iterator[str]:
    """Yield growing prefixes of a text, cut between words; the last prefix is the whole text."""
    words = text.split(" ")
    step = -(-len(words) // _MAX_STREAMED)
    for end in range(step, len(words), step):
        yield " ".join(words[:end])
    yield text
