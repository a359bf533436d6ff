"""Ctrl-C while an application in this process is at work."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.handler.open import open_handler
from tests.handler.requests import send_request, spec


async def interrupted(scope: dict[str, Any], receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    raise KeyboardInterrupt


def test_an_interrupt_inside_a_handler_ends_the_run_and_is_not_logged() -> None:
    errors: list[str] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: errors.append(context["message"]))
    opening = open_handler(spec(), root=Path(), environ={}, override=interrupted)
    handler = loop.run_until_complete(opening)
    asking = loop.create_task(send_request(handler))

    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(asking)

    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        loop.run_until_complete(asking)
    loop.run_until_complete(handler.close())
    loop.close()
    gc.collect()
    assert errors == []
