"""The sources of the user's real handler, and the interface (ASGI or WSGI) of an application."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.scenario.values.model import HandlerSpec

Interface = Literal["asgi", "wsgi"]


def interface_of(app: object, *, name: str) -> Interface:
    """Tell ASGI (a coroutine function, or three parameters) from WSGI (two parameters).

    Messages call the application `name`.

    Raises:
        HandlerError: the object is neither, or its parameters fit both.

    """
    if not callable(app):
        raise build_uncallable_error(app, name=name)
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
        f"the parameters of {name} fit both an ASGI and a WSGI application: "
        "set 'interface: asgi' or 'interface: wsgi'"
    )
    raise HandlerError(message)


def build_uncallable_error(value: object, *, name: str) -> HandlerError:
    """Build the error for an application or a factory that is a plain value."""
    described = "None" if value is None else _describe_value(value)
    return HandlerError(f"{name} is not callable: it is {described}")


def _call_of(app: object) -> object:
    return getattr(type(app), "__call__", None)  # noqa: B004 - the method itself is inspected


def _takes(app: Callable[..., object], count: int) -> bool:
    try:
        inspect.signature(app).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


class AppSource(Struct, frozen=True, kw_only=True):
    """An ASGI or WSGI application that is already imported."""

    app: Callable[..., Any]
    name: str
    "The application's name in messages."

    interface: Interface | None
    within: float
    "Seconds for its start-up."

    @property
    def key(self) -> Hashable:
        """The application's identity: two import strings of one application start it once."""
        return ("app", id(self.app), self.interface)


class ImportSource(Struct, frozen=True, kw_only=True):
    """An import string of an application, or of a factory of one."""

    target: str
    factory: bool
    interface: Interface | None
    search_path: tuple[str, ...]
    within: float
    "Seconds for its start-up."

    @property
    def key(self) -> Hashable:
        return self


class CommandSource(Struct, frozen=True, kw_only=True):
    """A command that listens on a port."""

    words: tuple[str, ...]
    cwd: str | None
    env: tuple[str, ...]
    within: float
    "Seconds until its port must answer."

    @property
    def key(self) -> Hashable:
        return self


class UrlSource(Struct, frozen=True, kw_only=True):
    """A server that already runs."""

    url: str

    @property
    def key(self) -> Hashable:
        return self


class CustomSource(Struct, frozen=True, kw_only=True):
    """An object of the user's with the methods of `Handler`."""

    handler: Handler

    @property
    def key(self) -> Hashable:
        return ("own", id(self.handler))


Source = AppSource | ImportSource | CommandSource | UrlSource | CustomSource


def real_source(spec: HandlerSpec) -> Source | None:
    """Return the real handler of a scenario; `None` if the scenario has canned answers only.

    Raises:
        HandlerError: the scenario names several handlers.

    """
    named = [word for word in ("app", "command", "url") if getattr(spec, word)]
    if len(named) > 1:
        listed = f"{', '.join(named[:-1])} and {named[-1]}"
        message = f"a handler has one of app, command and url, but this handler has {listed}"
        raise HandlerError(message)
    if spec.app:
        return ImportSource(
            target=spec.app,
            factory=spec.factory,
            interface=spec.interface,
            search_path=spec.search_path,
            within=spec.startup_timeout,
        )
    if spec.command:
        return CommandSource(
            words=spec.command, cwd=spec.cwd, env=spec.env, within=spec.startup_timeout
        )
    return UrlSource(url=spec.url) if spec.url else None


def apply_override(spec: HandlerSpec, override: object) -> tuple[HandlerSpec, Source | None]:
    """Replace the scenario's handler with the value of the fixture `tavus_handler`.

    The replacement also drops the scenario's canned answers. `None` replaces nothing.

    Raises:
        HandlerError: the value is no handler.

    """
    if override is None:
        return spec, real_source(spec)
    if isinstance(override, HandlerSpec):
        return override, real_source(override)
    bare = HandlerSpec(at=spec.at, fresh=spec.fresh, startup_timeout=spec.startup_timeout)
    if isinstance(override, str):
        is_url = override.startswith(("http://", "https://"))
        bare = replace(bare, search_path=spec.search_path)
        bare = replace(bare, url=override) if is_url else replace(bare, app=override)
        return bare, real_source(bare)
    if callable(getattr(override, "send", None)) and callable(getattr(override, "close", None)):
        return bare, CustomSource(handler=cast("Handler", override))
    if callable(override):
        name = "the result of the fixture tavus_handler"
        return bare, AppSource(app=override, name=name, interface=None, within=spec.startup_timeout)
    message = (
        f"the fixture tavus_handler returned {_describe_value(override)}, which is no handler: "
        "return an ASGI or WSGI application, an import string 'package.module:attribute', or a URL"
    )
    raise HandlerError(message)


def directories(source: ImportSource, root: Path) -> list[Path]:
    """Return the directories to search before `sys.path`, in order."""
    return [*(root / directory for directory in source.search_path), root]


def _describe_value(value: object) -> str:
    return f"a value of type {type(value).__name__!r}"
