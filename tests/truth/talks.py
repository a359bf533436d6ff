"""Any conversation with secrets in it, and any scenario to hold it against, for property tests."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import strategies as st

from pytest_tavus.trace.events import AppMessage, Event, Fault, Saved, ToolDelivered, Withheld
from pytest_tavus.trace.log import Trace
from pytest_tavus.wire import HttpExchange, HttpFault, HttpRequest, HttpResponse
from tests.truth.canaries import CORE, secrets, spellings
from tests.verdict.checks.story import Story

WORDS = ("order", "on its way", "1", "null", "********", "⟦env.S0⟧", "⟦", "true", "", "today")
SETTINGS = ("1", "1000", "true", "order", "on its way", "Go on.", "q", "null", "Clerk")
NAMES = ("S0", "S1", "S2")
TOOLS = ("find", "tell")


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario file, a conversation, and the environment with the secrets."""

    file: dict[str, Any]
    trace: Trace
    secrets: dict[str, str]
    "The variables whose values are told apart from all other text."

    settings: dict[str, str]
    "The variables whose values look like any other text."


def _template(text: str) -> str:
    """Write a text as it stands in a scenario file."""
    return text.replace("{", "{{").replace("}", "}}")


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Any conversation of up to two turns, and a scenario that expects something like it."""
    known = draw(st.lists(secrets(), min_size=1, max_size=3, unique=True))
    hidden: dict[str, str] = dict(zip(NAMES, known, strict=False))
    usual: dict[str, str] = dict(
        draw(st.fixed_dictionaries({}, optional={"MODE": st.sampled_from(SETTINGS)}))
    )
    environ = {**hidden, **usual}
    spelled = [one for secret in known for one in spellings(secret)]
    plain = st.sampled_from(WORDS)
    part = plain | st.sampled_from(list(environ.values())) | st.sampled_from(spelled)
    seen = st.lists(part, min_size=1, max_size=3).map(" ".join)
    wanted = plain | st.sampled_from([f"{{env.{name}}}" for name in environ]) | seen.map(_template)
    story = Story()
    told = [_tell(draw, story, seen) for _ in range(draw(st.integers(1, 2)))]
    file = {
        **scenario_file(list(environ)),
        "scenarios": [{"name": "it", "turns": [draw(_turns(wanted, one)) for one in told]}],
    }
    if draw(st.booleans()):
        file["judge"] = {"tools": {"find": draw(st.sampled_from(["invoked", "not_invoked"]))}}
    return Talk(file=file, trace=story.trace(), secrets=hidden, settings=usual)


def scenario_file(env: list[str]) -> dict[str, Any]:
    """Return the keys of a scenario file but for its scenarios."""
    return {
        "env": env,
        "pal": {"pal_name": "Clerk", "tools": [_tool(name) for name in TOOLS]},
        "handler": {"canned": {name: {"body": {}} for name in TOOLS}},
    }


def _tool(name: str) -> dict[str, Any]:
    properties = {"q": {"type": "string", "maxLength": 90}, "n": {}}
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
        wanted.map(_denied),
        full.map(_begun),
        st.lists(wanted, min_size=1, max_size=2).map(_one_of_them),
        st.sampled_from(
            [{"$re": f"^[{CORE}]"}, {"$length": 8}, {"$str": None}, {"$any": None}, {"$re": r"\*"}]
        ),
    )
    return wanted | matcher | st.integers(0, 2) | wanted.map(_listed)


def _listed(text: str) -> dict[str, Any]:
    return {"in": [text]}


def _denied(text: str) -> dict[str, Any]:
    return {"$not": text}


def _begun(text: str) -> dict[str, Any]:
    return {"$starts_with": text}


def _one_of_them(texts: list[str]) -> dict[str, Any]:
    return {"$one_of": texts}


def _spoken(text: str) -> dict[str, Any]:
    return {"speech": text}


@st.composite
def _turns(draw: st.DrawFn, wanted: st.SearchStrategy[str], told: Told) -> dict[str, Any]:
    """Expect what was told, or something else in its place."""
    value = _expected(wanted)
    heard = wanted.filter(str.strip)
    calls = [
        {
            "tool": draw(st.just(one.tool) | st.sampled_from(TOOLS)),
            "arguments": {"q": draw(st.just(_template(one.text)) | value)},
            **({"status": 422} if one.failed else {}),
            **draw(st.sampled_from([{}, {"result": {"key": _template(one.answer)}}])),
        }
        for one in told.calls
    ]
    if draw(st.sampled_from([False, False, True])):
        calls += [{"tool": "find", "arguments": {"q": draw(value)}, "result": {"in": draw(value)}}]
    said = st.just(_template(told.said)).filter(str.strip) if told.said.strip() else heard
    says = {"contains": said | heard, "not": heard, "equals": said | heard}
    turn: dict[str, Any] = {
        "user": "Go on.",
        "plays": {"calls": "none", "says": "Hm."},
        "calls": calls or "none",
        **draw(st.fixed_dictionaries({}, optional={"says": _one_of(says)})),
    }
    if draw(st.booleans()):
        turn["never"] = [{draw(st.sampled_from(TOOLS)): {"q": draw(heard)}}]
    if draw(st.sampled_from([False, False, True])):
        turn["events"] = [{"conversation.utterance": {"speech": draw(value)}}]
    return turn


def _one_of(strategies: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(
        [st.fixed_dictionaries({name: strategy}) for name, strategy in strategies.items()]
    )


_MOSTLY = st.sampled_from([True, True, True, False])


def sent_body(arguments: dict[str, Any]) -> bytes:
    """Return the body of a request without a template."""
    return json.dumps(arguments, ensure_ascii=False).encode()


class ToldCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a conversation."""

    tool: str
    text: str
    answer: str
    failed: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a turn."""

    calls: tuple[ToldCall, ...]
    said: str


def _tell(draw: st.DrawFn, story: Story, seen: st.SearchStrategy[str]) -> Told:
    """Write one turn of the conversation."""
    story.user(draw(seen))
    call = st.builds(
        ToldCall, tool=st.sampled_from(TOOLS), text=seen, answer=seen, failed=st.booleans()
    )
    calls = draw(st.lists(call, max_size=2).map(tuple))
    for one in calls:
        more = draw(st.sampled_from([{}, {"n": 1}]) | st.dictionaries(seen, seen, max_size=1))
        arguments = {**more, "q": one.text}
        call_id = story.opens(one.tool, arguments)
        exchange = draw(_exchange(seen, arguments if draw(_MOSTLY) else more))
        story.record(ToolDelivered(call_id=call_id, purpose="tool", exchange=exchange))
        story.resolves(
            call_id,
            {draw(seen): [draw(seen)], "key": one.answer},
            status="error" if one.failed else "success",
            http_status=422 if one.failed else 200,
            reason=draw(seen) if one.failed else None,
        )
    story.record(*draw(st.lists(_more(seen), max_size=1)))
    said = draw(seen)
    if said.strip():
        story.pal(said)
    story.end()
    return Told(calls=calls, said=said)


def _more(seen: st.SearchStrategy[str]) -> st.SearchStrategy[Event]:
    """Return events of other kinds, each with texts in every field that is free text."""
    return st.one_of(
        st.builds(Saved, name=st.just("key"), value=seen),
        st.builds(Fault, owner=st.just("handler"), message=seen, detail=seen),
        st.builds(
            Withheld,
            template=seen,
            reason=st.just("missing_path"),
            path=seen | seen.map("result.{}".format),
            call_id=st.sampled_from([None, "t1"]),
        ),
        st.builds(
            AppMessage,
            direction=st.just("from_tavus"),
            event_type=st.just("conversation.utterance"),
            properties=seen.map(_spoken),
        ),
    )


def _exchange(
    seen: st.SearchStrategy[str], arguments: dict[str, Any]
) -> st.SearchStrategy[HttpExchange]:
    """Return a request that carries these arguments, and what may have come back."""
    headers = st.lists(st.tuples(st.just("X-Key"), seen.map(_header)), max_size=1).map(tuple)
    body = seen.map(lambda text: json.dumps({"q": text}).encode())
    url = seen.map(lambda text: f"https://shop.example.com/find?q={quote(text, safe='')}")
    sent = st.just(sent_body(arguments))
    request = st.builds(HttpRequest, method=st.just("POST"), url=url, headers=headers, body=sent)
    response = st.builds(HttpResponse, status=st.just(200), headers=headers, body=body)
    fault = st.builds(HttpFault, kind=st.just("crash"), message=seen, traceback=seen)
    return st.builds(HttpExchange, request=request, response=response, fault=st.none() | fault)


def _header(text: str) -> str:
    return text.replace("\n", " ")
