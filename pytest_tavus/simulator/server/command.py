"""The command ``pytest-tavus serve``: runs a server from flags until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import math
import os
import shlex
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from pytest_tavus.errors import ScenarioError, TavusError
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.pal.llm import ModelSettings
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.server.environment import render_exports
from pytest_tavus.simulator.server.options import ServerOptions, environment_of
from pytest_tavus.simulator.server.running import RunningServer, run_server

END_SECONDS = 15.0
"""How long the server may take to stop after Ctrl-C or SIGTERM."""


def serve(parsed: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM, and return the exit code: 1 if the server did not start."""
    # Threads import modules and read scenarios; a short interval keeps them from delaying the loop.
    sys.setswitchinterval(0.0005)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(options_of(parsed, root=Path.cwd()), as_json=parsed.json))
    except TavusError as error:
        sys.stderr.write(f"pytest-tavus serve: {error}\n")
        return 1
    return 0


def options_of(parsed: argparse.Namespace, *, root: Path) -> ServerOptions:
    """Return the server options that the flags stand for.

    Raises:
        ScenarioError: a flag has an invalid value, or two flags contradict each other.

    """
    return ServerOptions(
        seed=parsed.seed,
        environment=environment_of(parsed.env),
        api_key=parsed.api_key,
        port=parsed.port,
        control=parsed.control,
        clock=parsed.clock,
        account=AccountOptions(
            concurrency_limit=parsed.concurrency, local_tools=parsed.local_tools
        ),
        live=LiveOptions(dual_roles=parsed.dual_roles, streaming=parsed.streaming),
        handler=None if parsed.handler is None else handler_of(parsed.handler),
        scripts=tuple(parsed.script),
        script_order=parsed.script_order,
        model=_model_of(parsed),
        auto_approve=parsed.auto_approve,
        hosted_names=parsed.hosted,
        cors=tuple(parsed.cors),
        root=root,
    )


def handler_of(target: str) -> HandlerSpec:
    """Read the value of ``--handler``: a URL, ``package.module:app``, or a command line."""
    if target.startswith(("http://", "https://")):
        return HandlerSpec(at=(), url=target)
    words = shlex.split(target)
    if len(words) == 1 and ":" in target:
        return HandlerSpec(at=(), app=target)
    if not words:
        raise ScenarioError("--handler is empty")
    return HandlerSpec(at=(), command=tuple(words))


_MODEL_FIELDS = {
    "model_url": "base_url",
    "model_key_env": "api_key_env",
    "model_temperature": "temperature",
    "model_seed": "seed",
    "model_timeout": "timeout",
}
"""Flags that need ``--model``, and the field of `ModelSettings` that each of them sets."""


def _model_of(parsed: argparse.Namespace) -> ModelSettings | None:
    given = {flag: value for flag in _MODEL_FIELDS if (value := getattr(parsed, flag)) is not None}
    if parsed.model is None:
        if given:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in given)
            message = f"--model is missing: {flags} can only be used together with --model"
            raise ScenarioError(message)
        return None
    if parsed.model_url is None:
        message = (
            "--model needs --model-url, the endpoint of the model, such as "
            "http://127.0.0.1:11434/v1"
        )
        raise ScenarioError(message)
    if parsed.model_timeout is not None and not 0 < parsed.model_timeout < math.inf:
        message = f"--model-timeout must be more than 0 seconds, not {parsed.model_timeout:g}"
        raise ScenarioError(message)
    if parsed.model_temperature is not None and not 0 <= parsed.model_temperature < math.inf:
        message = f"--model-temperature must be 0 or more, not {parsed.model_temperature:g}"
        raise ScenarioError(message)
    settings = {_MODEL_FIELDS[name]: value for name, value in given.items()}
    return ModelSettings(model=parsed.model, **settings)


async def _serve(options: ServerOptions, *, as_json: bool) -> None:
    stop_requested = _install_signal_handlers(asyncio.get_running_loop())
    async with run_server(options, environ=os.environ) as server:
        # What exists now lives to the end, and each collection would stop the loop for 100 ms.
        gc.freeze()
        sys.stdout.write(_render_json(server) if as_json else _render_text(server))
        sys.stdout.flush()
        await stop_requested.wait()


def _install_signal_handlers(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """Return an event that Ctrl-C and SIGTERM set."""
    stop_requested = asyncio.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop_requested.set)
        timer = threading.Timer(END_SECONDS, _end_by_force)
        timer.daemon = True
        timer.start()

    # The loop's own signal handlers never run while the user's handler blocks the loop. These run
    # in any case, and the timer ends the process by force if the loop stays blocked.

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop_requested


def _end_by_force() -> None:
    sys.stderr.write(
        f"pytest-tavus serve: a request or a handler did not end within {END_SECONDS:g} s, so the "
        "server was ended by force\n"
    )
    sys.stderr.flush()
    os._exit(1)


def _render_json(server: RunningServer) -> str:
    started = {
        "url": server.url,
        "api_key": server.api_key,
        "mcp_url": server.tavus.site.mcp_url,
        "pals": [{"pal_id": pal_id, "pal_name": name} for pal_id, name in server.pals],
        "environ": server.environ,
    }
    return json.dumps(started) + "\n"


def _render_text(server: RunningServer) -> str:
    control = server.tavus.site.options.control
    lines = [
        f"# A simulated Tavus is at {server.url}, its MCP server at {server.tavus.site.mcp_url}.",
        f"# The control plane is below {server.url}/_simulator." if control else "",
        *(f"# The PAL {name!r} is {pal_id}." for pal_id, name in server.pals),
        "# In the shell of a client:",
        render_exports(server.environ).rstrip(),
        "# Ctrl-C ends it.",
    ]
    return "".join(f"{line}\n" for line in lines if line)
