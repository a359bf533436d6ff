"""Reads what a chat endpoint answers. What the servers of many makers send is not always sound."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.simulator.pal.arguments import quote_text
from pytest_tavus.simulator.pal.brain import CallIntent, Inference

MESSAGE = 200
"""Characters of an endpoint's own sentence that are passed on."""


_CUT: Mapping[str, str] = MappingProxyType(
    {"length": "was cut at its limit of tokens", "content_filter": "was cut by a content filter"}
)
"""By `finish_reason`: why the answer of a model is not all that it would have been."""

_HALF_PAIR = re.compile("[\ud800-\udfff]")


class NotACompletion(ValueError):  # noqa: N818 - what the endpoint sent, not what we did
    """An answer is no chat completion; the text says what stands in the way."""

    def __init__(self, what: str, found: Any) -> None:
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        super().__init__(f"{what} {quote_text(text)}")


def read_inference(body: str) -> Inference:
    """Return what the model has come to.

    Raises:
        NotACompletion: the answer cannot be understood.

    """
    choice = _read_choice(body)
    message: dict[str, Any] = choice["message"]
    calls: Any = message.get("tool_calls") or []
    if not is_list(calls):
        raise NotACompletion("its `tool_calls` are", calls)
    made = tuple(_read_call(call) for call in calls)
    words = _read_words(message)
    trouble = "; it ".join(_list_troubles(choice, silent=words is None and not made))
    return Inference(words=words, calls=made, trouble=trouble or None)


def replace_surrogates(value: Any) -> Any:
    """Return JSON data whose texts can all be encoded: half of a surrogate pair is replaced."""
    text = json.dumps(value, ensure_ascii=False)
    if _HALF_PAIR.search(text) is None:
        return value
    return json.loads(_HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text))


def _list_troubles(choice: Mapping[str, Any], *, silent: bool) -> Iterator[str]:
    """Yield what is wrong with an answer that can be read, as ends of a sentence on the model."""
    if choice["message"].get("refusal"):
        yield "refused to answer"
    finish = choice.get("finish_reason")
    if isinstance(finish, str) and finish in _CUT:
        yield _CUT[finish]
    if silent:
        yield "answered with neither words nor a call"


def read_reason(body: str) -> str:
    """Return why an endpoint refuses, in its own words, on one line."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return quote_text(body)
    error = found.get("error", found) if is_dict(found) else found
    words = (error.get("message") or error.get("detail")) if is_dict(error) else error
    if not isinstance(words, str) or not words.strip():
        return quote_text(body)
    line = " ".join(words.split()).rstrip(".")
    readable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return readable if len(readable) <= MESSAGE else f"{readable[:MESSAGE]}…"


def _read_choice(body: str) -> dict[str, Any]:
    try:
        found = replace_surrogates(json.loads(body))
    except (ValueError, RecursionError):
        raise NotACompletion("it is not JSON:", body) from None
    choices = found.get("choices") if is_dict(found) else None
    first = choices[0] if is_list(choices) and choices else None
    if not is_dict(first) or not is_dict(first.get("message")):
        raise NotACompletion("it has no `choices` with a `message`:", body)
    return first


def _read_words(message: dict[str, Any]) -> str | None:
    """Return what the model says; a refusal is said too."""
    words = message.get("content") or message.get("refusal")
    if words is None or isinstance(words, str):
        return words if words and words.strip() else None
    raise NotACompletion("its `content` is", words)


def _read_call(call: Any) -> CallIntent:
    function = call.get("function") if is_dict(call) else None
    name = function.get("name") if is_dict(function) else None
    if not is_dict(function) or not isinstance(name, str) or not name:
        raise NotACompletion("a tool call is", call)
    arguments = function.get("arguments")
    if is_dict(arguments):  # Some local servers send the object itself.
        return CallIntent(tool=name, arguments=arguments)
    if arguments is None or arguments == "":
        return CallIntent(tool=name)
    if not isinstance(arguments, str):
        raise NotACompletion("the arguments of a tool call are", arguments)
    return _read_written_call(name, arguments)


def _read_written_call(name: str, text: str) -> CallIntent:
    """Return a call whose arguments are passed on as they are, where they are no JSON object."""
    arguments = replace_surrogates(json_or_text(text))
    if is_dict(arguments):
        return CallIntent(tool=name, arguments=arguments)
    return CallIntent(tool=name, raw_arguments=text)
