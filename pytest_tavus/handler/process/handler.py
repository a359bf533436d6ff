"""A handler that is a process: starts it, waits for its port, and reads crashes in its output."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError, UnsetVariableError
from pytest_tavus.handler.call.address import LOOPBACK, Address
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.http.handler import RemoteHandler
from pytest_tavus.handler.process.process import Process, pauses
from pytest_tavus.handler.source.source import CommandSource
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest

_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
_TRACEBACK = "Traceback (most recent call last)"
_EXIT_GRACE = 0.1
"""Seconds between the end of a process's connections and the end of the process."""

_PORT = re.compile(r"(?:[\w.\]]:|\bport\W{1,3})([0-9]{2,5})(?![0-9.:])", re.IGNORECASE)
"""A port as servers print it: ``http://127.0.0.1:8000``, ``localhost:8000``, ``port 8000``."""

_TRACEBACK_GRACE = 0.15
"""Seconds to wait for a traceback, which a server writes after it has sent a status 500."""


class CommandHandler:
    """A process and the connections to it. :func:`start_command` makes it."""

    def __init__(self, process: Process, remote: RemoteHandler) -> None:
        self._process = process
        self._remote = remote
        self._exit_reported = False
        "A fault or an error already reported that the process has ended."

    async def send(
        self, request: HttpRequest, *, call: CallRef, within: float, clock: Clock
    ) -> HttpExchange:
        """Send one request. A fault or a server error carries the output of the process."""
        start = self._process.output.bytes_written
        exchange = await self._remote.send(request, call=call, within=within, clock=clock)
        if exchange.fault is not None:
            return replace(exchange, fault=await self._explain_fault(exchange.fault))
        if exchange.response is not None and exchange.response.status >= 500:
            return replace(exchange, fault=await self._find_crash(exchange.response.status, start))
        return exchange

    async def own_exit(self) -> HandlerError | None:
        """Return the error of a process that ended by itself; `None` while it runs."""
        # A process that closes its connections may be about to end.
        within = _EXIT_GRACE if self._remote.has_disconnected() else 0.0
        ended = await self._process.wait_for_exit(within=within)
        if ended is None:
            return None
        self._exit_reported = True
        self._process.output.finish(within=_EXIT_GRACE)
        message = f"the handler's process ended by itself, with {ended}"
        return HandlerError(message, detail=self._process.output.tail())

    async def close(self) -> None:
        """End the process and its children.

        Raises:
            HandlerError: the process could not be ended, or its own exit was not reported before.

        """
        exited = None if self._exit_reported else await self.own_exit()
        self._exit_reported = True
        await self._remote.close()
        await self._process.end()
        if exited is not None:
            raise exited

    async def _explain_fault(self, fault: HttpFault) -> HttpFault:
        if fault.kind not in {"connection", "broken"}:
            return fault
        ended = await self._process.wait_for_exit(within=_EXIT_GRACE)
        self._exit_reported = self._exit_reported or ended is not None
        after = f"; its process has ended with {ended}" if ended is not None else ""
        return replace(fault, message=fault.message + after, traceback=self._process.output.tail())

    async def _find_crash(self, status: int, start: int) -> HttpFault | None:
        output = ""
        for pause in pauses(_TRACEBACK_GRACE):
            before, output = output, self._process.output.read_since(start)
            if output == before and _has_complete_traceback(output):
                break
            await asyncio.sleep(pause)
        if _TRACEBACK not in output:
            return None
        message = f"the handler answered {status} and wrote a traceback"
        traceback = output[output.index(_TRACEBACK) :].rstrip()
        return HttpFault(kind="crash", message=message, traceback=traceback)


async def start_command(
    source: CommandSource, *, root: Path, environ: Mapping[str, str]
) -> CommandHandler:
    """Start the command and wait until its port answers.

    Raises:
        HandlerError: the command ended before its port answered, or did not answer in time.

    """
    result = await _start_once(source, root, environ)
    if isinstance(result, HandlerError):
        # Another process may take the port between the search for it and its use: try once more.
        result = await _start_once(source, root, environ)
    if isinstance(result, HandlerError):
        raise result
    return result


async def _start_once(
    source: CommandSource, root: Path, environ: Mapping[str, str]
) -> CommandHandler | HandlerError:
    """Start the command on a free port; return the error if another process took the port."""
    port = _find_free_port()
    process = Process(
        [_expand_word(word, index, port) for index, word in enumerate(source.words)],
        cwd=root / (source.cwd or "."),
        environ=_environment(source, environ, port),
    )
    try:
        host = await _await_port(process, port, source)
    except HandlerError as error:
        await process.end()
        if "address already in use" in (error.detail or "").lower():
            return error
        raise
    except BaseException:
        await process.end()
        raise
    base = Address(scheme="http", host=host, port=port, path="/", query="")
    return CommandHandler(process, RemoteHandler(base))


def _has_complete_traceback(output: str) -> bool:
    # The last line of a complete traceback names the exception and is not indented.
    _, found, rest = output.partition(_TRACEBACK)
    last = rest.rstrip().rpartition("\n")[2]
    return bool(found) and rest.endswith("\n") and last[:1] not in {"", ":", " "}


async def _await_port(process: Process, port: int, source: CommandSource) -> str:
    """Return the loopback address on which the port answers."""
    for pause in pauses(source.within):
        ended = process.ended
        if ended is not None:
            process.output.finish(within=0.5)
            message = f"the handler's command ended with {ended} before port {port} answered"
            raise HandlerError(message, detail=process.output.tail())
        for host in LOOPBACK:
            if await _listens(host, port) and process.ended is None:
                return host
        await asyncio.sleep(pause)
    message = f"the handler's command did not answer on port {port} within {source.within:g} s"
    raise HandlerError(message + await _hint(process, port, source), detail=process.output.tail())


async def _hint(process: Process, port: int, source: CommandSource) -> str:
    """Say why a running command may not answer: it uses another port, or does not get its port."""
    for other in collect_ports(process.output.read_since(0)):
        if other != port and any([await _listens(host, other) for host in LOOPBACK]):
            return (
                f"; its output names port {other}, which answers: "
                "pass it {port}, or let it read the environment variable PORT"
            )
    if any("{port}" in word for word in source.words):
        return ""
    return "; the command does not contain {port}: does it read the environment variable PORT?"


async def _listens(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(0)
            async with asyncio.timeout(1):
                await asyncio.get_running_loop().sock_connect(probe, (host, port))
    except OSError:
        return False
    return True


def _find_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def collect_ports(output: str) -> list[int]:
    """Return the ports that the output of a server names, the last first, each once."""
    found = [int(digits) for digits in _PORT.findall(output)]
    return [port for port in dict.fromkeys(reversed(found)) if 0 < port < 65536]


def _expand_word(word: str, index: int, port: int) -> str:
    if index == 0 and word == "python":
        return sys.executable
    return word.replace("{port}", str(port))


def _environment(source: CommandSource, environ: Mapping[str, str], port: int) -> dict[str, str]:
    """Return the variables that a process needs or the user named, so that no others leak."""
    missing = [name for name in source.env if name not in environ]
    if missing:
        message = f"the handler's env names {missing[0]!r}, which is not set"
        raise UnsetVariableError(message)
    inherited = {name: environ[name] for name in _INHERITED if name in environ}
    inherited.update({name: value for name, value in environ.items() if name.startswith("LC_")})
    if sys.prefix != sys.base_prefix:
        # A virtual environment that is not activated is not on PATH, its commands included.
        scripts = str(Path(sys.executable).parent)
        inherited["PATH"] = os.pathsep.join([scripts, inherited.get("PATH", os.defpath)])
    named = {name: environ[name] for name in source.env}
    # Without PYTHONUNBUFFERED, a traceback in a pipe arrives when the process ends.
    return {"PYTHONUNBUFFERED": "1", **inherited, **named, "PORT": str(port)}
