"""Defects of what becomes of a call: an error is not an answer, and a fault is not an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import call, turn

PAGE: dict[str, Any] = {"text": "<h1>Welcome</h1>", "content_type": "text/html"}
BROKEN: dict[str, Any] = {"text": '{"left": '}
BROKEN_REFUSAL: dict[str, Any] = {**BROKEN, "status": 404}
REFUSED_IN_WORDS: dict[str, Any] = {"status": 404, "text": "gone", "content_type": "text/plain"}
EMPTY: dict[str, Any] = {"text": ""}
LATE: dict[str, Any] = {"sleep": 0.6}

ROWS: tuple[tuple[str, dict[str, Any], Any, bool], ...] = (
    ("200", {}, None, True),
    ("200 as 200", {}, 200, True),
    ("201", {"status": 201}, None, True),
    ("201 as 201", {"status": 201}, 201, True),
    ("201 as 200", {"status": 201}, 200, False),
    ("200 as error", {}, "error", False),
    ("404", {"status": 404}, None, False),
    ("404 as 404", {"status": 404}, 404, True),
    ("404 as 400", {"status": 404}, 400, False),
    ("404 as error", {"status": 404}, "error", True),
    ("404 as success", {"status": 404}, "success", False),
    ("404 as timeout", {"status": 404}, "timeout", False),
    ("503", {"status": 503}, None, False),
    ("503 as 503", {"status": 503}, 503, True),
    ("503 as error", {"status": 503}, "error", False),
    ("302", {"status": 302}, None, False),
    ("302 as 200", {"status": 302}, 200, False),
    ("crash", {"crash": "the shelf is empty"}, None, False),
    ("crash as error", {"crash": "the shelf is empty"}, "error", False),
    ("crash as 200", {"crash": "the shelf is empty"}, 200, False),
    ("crash as timeout", {"crash": "the shelf is empty"}, "timeout", False),
    ("a page", PAGE, None, False),
    ("a page as 200", PAGE, 200, False),
    ("a page as error", PAGE, "error", False),
    ("half a body", BROKEN, None, False),
    ("half a body as 200", BROKEN, 200, False),
    ("half a body as error", BROKEN, "error", False),
    ("half a body as unreadable", BROKEN, "unreadable", True),
    ("half a refusal", BROKEN_REFUSAL, None, False),
    ("half a refusal as error", BROKEN_REFUSAL, "error", False),
    ("half a refusal as 404", BROKEN_REFUSAL, 404, False),
    ("half a refusal as unreadable", BROKEN_REFUSAL, "unreadable", True),
    ("a refusal in words as error", REFUSED_IN_WORDS, "error", True),
    ("a refusal in words as unreadable", REFUSED_IN_WORDS, "unreadable", False),
    ("no body", EMPTY, None, True),
    ("no body as 200", EMPTY, 200, True),
    ("no body as unreadable", EMPTY, "unreadable", False),
    ("late", LATE, None, False),
    ("late as timeout", LATE, "timeout", True),
    ("late as error", LATE, "error", False),
    ("late as 200", LATE, 200, False),
)
"""What the handler does, the status that is expected, and whether the one is the other."""


def status_of_a_request(on: Ground) -> Iterator[Draft]:
    for name, answer, status, holds in ROWS:
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[_turn(on, status)],
            answers={"find": answer},
            tools=[on.tool(api={"timeout": 0.2} if answer is LATE else None)],
        )


def canned_fault(on: Ground) -> Iterator[Draft]:
    """A canned answer stands in for the handler, and so do its faults."""
    late, cut = {"fault": "timeout"}, {"fault": "connection"}
    slow = {"delay": 2, "body": {"left": 1}}
    for name, canned, expected, holds in (
        ("timeout as timeout", late, {"status": "timeout"}, True),
        ("timeout", late, {}, False),
        ("timeout as error", late, {"status": "error"}, False),
        ("connection", cut, {}, False),
        ("connection as error", cut, {"status": "error"}, False),
        ("connection as timeout", cut, {"status": "timeout"}, False),
        ("in time", slow, {"within": "3s"}, True),
        ("too late", slow, {"within": "1s"}, False),
        ("busy as 503", {"status": 503}, {"status": 503}, True),
        ("busy as error", {"status": 503}, {"status": "error"}, False),
        ("refused as error", {"status": 422}, {"status": "error"}, True),
    ):
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[_turn(on, **expected)],
            setting={"handler": {"canned": {"find": canned}}},
        )


def status_of_a_message(on: Ground) -> Iterator[Draft]:
    """What the page does: it answers, it reports an error, its function fails, it is not there."""
    crash = {"crash": "the page is gone"}
    reported = {"client": {"find": {"output": "no such item", "status": "error"}}}
    said = {"client": {"find": {"output": {"left": 1}}}}
    nobody: dict[str, Any] = {"client": None}
    for name, answer, setting, status, holds in (
        ("answer", {}, {}, None, True),
        ("answer as error", {}, {}, "error", False),
        ("output", {}, said, "success", True),
        ("output as error", {}, said, "error", False),
        ("error", {}, reported, None, False),
        ("error as error", {}, reported, "error", True),
        ("error as success", {}, reported, "success", False),
        ("error as unanswered", {}, reported, "unanswered", False),
        ("crash", crash, {}, None, False),
        ("crash as error", crash, {}, "error", False),
        ("crash as unanswered", crash, {}, "unanswered", False),
        ("nobody", {}, nobody, None, False),
        ("nobody as error", {}, nobody, "error", False),
    ):
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[_turn(on, status)],
            answers={"find": answer},
            setting=setting,
        )


def end_of_a_process(on: Ground) -> Iterator[Draft]:
    """A handler that ends by itself is a fault of the handler, whatever it answered before."""
    own = {"command": ["python", "shop.py", "{port}"], "fresh": True, "startup_timeout": "60s"}
    for name, answer, status, holds in (
        ("lives", {}, None, True),
        ("ends with 3", {"exit": 3}, None, False),
        ("ends with 0", {"exit": 0}, None, False),
        ("ends as crash", {"exit": 3}, "crash", False),
        ("ends with a refusal as error", {"exit": 3, "status": 404}, "error", False),
    ):
        code = answer.get("exit")
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[_turn(on, status)],
            answers={"find": answer},
            setting={"handler": own},
            shows=() if holds else (f"ended by itself, with exit code {code}",),
            faulty=not holds,
        )


def _turn(on: Ground, status: Any = None, **more: Any) -> dict[str, Any]:
    told = {} if status is None else {"status": status}
    says = {"says": "I am done.", "on_error": "I am sorry."}
    return turn(call("find", {"q": on.wanted}, **told, **more), plays=says)


DEFECTS = (
    Defect(
        name="status of a request", drafts=status_of_a_request, transports=("in_process", "http")
    ),
    Defect(name="canned fault", drafts=canned_fault, transports=("in_process",)),
    Defect(
        name="end of a process", drafts=end_of_a_process, transports=("http",), values=("plain",)
    ),
    Defect(name="status of a message", drafts=status_of_a_message, transports=("client",)),
)
