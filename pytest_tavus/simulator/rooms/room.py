"""The room of a conversation: who is in it, and the envelope of what Tavus sends there.

The envelope is [doc] interactions-protocols/overview. Knows no engine and no sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_tavus.contract.events import is_oversized
from pytest_tavus.contract.limits import APP_MESSAGE_BYTES
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.port import Participant


class Room:
    """Sends to everybody in it. `seq` counts what was sent, heard or not."""

    def __init__(
        self,
        opening: Opening,
        *,
        epoch: float,
        options: LiveOptions,
        warn: Callable[[str], None],
    ) -> None:
        self._conversation_id = opening.conversation_id
        face = 1
        wanted = opening.max_participants
        self._capacity = options.participants if wanted is None else wanted - face
        self._epoch = epoch
        self._options = options
        self._warn = warn
        self._participants: dict[str, Participant] = {}
        self._seq = 0

    def __len__(self) -> int:
        return len(self._participants)

    def __contains__(self, participant: Participant) -> bool:
        return self._participants.get(participant.participant_id) is participant

    def join(self, participant: Participant) -> None:
        """Let someone in.

        Raises:
            ServiceError: the room is full, or has someone of that id in it.

        """
        if participant.participant_id in self._participants:
            message = f"a participant {participant.participant_id!r} is in the room already"
            raise ServiceError(message)
        if len(self._participants) >= self._capacity:
            count = len(self._participants)
            message = f"the room of {self._conversation_id} is full: {count} participants"
            raise ServiceError(message)
        self._participants[participant.participant_id] = participant

    def leave(self, participant: Participant) -> bool:
        """Let someone go; return whether they were there."""
        if participant not in self:
            return False
        del self._participants[participant.participant_id]
        return True

    def dismiss(self) -> None:
        """Send everybody home."""
        present, self._participants = self._participants, {}
        for participant in present.values():
            participant.dismiss()

    def send(
        self,
        event_type: str,
        properties: Mapping[str, Any],
        *,
        at: float,
        turn: int,
        inference_id: str | None = None,
    ) -> None:
        """Send one message to everybody; `at` is in seconds since the conversation was opened."""
        self._seq += 1
        if not self._participants:
            return
        message: dict[str, Any] = {
            "message_type": event_type.partition(".")[0],
            "event_type": event_type,
            "conversation_id": self._conversation_id,
            "timestamp": self._epoch + at,
            "seq": self._seq,
            "turn_idx": turn,
            "properties": dict(properties),
        }
        if inference_id is not None:
            message["inference_id"] = inference_id
        if self._fits(message):
            for participant in tuple(self._participants.values()):
                participant.deliver(message)

    def check_size(self, message: Mapping[str, Any], sender: Participant) -> None:
        """Warn of a participant's message that Tavus may drop.

        Raises:
            ServiceError: it is too long, and such messages are refused here.

        """
        if not is_oversized(message):
            return
        what = f"{message['event_type']} of {sender.participant_id!r}"
        sentence = f"{what} is longer than {APP_MESSAGE_BYTES} bytes"
        if self._options.refuse_oversized:
            raise ServiceError(sentence)
        self._warn(f"{sentence} and may be dropped")

    def _fits(self, message: Mapping[str, Any]) -> bool:
        if not is_oversized(message):
            return True
        refused = self._options.refuse_oversized
        self._warn(
            f"{message['event_type']} with seq {message['seq']} is longer than "
            f"{APP_MESSAGE_BYTES} bytes and {'was dropped' if refused else 'may be dropped'}"
        )
        return not refused
