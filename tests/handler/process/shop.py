"""A server that is started as a process, and functions that find running processes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.port import Handler
from pytest_tavus.handler.open import open_handler
from tests.handler.requests import spec

SERVER = """
import json, os, subprocess, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Orders(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["content-length"])
        asked = json.loads(self.rfile.read(length))
        if asked.get("die"):
            print("cannot go on", flush=True)
            os._exit(7)
        if asked.get("crash"):
            try:
                raise KeyError("eta")
            except KeyError:
                self.answer(500, {})
                sys.excepthook(*sys.exc_info())
        elif asked.get("refuse"):
            self.answer(503, {})
        elif asked.get("talk"):
            print("x" * 80 * asked["talk"], flush=True)
            self.answer(200, {})
        elif asked.get("child"):
            words = [sys.executable, "-c", asked["child"]]
            child = subprocess.Popen(words, stdout=subprocess.PIPE)
            child.stdout.readline()
            self.answer(200, {"pid": child.pid})
        else:
            self.answer(200, {"pid": os.getpid(), "cwd": os.getcwd(), "env": dict(os.environ)})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Orders).serve_forever()
"""


CHILD = "import signal; print('ready', flush=True); signal.pause()"


COMMAND = ("python", "server.py", "{port}")


def is_alive(pid: int) -> bool:
    """Tell whether a process runs. A zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return not Path("/proc/self/stat").exists()
        return False
    return state != "Z"


def list_children() -> set[int]:
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for each in found for pid in each.read_text().split()}


@contextlib.asynccontextmanager
async def open_command(root: Path, *command: str, **fields: Any) -> AsyncGenerator[Handler]:
    handler = await open_handler(
        spec(command=command or COMMAND, **fields), root=root, environ=ENVIRON
    )
    try:
        yield handler
    finally:
        await handler.close()


ENVIRON = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "AWS_SECRET_ACCESS_KEY": "canary",
    "SHOP_DB": "orders.db",
}


async def find_start_error(root: Path, *command: str, **fields: Any) -> HandlerError:
    with pytest.raises(HandlerError) as caught:
        async with open_command(root, *command, **fields):
            pass
    return caught.value
