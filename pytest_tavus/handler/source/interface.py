"""Which interface an application has, found out from the object itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from pytest_tavus.errors import HandlerError

Interface = Literal["asgi", "wsgi"]


def interface_of(app: object, *, name: str) -> Interface:
    """Tell ASGI (a coroutine function, or three parameters) from WSGI (two parameters).

    `name` is what messages call the application.

    Raises:
        HandlerError: it is neither, or it cannot be told.

    """
    if not callable(app):
        message = f"{name} is no application: {_kind(app)} cannot be called"
        raise HandlerError(message)
    if isinstance(app, type):
        message = f"{name} is a class, not an application: set 'factory: true' to have it called"
        raise HandlerError(message)
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(_call_of(app)):
        return "asgi"
    three, two = _takes(app, 3), _takes(app, 2)
    if three != two:
        return "asgi" if three else "wsgi"
    if _takes(app, 0) and not three:
        message = f"{name} takes no arguments: set 'factory: true' if it returns the application"
        raise HandlerError(message)
    message = (
        f"{name} may be an ASGI or a WSGI application, which its parameters do not tell: "
        "set 'interface: asgi' or 'interface: wsgi'"
    )
    raise HandlerError(message)


def _call_of(app: object) -> object:
    return getattr(type(app), "__call__", None)  # noqa: B004 - its kind is asked, not whether


def _takes(app: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(app).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def _kind(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__!r}"
