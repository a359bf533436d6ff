"""Mutants of the answers: of the handler, of canned answers, of the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from msgspec.structs import replace

from pytest_tavus.trace.events import ToolCalled, ToolDelivered, ToolResolved
from pytest_tavus.trace.log import Trace
from pytest_tavus.wire import HttpResponse
from tests.truth.mutation.examples import Example
from tests.truth.mutation.leaves import dotted, leaves, others, put
from tests.truth.mutation.mutant import Change, Mutant, in_answer, in_scenario

STATUSES = (200, 201, 302, 404, 500)
PAGE = b"<h1>Welcome</h1>"


def of_answers(example: Example, seen: Trace) -> Iterator[Mutant]:
    """Yield the mutants in which a request, or a message to the page, is answered otherwise."""
    delivered = [one for _, one in seen.of(ToolDelivered) if one.purpose == "tool"]
    for number, event in enumerate(delivered):
        response = event.exchange.response
        if response is not None:
            yield from _answered(example, number, response)
    yield from _from_the_page(example, seen)


def _answered(example: Example, number: int, response: HttpResponse) -> Iterator[Mutant]:
    data = json.loads(response.body)
    for path, value in leaves(data):
        for how, other in others(value):
            change = _with(put(data, path, other))
            yield in_answer(example, number, f"{dotted(path)} {how}", change)
    for path, value in _lists(data):
        for how, other in (("reversed", value[::-1]), ("repeated", [*value, *value])):
            if other != value:
                change = _with(put(data, path, other))
                yield in_answer(example, number, f"{dotted(path)} {how}", change)
    for status in STATUSES:
        if status != response.status:
            yield in_answer(example, number, f"status {status}", _of_status(status))
    yield in_answer(example, number, "body a_page", _of_a_page)
    yield in_answer(example, number, "body halved", _halved)
    yield in_answer(example, number, "body listed", _with([data]))
    yield in_answer(example, number, "body emptied", _with({}))


def _lists(data: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, list[Any]]]:
    if isinstance(data, list):
        yield at, list(cast("list[object]", data))
        for index, value in enumerate(cast("list[object]", data)):
            yield from _lists(value, (*at, index))
    elif isinstance(data, dict):
        for key, value in cast("dict[str, Any]", data).items():
            yield from _lists(value, (*at, key))


def _with(data: Any) -> Change:
    body = json.dumps(data).encode()

    def change(response: HttpResponse) -> HttpResponse:
        kept = tuple(pair for pair in response.headers if pair[0].lower() != "content-length")
        return replace(response, body=body, headers=kept)

    return change


def _of_status(status: int) -> Change:
    def change(response: HttpResponse) -> HttpResponse:
        return replace(response, status=status)

    return change


def _of_a_page(response: HttpResponse) -> HttpResponse:
    return replace(response, body=PAGE, headers=(("Content-Type", "text/html"),))


def _halved(response: HttpResponse) -> HttpResponse:
    return replace(response, body=response.body[: len(response.body) // 2])


def _from_the_page(example: Example, seen: Trace) -> Iterator[Mutant]:
    """Answer one call of a client tool with another output; each other one as it was."""
    names = {one.call_id: one for _, one in seen.of(ToolCalled) if one.channel == "app_message"}
    resolved = [one for _, one in seen.of(ToolResolved) if one.call_id in names]
    for number, event in enumerate(resolved):
        call = names[event.call_id]
        if event.status not in {"success", "error"}:
            continue
        data = _data(event.output)
        when = {"when": json.loads(call.arguments)}
        rest = example.scenario.get("client", example.file.get("client", {}))
        for path, value in leaves(data):
            for how, other in others(value):
                output = put(data, path, other)
                name = f"output {number + 1} {dotted(path)} {how}"
                answer = {**when, "output": output, "status": event.status}
                yield _answering(example, name, rest, call.name, answer)
        flipped = "error" if event.status == "success" else "success"
        answer = {**when, "output": data, "status": flipped}
        yield _answering(example, f"output {number + 1} {flipped}", rest, call.name, answer)
        yield _answering(
            example,
            f"output {number + 1} unanswered",
            rest,
            call.name,
            {**when, "unanswered": True},
        )


def _answering(
    example: Example, name: str, rest: dict[str, Any], tool: str, answer: dict[str, Any]
) -> Mutant:
    old: Any = rest.get(tool, [])
    more = list(cast("list[object]", old)) if isinstance(old, list) else [old]
    answers = [answer, *more]
    return in_scenario(example, name, ("client",), {**rest, tool: answers})


def _data(output: str) -> Any:
    try:
        return json.loads(output)
    except ValueError:
        return output
