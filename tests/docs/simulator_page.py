"""Writes docs/reference/simulator.md from the tables that the simulated PAL acts on."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from msgspec.structs import fields

from pytest_tavus.contract.behaviour import (
    ON_CALL,
    ON_RESOLVE,
    STATUSES,
    HeardOnCall,
    HeardOnResolve,
    Source,
)
from pytest_tavus.contract.schema.formats import FORMATS
from pytest_tavus.handler.delivery import profile
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.simulator.pal.speech import Lines

HEAD = """\
# What the simulated PAL does

Written by a test from the tables that the simulated PAL acts on and that every conversation is
held against.

Not everything about Tavus is documented. Each entry carries where it was learned:

| mark | learned from |
|---|---|
{sources}

Whatever is wrong for your PAL, or becomes known, you can change without waiting for a release:
every **key** below is one for `tavus_simulator` in the ini file, one `key = value` a line. A key
or a value that does not exist is an error.

```ini
[pytest]
tavus_simulator =
    on_resolve.generate_response.timeout = nothing
    missing_argument = null
```

A changed entry is shown in the header of the run.

## What is real, and what is not

Real: the request that reaches your handler, with its URL, headers, body, authentication and
signature; the handler, and what it answers; the limits and rules of tool definitions. Simulated:
what the PAL decides and says. In a scenario it makes the calls that `plays` names, or those that
are expected, and says the lines that `plays` names; the tables below say which of them it may,
and when. Not simulated: audio, video, latency and interruptions. Time is the conversation's own:
a `delay` of ten seconds takes none.

Where a script gives no words, the PAL says words of ours: {lines}.

Decided without a key, because nothing suggests otherwise:

- The body of a 2xx answer is what the PAL is told; any other status, no answer in time, and an
  answer that is not JSON are failures, which the PAL acknowledges and never quotes [inferred].
- A redirect is not followed [inferred]. Nothing is sent twice, except once with a new token after
  a 401 to an OAuth 2 token [doc].
- The page's answer to an app message has no deadline of its own [inferred]. One that is written as
  `unanswered: true` never comes.
- Arguments are held against the tool's `parameters` as JSON Schema 2020-12. A `pattern` is of
  ECMA-262. A `$ref` leads to a place in the `parameters` themselves; nothing is ever fetched.
- Tavus asks for the function shape of OpenAI and names no `format` of its own, so the formats of
  that shape are asserted [inferred]: {formats}. Any other `format` is a remark.
- A `tool_call_id` is `call_` and 24 hexadecimal digits; Tavus's own format is not known.
"""

SOURCES = {
    "doc": "Tavus's public documentation",
    "client": "the official client, tavus-cli 0.11.0",
    "inferred": "our conclusion from those two",
    "wild": "reports of users, unverified",
}

ON_CALL_WORDS = {
    "filler": "some utterance",
    "static_filler": "the tool's `static_filler`, word for word",
    "nothing": "no utterance",
    "own_words": "the words that the model said beside the call, if any",
}

ON_RESOLVE_WORDS = {
    "reply": "some utterance, made with the answer",
    "output": "the answer, word for word",
    "acknowledgement": "some utterance that does not quote the answer",
    "nothing": "no utterance because of it",
    "anything": "not known: nothing is demanded and nothing forbidden",
}


def page() -> str:
    """Return the page, in Markdown."""
    assert {*SOURCES, "user"} == set(get_args(Source))
    lines = ", ".join(f'"{getattr(Lines(), name)}"' for name in Lines.__struct_fields__)
    sources = "\n".join(f"| {mark} | {text} |" for mark, text in SOURCES.items())
    formats = ", ".join(f"`{name}`" for name in FORMATS)
    head = HEAD.format(sources=sources, lines=lines, formats=formats)
    return "\n".join([head, *_on_call(), "", *_on_resolve(), "", *_delivery(), ""])


def _on_call() -> Iterator[str]:
    yield "## `on_call`: what is heard when a call is made\n"
    yield from _words(ON_CALL_WORDS, get_args(HeardOnCall))
    yield "\n| key | heard | learned from | |"
    yield "|---|---|---|---|"
    for name, cell in ON_CALL.items():
        yield f"| `on_call.{name}` | {cell.heard} | {cell.source} | {cell.note} |"


def _on_resolve() -> Iterator[str]:
    yield "## `on_resolve`: what is heard when a call has ended\n"
    yield from _words(ON_RESOLVE_WORDS, get_args(HeardOnResolve))
    yield "\n| value | the PAL waits for the answer | and knows it in later turns |"
    yield "|---|---|---|"
    for name, row in ON_RESOLVE.items():
        yield f"| {name} | {_yes(is_so=row.waits)} | {_yes(is_so=row.in_context)} |"
    yield "\n| key | heard | learned from | |"
    yield "|---|---|---|---|"
    for name, row in ON_RESOLVE.items():
        for status in STATUSES:
            cell = row.cell(status)
            key = f"`on_resolve.{name}.{status}`"
            yield f"| {key} | {cell.heard} | {cell.source} | {cell.note} |"


def _delivery() -> Iterator[str]:
    yield "## How a call is delivered, where the documentation leaves it open\n"
    yield "| key | default | values | |"
    yield "|---|---|---|---|"
    notes = _notes()
    hints = get_type_hints(DeliveryProfile)
    for field in fields(DeliveryProfile):
        default = _written(field.default)
        yield f"| `{field.name}` | {default} | {_values(hints[field.name])} | {notes[field.name]} |"


def _words(words: dict[str, str], known: tuple[str, ...]) -> Iterator[str]:
    assert tuple(words) == known
    yield "| heard | means |"
    yield "|---|---|"
    yield from (f"| {word} | {meaning} |" for word, meaning in words.items())


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value != "" else "empty"


def _values(hint: Any) -> str:
    if words := get_args(hint):
        return ", ".join(f"`{word}`" for word in words)
    return {str: "text", bool: "`true`, `false`", int: "a number", float: "seconds"}[hint]


def _notes() -> dict[str, str]:
    """Read the text below each field, which exists in the source alone."""
    body = next(
        node.body
        for node in ast.parse(inspect.getsource(profile)).body
        if isinstance(node, ast.ClassDef) and node.name == DeliveryProfile.__name__
    )
    notes: dict[str, str] = {}
    name = ""
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            notes[name] = " ".join(str(node.value.value).replace("``", "`").split())
            name = ""
    return notes
