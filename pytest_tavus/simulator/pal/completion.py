"""Reads the answers of chat endpoints, many of which deviate from the OpenAI format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.simulator.pal.arguments import quote_text
from pytest_tavus.simulator.pal.brain import CallIntent, Inference

MAX_REASON = 200
"""Characters of an endpoint's own sentence that a message repeats."""

_CUT: Mapping[str, str] = MappingProxyType(
    {"length": "was cut at its limit of tokens", "content_filter": "was cut by a content filter"}
)
"""By `finish_reason`: why an answer of a model is incomplete."""

_HALF_PAIR = re.compile("[\ud800-\udfff]")


class NotACompletion(ValueError):  # noqa: N818 - a mistake of the endpoint, no error of this package
    """An answer is no chat completion; the message names the wrong part."""

    def __init__(self, part: str, found: Json) -> None:
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        super().__init__(f"{part} {quote_text(text)}")


def read_inference(body: str) -> Inference:
    """Return the words and calls of a completion.

    Raises:
        NotACompletion: the answer is no chat completion.

    """
    choice, message = _read_choice(body)
    tool_calls = message.get("tool_calls") or []
    if not is_list(tool_calls):
        raise NotACompletion("its `tool_calls` are", tool_calls)
    calls = tuple(_read_call(call) for call in tool_calls)
    words = _read_words(message)
    silent = words is None and not calls
    trouble = "; it ".join(_list_troubles(choice, message, silent=silent))
    return Inference(words=words, calls=calls, trouble=trouble or None)


def replace_surrogates(value: Json) -> Json:
    """Replace half surrogate pairs, which cannot be encoded, in all texts of JSON data."""
    text = json.dumps(value, ensure_ascii=False)
    if _HALF_PAIR.search(text) is None:
        return value
    replaced: Json = json.loads(_HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", text))
    return replaced


def _list_troubles(choice: JsonMapping, message: JsonMapping, *, silent: bool) -> Iterator[str]:
    """Yield the faults of a readable answer, each as the end of a sentence on the model."""
    if message.get("refusal"):
        yield "refused to answer"
    finish = choice.get("finish_reason")
    if isinstance(finish, str) and finish in _CUT:
        yield _CUT[finish]
    if silent:
        yield "answered with neither words nor a call"


def read_reason(body: str) -> str:
    """Return the reason of a refusal in the endpoint's own words, on one line."""
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
    return readable if len(readable) <= MAX_REASON else f"{readable[:MAX_REASON]}…"


def _read_choice(body: str) -> tuple[JsonObject, JsonObject]:
    """Return the first choice, and its message."""
    try:
        found = replace_surrogates(json.loads(body))
    except (ValueError, RecursionError):
        raise NotACompletion("it is not JSON:", body) from None
    choices = found.get("choices") if is_dict(found) else None
    first = choices[0] if is_list(choices) and choices else None
    message = first.get("message") if is_dict(first) else None
    if not is_dict(first) or not is_dict(message):
        raise NotACompletion("it has no `choices` with a `message`:", body)
    return first, message


def _read_words(message: JsonMapping) -> str | None:
    """Return the words of the model; a refusal counts as words."""
    words = message.get("content") or message.get("refusal")
    if words is None or isinstance(words, str):
        return words if words and words.strip() else None
    raise NotACompletion("its `content` is", words)


def _read_call(call: Json) -> CallIntent:
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
    return _read_text_call(name, arguments)


def _read_text_call(name: str, text: str) -> CallIntent:
    """Read arguments that are a text, which the call keeps as such if it is no JSON object."""
    arguments = replace_surrogates(json_or_text(text))
    if is_dict(arguments):
        return CallIntent(tool=name, arguments=arguments)
    return CallIntent(tool=name, raw_arguments=text)
