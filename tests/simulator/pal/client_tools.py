"""Callables of `client:`, as a user would write them. Imported by their name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

NOT_CALLABLE = 7


def blocking(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"guests": arguments["guests"], "thread": threading.current_thread().name}


async def waiting(arguments: dict[str, Any]) -> str:
    await asyncio.sleep(0)
    return f"for {arguments['guests']}"


def handing_over(arguments: dict[str, Any]) -> Any:
    return waiting(arguments)


def nothing(arguments: dict[str, Any]) -> None:
    return None


def a_set(arguments: dict[str, Any]) -> set[int]:
    return {1}


def not_a_number(arguments: dict[str, Any]) -> float:
    return float("nan")


def raising(arguments: dict[str, Any]) -> None:
    message = "the book is gone"
    raise LookupError(message)


async def raising_later(arguments: dict[str, Any]) -> None:
    await asyncio.sleep(0)
    raising(arguments)


def leaving(arguments: dict[str, Any]) -> None:
    raise SystemExit(3)


def stopping(arguments: dict[str, Any]) -> None:
    raise StopIteration


def failing(arguments: dict[str, Any]) -> None:
    pytest.fail("this is not what was agreed")


def stuck(release: threading.Event) -> Callable[[dict[str, Any]], None]:
    """Return a callable that blocks its thread until it is released."""

    def wait(arguments: dict[str, Any]) -> None:
        release.wait(30)

    return wait
