"""What every conversation of a server has in common, grouped by what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pytest_tavus.clock import Clock
from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.delivery.profile import DeliveryProfile
from pytest_tavus.gateway.front import in_front
from pytest_tavus.gateway.port import Handler
from pytest_tavus.live.callbacks import CallbackSender
from pytest_tavus.live.opening import Opening
from pytest_tavus.live.options import LiveOptions
from pytest_tavus.live.post_call import Filling, plainly_filled
from pytest_tavus.live.scripts import ScriptBook
from pytest_tavus.scenario.model import HandlerSpec
from pytest_tavus.simulator.brain import Brain
from pytest_tavus.simulator.conversation import Rules
from pytest_tavus.simulator.speech import Lines

BrainSource = Callable[[Opening], Brain | None]
"""Gives a conversation its brain, or leaves it to the next source, and at last to the scripts.

May raise a `TavusError`: then the conversation ends before it begins.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTime:
    """The server's time."""

    clock: Clock
    epoch: Callable[[], float]
    "Seconds since 1970, by the same clock."


@dataclass(frozen=True, slots=True, kw_only=True)
class Minds:
    """What decides for the PALs."""

    scripts: ScriptBook
    brains: tuple[BrainSource, ...] = ()
    "Asked in this order before a script is played; a conversation's own script wins over them."

    rules: Rules = field(default_factory=lambda: Rules(behaviour=Behaviour(), lines=Lines()))
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    "What scripts may read as ``{env.NAME}``; the values are secrets."


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWire:
    """What goes out over HTTP."""

    callbacks: CallbackSender
    handler: Handler = field(default_factory=lambda: in_front(HandlerSpec(at=()), None))
    "Takes the calls of `delivery.api`; the default answers none, and says so."

    profile: DeliveryProfile = field(default_factory=DeliveryProfile)
    filling: Filling = plainly_filled
    "Writes the open arguments of post-call tools."


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All of it, as one conversation is given it."""

    seed: int
    time: LiveTime
    minds: Minds
    wire: LiveWire
    options: LiveOptions
