"""Opens the user's handler, whatever it is and wherever it comes from.

What a process, a URL or a WSGI application needs is imported with the first of its kind.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

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
    directories,
    interface_of,
)
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest


class CustomHandler:
    """Passes requests on. Whoever made the handler closes it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Pass one request on, and tell what the handler raises or how late it is."""
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
        """Leave the handler as it is."""


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

    `root` is the directory that relative paths are meant from; `environ` is where the variables
    come from that `command` gets. `override` is what the fixture `tavus_handler` returned.

    Raises:
        HandlerError: it cannot be started.

    """
    wanted, source = apply_override(spec, override)
    real = None if source is None else await start(source, root=root, environ=environ)
    return add_canned_answers(wanted, real)


async def start(source: Source, *, root: Path, environ: Mapping[str, str]) -> Handler:
    """Start a real handler.

    Raises:
        HandlerError: it cannot be started.

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
    """Import an application, or make one with the factory that is imported.

    Raises:
        HandlerError: it cannot be imported, or the factory fails.

    """
    found = load(source.target, search_path=directories(source, root))
    name = repr(source.target)
    if source.factory:
        found, name = await _call_factory(found, source), f"what {name} returned"
    if not callable(found):
        interface_of(found, name=name)
    app = cast("Any", found)
    return AppSource(app=app, name=name, interface=source.interface, within=source.within)


async def _call_factory(factory: object, source: ImportSource) -> object:
    if not callable(factory):
        message = f"{source.target!r} is no factory: it cannot be called"
        raise HandlerError(message)
    try:
        made = factory()
        if inspect.isawaitable(made):
            async with asyncio.timeout(source.within):
                made = await made
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code, `pytest.skip` too
        message = f"the factory {source.target!r} raised {describe_error(error)}"
        raise HandlerError(message, detail=user_traceback(error)) from None
    return made


async def _start_app(source: AppSource) -> Handler:
    interface = source.interface or interface_of(source.app, name=source.name)
    if interface == "asgi":
        return await start_asgi(source.app, within=source.within)
    from pytest_tavus.handler.wsgi.handler import WsgiHandler

    return WsgiHandler(source.app)
