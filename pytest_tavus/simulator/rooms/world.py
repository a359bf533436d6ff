"""The parts that all conversations of a server share, grouped by purpose."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from pytest_tavus.clock import Clock
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.front import add_canned_answers
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.rooms.brains import BrainOptions
from pytest_tavus.simulator.rooms.callbacks import CallbackTransport
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.rooms.post_call import Filling, fill_with_defaults


class LiveTime(Struct, frozen=True, kw_only=True):
    clock: Clock
    epoch: Callable[[], float]
    "Seconds since 1970, by the same clock."


class LiveWire(Struct, frozen=True, kw_only=True):
    """The ways out of a conversation over HTTP."""

    callbacks: CallbackTransport
    handler: Handler = field(default_factory=lambda: add_canned_answers(HandlerSpec(at=()), None))
    "Takes the calls of `delivery.api`; the default answers no call, and says why."

    profile: DeliveryProfile = field(default_factory=DeliveryProfile)
    filling: Filling = fill_with_defaults
    "Writes the open arguments of post-call tools, which go out as requests."


class LiveContext(Struct, frozen=True, kw_only=True):
    """The shared parts of all conversations."""

    seed: int
    time: LiveTime
    brain_options: BrainOptions
    wire: LiveWire
    options: LiveOptions
