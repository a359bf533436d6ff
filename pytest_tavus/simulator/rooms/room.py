"""The room of a conversation: its participants, and the envelope of Tavus's messages to them.

The envelope is [doc] interactions-protocols/overview. Knows no engine and no sockets.
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_tavus.contract.events import is_oversized
from pytest_tavus.contract.limits import APP_MESSAGE_BYTES
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.port import Participant


class Room:
    """Sends messages to all participants. `seq` counts messages to an empty room too."""

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
        limit = opening.max_participants
        self._capacity = options.participants if limit is None else limit - face
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
        """Add a participant.

        Raises:
            ServiceError: the room is full, or the id of the participant is taken.

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
        """Remove a participant; return whether the participant was in the room."""
        if participant not in self:
            return False
        del self._participants[participant.participant_id]
        return True

    def dismiss(self) -> None:
        """Remove all participants, and tell them that the conversation has ended."""
        present, self._participants = self._participants, {}
        for participant in present.values():
            participant.dismiss()

    def send(
        self,
        event_type: str,
        properties: JsonMapping,
        *,
        at: float,
        turn: int,
        inference_id: str | None = None,
    ) -> None:
        """Send a message to all; `at` is in seconds since the conversation was opened."""
        self._seq += 1
        if not self._participants:
            return
        message: JsonObject = {
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

    def check_size(self, message: JsonMapping, sender: Participant) -> None:
        """Warn of a participant's message that Tavus may drop.

        Raises:
            ServiceError: the message is too long, and the options refuse such messages.

        """
        if not is_oversized(message):
            return
        subject = f"{message['event_type']} of {sender.participant_id!r}"
        sentence = f"{subject} is longer than {APP_MESSAGE_BYTES} bytes"
        if self._options.refuse_oversized:
            raise ServiceError(sentence)
        self._warn(f"{sentence} and may be dropped")

    def _fits(self, message: JsonMapping) -> bool:
        if not is_oversized(message):
            return True
        refused = self._options.refuse_oversized
        self._warn(
            f"{message['event_type']} with seq {message['seq']} is longer than "
            f"{APP_MESSAGE_BYTES} bytes and {'was dropped' if refused else 'may be dropped'}"
        )
        return not refused
