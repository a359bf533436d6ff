"""Defects of the wire: what was sent is not what was called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.truth.cell import Defect, Draft, Ground
from tests.truth.writing import asked, call, plays, turn

TEXT = {"type": "string"}
TYPED: Mapping[str, Any] = {
    "type": "object",
    "properties": {"q": TEXT, "n": {"type": "integer"}, "b": {"type": "boolean"}, "r": TEXT},
}
HMAC = {"type": "hmac", "secret": "shared-secret-of-the-shop"}
FORM = "application/x-www-form-urlencoded"

PLACES: Mapping[str, Mapping[str, Any]] = {
    "body": {},
    "template": {"body_template": {"order": {"id": "{q}", "left": ["{n}"]}}},
    "path": {"method": "GET", "url": "+/{q}/of/{n}"},
    "query": {"method": "GET", "query_params": {"id": "{q}", "left": "{n}"}},
    "query of the url": {"method": "GET", "url": "+?id={q}&left={n}"},
    "form": {"content_type": FORM, "body_template": {"id": "{q}", "left": "{n}"}},
    "hmac": {"auth": HMAC},
}
"""Requests that carry the arguments `q` and `n`, each in another place."""

WITHOUT: Mapping[str, Mapping[str, Any]] = {
    "template": {"body_template": {"all": True}},
    "template with another": {"body_template": {"order": {"left": "{n}"}}},
    "path": {"method": "GET", "url": "+/all"},
    "path with another": {"method": "GET", "url": "+/{n}"},
    "query": {"method": "GET", "query_params": {"left": "{n}"}},
    "form": {"content_type": FORM, "body_template": {"left": "{n}"}},
    "delete without a body": {"method": "DELETE"},
    "under the name of another": {"body_template": {"q": "{r}", "left": "{n}"}},
    "as a literal": {"body_template": {"q": "A-10428", "left": "{n}"}},
}
"""Requests that carry `q` nowhere."""


def carried(on: Ground) -> Iterator[Draft]:
    """Wherever an argument travels, the right one is right and another one is wrong."""
    good = {"q": on.wanted, "n": 7}
    swaps = {"q": {**good, "q": on.spared}, "n": {**good, "n": 8}, "text": {**good, "n": "7"}}
    for place, api in PLACES.items():
        tools = [on.tool(api=api, parameters=TYPED)]
        yield Draft(name=place, colour="passed", turns=asked(good, good), tools=tools)
        for name, sent in swaps.items():
            turns = asked(good, sent)
            yield Draft(name=f"{place} {name}", colour="failed", turns=turns, tools=tools)


def uncarried(on: Ground) -> Iterator[Draft]:
    """An expected argument that no place carries is refused; one that is only played is not."""
    both = {"q": on.wanted, "n": 7}
    for place, api in WITHOUT.items():
        tools = [on.tool(api=api, parameters=TYPED)]
        yield Draft(name=place, colour="refused", turns=asked(both, both), tools=tools)
        yield Draft(
            name=f"{place} by a matcher",
            colour="refused",
            turns=asked({"q": {"$str": None}}, both),
            tools=tools,
        )
        only_played = [turn(call("find", {}), plays=plays({"find": both}))]
        yield Draft(name=f"{place} unasked", colour="passed", turns=only_played, tools=tools)


def type_in_a_text(on: Ground) -> Iterator[Draft]:
    """A text place is read by the declared type; without one, what could be another is unknown."""
    path = {"method": "GET", "url": "+/{q}"}
    declared: tuple[tuple[str, Any, Any, Any, bool], ...] = (
        ("integer", {"type": "integer"}, 42, 42, True),
        ("integer and text", {"type": "integer"}, "42", 42, False),
        ("text", TEXT, "42", "42", True),
        ("text and integer", TEXT, 42, "42", False),
        ("boolean", {"type": "boolean"}, True, True, True),
        ("boolean and text", TEXT, True, "true", False),
        ("null and text", TEXT, None, "null", False),
        ("number", {"type": "number"}, 1.5, 1.5, True),
        ("list", {"type": "array", "items": {"type": "integer"}}, [1, 2], [1, 2], True),
        ("list of texts", {"type": "array", "items": {"type": "integer"}}, ["1"], [1], False),
        ("undeclared text", {}, on.wanted, on.wanted, True),
        ("undeclared number", {}, 42, 42, False),
        ("undeclared digits", {}, "42", "42", False),
        ("undeclared true", {}, True, "true", False),
    )
    for name, schema, wanted, sent, holds in declared:
        parameters = {"type": "object", "properties": {"q": schema}}
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=asked({"q": wanted}, {"q": sent}),
            tools=[on.tool(api=path, parameters=parameters)],
        )


def one_text_for_two(on: Ground) -> Iterator[Draft]:
    """Where a text can be parted in two ways, no way is guessed."""
    parameters = {"type": "object", "properties": {"q": TEXT, "r": TEXT}}
    texts: tuple[tuple[str, Mapping[str, str], Mapping[str, str], bool], ...] = (
        ("one way", {"q": "a", "r": "b"}, {"q": "a", "r": "b"}, True),
        ("two ways", {"q": "a-b", "r": "c"}, {"q": "a-b", "r": "c"}, False),
        ("the other way", {"q": "a-b", "r": "c"}, {"q": "a", "r": "b-c"}, False),
        ("swapped", {"q": "a", "r": "b"}, {"q": "b", "r": "a"}, False),
    )
    for place, api in {
        "path": {"method": "GET", "url": "+/{q}-{r}"},
        "template": {"body_template": {"text": "{q}-{r}"}},
    }.items():
        for name, wanted, sent, holds in texts:
            yield Draft(
                name=f"{place} {name}",
                colour="passed" if holds else "failed",
                turns=asked(wanted, sent),
                tools=[on.tool(api=api, parameters=parameters)],
            )


def nothing_sent(on: Ground) -> Iterator[Draft]:
    """A call of which no request was made was made with no arguments, whatever its status."""
    auth = {
        "type": "oauth2_client_credentials",
        "token_url": "https://shop.example.com/CELL/token",
        "client_id": "us",
        "client_secret": "secret-of-the-client",
    }
    token = {"body": {"access_token": "token-1", "token_type": "Bearer", "expires_in": 60}}
    tools = [on.tool(api={"auth": auth}, parameters=TYPED)]
    arguments = {"q": on.wanted}
    for name, issued, status, answer, holds in (
        ("with a token", token, None, {"body": {"left": 1}}, True),
        ("with a token refused", token, 422, {"status": 422}, True),
        ("with a token as an error", token, "error", {"status": 422}, True),
        ("token refused", {"status": 400}, "error", {}, False),
        ("token endpoint down", {"status": 500}, "error", {}, False),
        ("token endpoint down as a number", {"status": 500}, 500, {}, False),
        ("token page", {"text": "<html>", "content_type": "text/html"}, "error", {}, False),
    ):
        expected = call("find", arguments, **({} if status is None else {"status": status}))
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[turn(expected, plays={"says": "Done.", "on_error": "Sorry."})],
            answers={"find": answer, "token": issued},
            tools=tools,
        )


def nobody_answers(on: Ground) -> Iterator[Draft]:
    """A client tool without a page: the message was sent, and nobody can have answered."""
    for name, setting, status, holds in (
        ("answered", {}, None, True),
        ("unanswered", {"client": {"find": {"unanswered": True}}}, "unanswered", True),
        ("unanswered unasked", {"client": {"find": {"unanswered": True}}}, None, False),
        ("answered after all", {}, "unanswered", False),
    ):
        expected = call("find", {"q": on.wanted}, **({} if status is None else {"status": status}))
        yield Draft(
            name=name,
            colour="passed" if holds else "failed",
            turns=[turn(expected, plays={"says": "Done.", "on_error": "Sorry."})],
            setting=setting,
        )


DEFECTS = (
    Defect(name="carried", drafts=carried, transports=("in_process", "http")),
    Defect(name="uncarried", drafts=uncarried, transports=("in_process", "http")),
    Defect(name="type in a text", drafts=type_in_a_text, transports=("in_process", "http")),
    Defect(
        name="one text for two",
        drafts=one_text_for_two,
        transports=("in_process", "http"),
        values=("plain",),
    ),
    Defect(name="nothing sent", drafts=nothing_sent, transports=("in_process", "http")),
    Defect(name="nobody answers", drafts=nobody_answers, transports=("client",)),
)
