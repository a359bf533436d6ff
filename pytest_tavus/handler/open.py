"""Starts the user's handler from a source of any kind.

Modules for processes, URLs and WSGI applications are imported when the first such handler starts.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from pathlib import Path

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.asgi.handler import start_asgi
from pytest_tavus.handler.call.faults import (
    crash_fault,
    describe_error,
    protocol_fault,
    timeout_fault,
    user_traceback,
)
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.handler.call.timing import Stopwatch
from pytest_tavus.handler.front import add_canned_answers
from pytest_tavus.handler.source.imports import load
from pytest_tavus.handler.source.source import (
    AppSource,
    CommandSource,
    CustomSource,
    ImportSource,
    Source,
    UrlSource,
    apply_override,
    build_uncallable_error,
    directories,
    interface_of,
)
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest


class CustomHandler:
    """Passes requests to a handler object of the user, and turns its errors into faults."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        watch, limit = Stopwatch(clock, within), asyncio.timeout(within)
        try:
            async with limit:
                exchange = await self._handler.send(request, call=call, within=within, clock=clock)
            fault = _check_exchange(exchange)
            if fault is None:
                return exchange
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001 - a fault, `pytest.fail` too
            fault = timeout_fault(within) if limit.expired() else crash_fault(error)
        return HttpExchange(request=request, fault=fault, seconds=watch.seconds())

    async def close(self) -> None:
        """Do nothing: the user who made the handler also closes it."""


def _check_exchange(returned: object) -> HttpFault | None:
    if isinstance(returned, HttpExchange):
        return None
    return protocol_fault(f"returned {type(returned).__name__!r} and not an HttpExchange")


async def open_handler(
    spec: HandlerSpec,
    *,
    root: Path,
    environ: Mapping[str, str],
    override: object | None = None,
) -> Handler:
    """Open a handler for one user, who closes it.

    Relative paths start at `root`. `command` gets its variables from `environ`. `override` is the
    value of the fixture `tavus_handler`.

    Raises:
        HandlerError: the handler cannot be started.

    """
    effective, source = apply_override(spec, override)
    real = None if source is None else await start(source, root=root, environ=environ)
    return add_canned_answers(effective, real)


async def start(source: Source, *, root: Path, environ: Mapping[str, str]) -> Handler:
    """Start a real handler, without canned answers.

    Raises:
        HandlerError: the handler cannot be started.

    """
    match source:
        case ImportSource():
            return await start(await import_app(source, root), root=root, environ=environ)
        case AppSource():
            return await _start_app(source)
        case CommandSource():
            from pytest_tavus.handler.process.handler import start_command

            return await start_command(source, root=root, environ=environ)
        case UrlSource():
            from pytest_tavus.handler.call.address import parse_base_address
            from pytest_tavus.handler.http.handler import RemoteHandler

            return RemoteHandler(parse_base_address(source.url))
        case CustomSource():
            return CustomHandler(source.handler)


async def import_app(source: ImportSource, root: Path) -> AppSource:
    """Import an application, or import its factory and call it.

    Raises:
        HandlerError: the import or the factory fails, or the object is not callable.

    """
    found = load(source.target, search_path=directories(source, root))
    name = repr(source.target)
    if source.factory:
        found, name = await _call_factory(found, source), f"the result of {name}"
    if not callable(found):
        raise build_uncallable_error(found, name=name)
    return AppSource(app=found, name=name, interface=source.interface, within=source.within)


async def _call_factory(factory: object, source: ImportSource) -> object:
    if not callable(factory):
        raise build_uncallable_error(factory, name=f"the factory {source.target!r}")
    try:
        app = factory()
        if inspect.isawaitable(app):
            async with asyncio.timeout(source.within):
                app = await app
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code, `pytest.skip` too
        message = f"the factory {source.target!r} raised {describe_error(error)}"
        raise HandlerError(message, detail=user_traceback(error)) from None
    return app


async def _start_app(source: AppSource) -> Handler:
    interface = source.interface or interface_of(source.app, name=source.name)
    if interface == "asgi":
        return await start_asgi(source.app, within=source.within)
    from pytest_tavus.handler.wsgi.handler import WsgiHandler

    return WsgiHandler(source.app)
