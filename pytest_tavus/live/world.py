"""What every conversation of a server has in common, grouped by what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_tavus.clock import Clock
from pytest_tavus.delivery.profile import DeliveryProfile
from pytest_tavus.gateway.front import in_front
from pytest_tavus.gateway.port import Handler
from pytest_tavus.live.callbacks import CallbackSender
from pytest_tavus.live.mind import BrainSource, Minds
from pytest_tavus.live.options import LiveOptions
from pytest_tavus.live.post_call import Filling, plainly_filled
from pytest_tavus.scenario.model import HandlerSpec

__all__ = ["BrainSource", "LiveTime", "LiveWire", "Minds", "World"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTime:
    """The server's time."""

    clock: Clock
    epoch: Callable[[], float]
    "Seconds since 1970, by the same clock."


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
