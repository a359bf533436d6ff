"""Where the user's real handler comes from, and which interface an application has."""

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

    `name` is what messages call the application.

    Raises:
        HandlerError: it is neither, or it cannot be told.

    """
    if not callable(app):
        message = f"{name} is no application: {_describe_object(app)} cannot be called"
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


def _describe_object(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__!r}"


class AppSource(Struct, frozen=True, kw_only=True):
    """An ASGI or WSGI application that is here already."""

    app: Callable[..., Any]
    name: str
    "What messages call it."

    interface: Interface | None
    within: float
    "Seconds for its start-up."

    @property
    def key(self) -> Hashable:
        """Its identity: an application is started once, by whatever name it was found."""
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
        """All of it."""
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
        """All of it."""
        return self


class UrlSource(Struct, frozen=True, kw_only=True):
    """Something that runs already."""

    url: str

    @property
    def key(self) -> Hashable:
        """All of it."""
        return self


class CustomSource(Struct, frozen=True, kw_only=True):
    """A handler object of the user's own making."""

    handler: Handler

    @property
    def key(self) -> Hashable:
        """Its identity."""
        return ("own", id(self.handler))


Source = AppSource | ImportSource | CommandSource | UrlSource | CustomSource


def real_source(spec: HandlerSpec) -> Source | None:
    """Return the real handler a scenario names; `None` where it names none.

    Raises:
        HandlerError: it names several.

    """
    named = [word for word in ("app", "command", "url") if getattr(spec, word)]
    if len(named) > 1:
        message = (
            f"a handler has one of app, command and url, and this one has {_join_words(named)}"
        )
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
    """Let what the fixture `tavus_handler` returned take the place of the scenario's handler.

    Nothing of the scenario's handler remains, canned answers included. `None` overrides nothing.

    Raises:
        HandlerError: it is nothing that can be a handler.

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
        name = "what the fixture tavus_handler returned"
        return bare, AppSource(app=override, name=name, interface=None, within=spec.startup_timeout)
    message = (
        f"the fixture tavus_handler returned {_describe_value(override)}, which is no handler: "
        "return an ASGI or WSGI application, an import string 'package.module:attribute', or a URL"
    )
    raise HandlerError(message)


def directories(source: ImportSource, root: Path) -> list[Path]:
    """Return where an import string is looked for first."""
    return [*(root / directory for directory in source.search_path), root]


def _join_words(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _describe_value(value: object) -> str:
    return f"a value of type {type(value).__name__!r}"
