"""Chooses the brain of a conversation: its own script, a configured brain, or the script book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct, field

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.errors import TavusError
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.pal.conversation import PalRules
from pytest_tavus.simulator.pal.dispatch import OnAnswer
from pytest_tavus.simulator.pal.speech import Lines
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.played import PlayedBrain, ScriptBook, ScriptOrder
from pytest_tavus.trace.events import AnsweredBy, ToolCalled
from pytest_tavus.trace.log import Recorder

BrainSource = Callable[[Opening], Brain | None]
"""Returns the brain of a conversation, or `None` to ask the next source, and last the script book.

May raise a `TavusError`: the conversation then ends before it begins.
"""


class BrainOptions(Struct, frozen=True, kw_only=True):
    """The brains and scripts of all PALs of a server."""

    scripts: ScriptBook
    brains: tuple[BrainSource, ...] = ()
    "Asked in this order, before the script book. A conversation with its own script asks none."

    script_order: ScriptOrder = "strict"
    "Which turn of a script answers a line that no script expects."

    rules: PalRules = field(default_factory=lambda: PalRules(behaviour=Behaviour(), lines=Lines()))
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    "Variables that scripts read as ``{env.NAME}``; the values are secrets."


class BrainChoice(Struct, frozen=True, kw_only=True):
    brain: Brain
    on_answer: OnAnswer
    error: TavusError | None = None
    "Why a source gave no brain; `brain` is then a placeholder that nobody asks."


def choose_brain(opening: Opening, options: BrainOptions, recorder: Recorder) -> BrainChoice:
    played = PlayedBrain(
        partial(_scripts, opening, options.scripts),
        recorder,
        # Only the carrier that builds PALs has its own script; its creator may say anything.
        order=options.script_order if opening.script is None else "loose",
        lines=options.rules.lines,
        env=options.env,
    )
    if opening.script is None:
        try:
            for source in options.brains:
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
    """Ignore an answer: only a script saves values."""
    del call, answer, by
