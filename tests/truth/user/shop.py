"""The handler and the page of the generated project: they answer as `answers.json` says.

The path of a request is the key of its answer, and the name of a page's function is the path with
`__` for the slash. A list of answers is given in turn, the last one for ever.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, make_server

Answer = dict[str, Any]

_ANSWERS: dict[str, Answer | list[Answer]] = json.loads(
    Path(__file__).with_name("answers.json").read_text()
)
_asked: Counter[str] = Counter()


def _next(key: str) -> Answer:
    found = _ANSWERS.get(key, {"status": 404, "body": {"error": "no such path"}})
    _asked[key] += 1
    return found if isinstance(found, dict) else found[min(_asked[key], len(found)) - 1]


def _received(environ: dict[str, Any]) -> dict[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return {"query": dict(parse_qsl(environ["QUERY_STRING"])), "body": body.decode()}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request as its path has it."""
    parts = environ["PATH_INFO"].strip("/").split("/")
    received = _received(environ)
    answer = _next("/".join(parts[:2]))
    if "crash" in answer:
        raise RuntimeError(answer["crash"])
    if "exit" in answer:
        _end_first(answer["exit"])
    time.sleep(answer.get("sleep", 0))
    body = received if answer.get("echo") else answer.get("body", {})
    sent = answer["text"].encode() if "text" in answer else json.dumps(body).encode()
    content_type = answer.get("content_type", "application/json")
    start_response(f"{answer.get('status', 200)} Told", [("Content-Type", content_type)])
    return [sent]


def _end_first(code: int) -> None:
    """End this process; a child of it answers once it has ended."""
    ending = os.getpid()
    if os.fork():
        os._exit(code)
    while os.getppid() == ending:
        time.sleep(0.001)


def __getattr__(name: str) -> Callable[[dict[str, Any]], Any]:
    key = name.replace("__", "/")
    if key not in _ANSWERS:
        raise AttributeError(name)

    def answered(arguments: dict[str, Any]) -> Any:
        answer = _next(key)
        if "crash" in answer:
            raise RuntimeError(answer["crash"])
        return answer.get("text", arguments if answer.get("echo") else answer.get("body", {}))

    return answered


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Print nothing: what a handler prints is shown with a failure."""


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), app, handler_class=_Silent).serve_forever()
