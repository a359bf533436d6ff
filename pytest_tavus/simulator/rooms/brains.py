"""Who decides in one conversation: its own script, a brain that was brought along, or a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct, field

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.errors import TavusError
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.pal.conversation import PalRules
from pytest_tavus.simulator.pal.dispatch import Answered
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.played import PlayedBrain, ScriptBook, ScriptOrder
from pytest_tavus.trace.events import AnsweredBy, ToolCalled
from pytest_tavus.trace.log import Recorder

BrainSource = Callable[[Opening], Brain | None]
"""Gives a conversation its brain, or leaves it to the next source, and at last to the scripts.

May raise a `TavusError`: then the conversation ends before it begins.
"""


class BrainOptions(Struct, frozen=True, kw_only=True):
    """What decides for the PALs of a server."""

    scripts: ScriptBook
    brains: tuple[BrainSource, ...] = ()
    "Asked in this order before a script is played; a conversation's own script wins over them."

    script_order: ScriptOrder = "strict"
    "Which turn of a script answers a line that no script expects."

    rules: PalRules = field(default_factory=lambda: PalRules(behaviour=Behaviour(), lines=Lines()))
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    "What scripts may read as ``{env.NAME}``; the values are secrets."


class BrainChoice(Struct, frozen=True, kw_only=True):
    """What decides in one conversation."""

    brain: Brain
    on_answer: Answered
    "Told of what calls come to."

    error: TavusError | None = None
    "Why there is no brain. `brain` then stands in for it, and is not asked."


def choose_brain(opening: Opening, minds: BrainOptions, recorder: Recorder) -> BrainChoice:
    """Return who decides in a conversation."""
    played = PlayedBrain(
        partial(_scripts, opening, minds.scripts),
        recorder,
        # Its own script is its builder's, who goes through it in order, in any words.
        order=minds.script_order if opening.script is None else "loose",
        lines=minds.rules.lines,
        env=minds.env,
    )
    if opening.script is None:
        try:
            for source in minds.brains:
                brain = source(opening)
                if brain is not None:
                    return BrainChoice(brain=brain, on_answer=_ignore_answer)
        except TavusError as error:
            return BrainChoice(brain=played, on_answer=_ignore_answer, error=error)
    return BrainChoice(brain=played, on_answer=played.record_answer)


def _scripts(opening: Opening, book: ScriptBook) -> tuple[Scenario, ...]:
    if opening.script is not None:
        return (opening.script,)
    return book.list_scripts(opening.pal_id, opening.pal.pal_name)


def _ignore_answer(call: ToolCalled, answer: str, by: AnsweredBy) -> None:
    """Let it be: only a script has values to keep."""
    del call, answer, by
