"""The broken twins: for each example, what is broken in it and which scenario then fails.

A twin breaks the handler, the PAL's definition or what stands in for the page, as somebody might
do by mistake. Where the PAL's own decision is the mistake, it is made in what the scenario plays.
"""

from __future__ import annotations

from tests.examples.twins import (
    auth,
    behaviour,
    booking,
    courier,
    order_status,
    shop,
    signed,
    support_line,
    tickets,
)
from tests.examples.twins.twin import Twin

__all__ = ["TWINS", "Twin"]

TWINS: tuple[Twin, ...] = (
    *order_status.TWINS,
    *booking.TWINS,
    *shop.TWINS,
    *tickets.TWINS,
    *signed.TWINS,
    *auth.TWINS,
    *behaviour.TWINS,
    *support_line.TWINS,
    *courier.TWINS,
)
