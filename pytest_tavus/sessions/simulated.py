"""A simulated session: a simulated PAL in this process calls the user's real handler."""

from __future__ import annotations

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.pal.conversation import ConversationContext, PalConversation
from pytest_tavus.simulator.pal.dispatch import OnAnswer, Wire, WireDispatcher
from pytest_tavus.trace.events import SessionOpened, UserSaid
from pytest_tavus.trace.facts import deciders
from pytest_tavus.trace.log import Recorder


class SimSession:
    def __init__(
        self, conversation: PalConversation, recorder: Recorder, *, conversation_id: str
    ) -> None:
        self.conversation_id = conversation_id
        self._conversation = conversation
        self._recorder = recorder
        self._open = True

    async def say(self, text: str) -> None:
        """Say one line of the caller; return after the PAL's turn.

        Raises:
            ServiceError: the conversation has ended.

        """
        self._require_open()
        self._recorder.record(UserSaid(text=text))
        await self._conversation.hear(text)

    async def listen(self, seconds: float) -> None:
        """Advance the conversation's own clock; no real time passes.

        Raises:
            ServiceError: the conversation has ended.

        """
        self._require_open()
        await self._conversation.listen(seconds)

    async def end(self) -> None:
        """Refuse every further line; a simulated session has no resources to release."""
        self._open = False

    def _require_open(self) -> None:
        if not self._open:
            message = f"the conversation {self.conversation_id} has ended"
            raise ServiceError(message)


def open_sim(
    pal: Pal, brain: Brain, *, wire: Wire, around: ConversationContext, answered: OnAnswer
) -> SimSession:
    """Open a simulated conversation; the PAL greets at once."""
    conversation_id = around.ids.conversation()
    dispatcher = WireDispatcher(wire, around, conversation_id=conversation_id, on_answer=answered)
    conversation = PalConversation(pal, brain, dispatcher=dispatcher, shared=around)
    around.recorder.record(
        SessionOpened(
            session="sim",
            conversation_id=conversation_id,
            pal=pal.pal_name or "unnamed PAL",
            decisions=brain.decisions,
            deciders=deciders("sim", brain.decisions),
        )
    )
    conversation.greet()
    return SimSession(conversation, around.recorder, conversation_id=conversation_id)
