"""Any conversation with secrets in it, and any scenario to hold it against, for property tests."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import strategies as st

from pytest_tavus.trace.events import AppMessage, Fault, Saved, ToolDelivered, Withheld
from pytest_tavus.trace.log import Trace
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.checks.story import Story

CORE = "QXZJVWKÄÖ漢"
"""No word of ours is written with these, so a piece of a secret is known wherever it turns up."""

ODD = "0123456789-_.~/+=%&<>\"'\\ \n⟦⟧*"
WORDS = ("order", "on its way", "1", "null", "********", "⟦env.S0⟧", "⟦⟦⟧", "true", "", "today")
NAMES = ("S0", "S1", "S2")
TOOLS = ("find", "tell")
PIECE, TELLING = 8, 4


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario file, a conversation, and the environment with the secrets."""

    file: dict[str, Any]
    trace: Trace
    environ: dict[str, str]


def secrets() -> st.SearchStrategy[str]:
    """Return texts of which every piece can be told from the words around it."""
    parts = st.tuples(st.sampled_from(CORE), st.sampled_from(CORE), st.sampled_from(CORE + ODD))
    long = st.lists(parts.map("".join), min_size=2, max_size=20).map("".join)
    return long | st.text(CORE, min_size=4, max_size=8)


def spellings(secret: str) -> tuple[str, ...]:
    """Return a secret as it is, and as programs encode it."""
    data = secret.encode()
    return (
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(data).decode(),
        data.hex(),
    )


def pieces(secret: str) -> list[str]:
    """Return the pieces of a long secret that must not be seen either."""
    found = [secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)]
    return [one for one in found if sum(char in CORE for char in one) >= TELLING]


def _template(text: str) -> str:
    """Write a text as it stands in a scenario file."""
    return text.replace("{", "{{").replace("}", "}}")


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Any conversation of up to two turns, and a scenario that expects something like it."""
    environ = dict(zip(NAMES, draw(st.lists(secrets(), min_size=1, max_size=3, unique=True))))
    spelled = [one for secret in environ.values() for one in spellings(secret)]
    plain = st.sampled_from(WORDS)
    part = plain | st.sampled_from(list(environ.values())) | st.sampled_from(spelled)
    seen = st.lists(part, min_size=1, max_size=3).map(" ".join)
    wanted = plain | st.sampled_from([f"{{env.{name}}}" for name in environ]) | seen.map(_template)
    turns = draw(st.integers(1, 2))
    file = {
        "env": list(environ),
        "pal": {"pal_name": "Clerk", "tools": [_tool(name) for name in TOOLS]},
        "handler": {"canned": {name: {"body": {}} for name in TOOLS}},
        "scenarios": [{"name": "it", "turns": [draw(_turns(wanted)) for _ in range(turns)]}],
    }
    if draw(st.booleans()):
        file["judge"] = {"tools": {"find": draw(st.sampled_from(["invoked", "not_invoked"]))}}
    story = Story()
    for _ in range(turns):
        _tell(draw, story, seen)
    return Talk(file=file, trace=story.trace(), environ=environ)


def _tool(name: str) -> dict[str, Any]:
    properties = {"q": {"type": "string", "maxLength": 30}, "n": {}}
    return {
        "name": name,
        "description": "A tool.",
        "parameters": {"type": "object", "properties": properties},
        "delivery": {"api": {"url": f"https://shop.example.com/{name}"}},
        "on_call": "silent",
        "on_resolve": "generate_response",
    }


def _expected(wanted: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Return values to expect: texts, matchers, numbers, and data that holds them."""
    full = wanted.filter(bool)
    matcher = st.one_of(
        st.builds(lambda text: {"$not": text}, wanted),
        st.builds(lambda text: {"$starts_with": text}, full),
        st.builds(lambda texts: {"$one_of": texts}, st.lists(wanted, min_size=1, max_size=2)),
        st.sampled_from(
            [{"$re": f"^[{CORE}]"}, {"$length": 8}, {"$str": None}, {"$any": None}, {"$re": r"\*"}]
        ),
    )
    return wanted | matcher | st.integers(0, 2) | st.builds(lambda text: {"in": [text]}, wanted)


@st.composite
def _turns(draw: st.DrawFn, wanted: st.SearchStrategy[str]) -> dict[str, Any]:
    value = _expected(wanted)
    calls = [
        {
            "tool": draw(st.sampled_from(TOOLS)),
            "arguments": {"q": draw(value)},
            **draw(st.fixed_dictionaries({}, optional={"result": st.builds(_result, value)})),
            **draw(st.sampled_from([{}, {"status": "error"}, {"exact": True}])),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    heard = wanted.filter(str.strip)
    says = st.fixed_dictionaries({}, optional={"contains": heard, "not": heard, "equals": heard})
    turn = {"user": "Go on.", "plays": {"calls": "none", "says": "Hm."}, "calls": calls or "none"}
    said = draw(says)
    if said:
        turn["says"] = said
    if draw(st.booleans()):
        turn["never"] = [{draw(st.sampled_from(TOOLS)): {"q": draw(heard)}}]
    if draw(st.booleans()):
        turn["events"] = [{"conversation.utterance": {"speech": draw(value)}}]
    return turn


def _result(value: Any) -> dict[str, Any]:
    return {"key": value}


def _tell(draw: st.DrawFn, story: Story, seen: st.SearchStrategy[str]) -> None:
    """Write one turn of the conversation."""
    story.user(draw(seen))
    for _ in range(draw(st.integers(0, 2))):
        arguments = {"q": draw(seen), **draw(st.sampled_from([{}, {"n": 1}]))}
        call = story.opens(draw(st.sampled_from(TOOLS)), arguments)
        story.record(ToolDelivered(call_id=call, purpose="tool", exchange=draw(_exchange(seen))))
        failed = draw(st.booleans())
        story.resolves(
            call,
            {"key": draw(seen), "more": [draw(seen)]},
            status="error" if failed else "success",
            http_status=422 if failed else 200,
            reason=draw(seen) if failed else None,
        )
    more = st.one_of(
        st.builds(Saved, name=st.just("key"), value=seen),
        st.builds(Fault, owner=st.just("handler"), message=seen, detail=seen),
        st.builds(
            Withheld, template=seen, reason=st.just("missing_path"), path=seen, call_id=st.none()
        ),
        st.builds(
            AppMessage,
            direction=st.just("from_tavus"),
            event_type=st.just("conversation.utterance"),
            properties=st.builds(lambda text: {"speech": text}, seen),
        ),
    )
    story.record(*draw(st.lists(more, max_size=2)))
    if draw(st.booleans()):
        story.pal(draw(seen))
    story.end()


def _exchange(seen: st.SearchStrategy[str]) -> st.SearchStrategy[HttpExchange]:
    headers = st.lists(st.tuples(st.just("X-Key"), seen.map(_header)), max_size=1).map(tuple)
    body = seen.map(lambda text: json.dumps({"q": text}).encode())
    url = seen.map(lambda text: f"https://shop.example.com/find?q={quote(text, safe='')}")
    request = st.builds(HttpRequest, method=st.just("POST"), url=url, headers=headers, body=body)
    response = st.builds(HttpResponse, status=st.just(200), headers=headers, body=body)
    fault = st.builds(HttpFault, kind=st.just("crash"), message=seen, traceback=seen)
    return st.builds(HttpExchange, request=request, response=response, fault=st.none() | fault)


def _header(text: str) -> str:
    return text.replace("\n", " ")
