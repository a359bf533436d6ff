"""Tavus's two vocabularies: PAL and face, as it says now; persona and replica, as it said before.

Operations speak the present one. A client may use either on any route, and is answered in the words
of the route it used: `/pals`, `/faces` and `/deployments` answer in the present ones, `/personas`
and `/replicas` in the former. Conversations and the builder are not aliased: they take both, and
answer in the former [client]. Keys and JSON Patch pointers are translated, never values: not the
arguments of a tool, not a prompt. Nothing here knows an operation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from pytest_tavus.contract.body import Json, json_list, json_object
from pytest_tavus.contract.pal.pal import ALIASES, FLOW_ALIASES

Spelling = Literal["present", "former"]

PRESENT: Mapping[str, str] = MappingProxyType(
    {
        **ALIASES,
        "replica_id": "face_id",
        "replica_name": "face_name",
        "replica_type": "face_type",
    }
)
"""From the former word to the present one ([client]; the names and types are [inferred])."""

FORMER: Mapping[str, str] = MappingProxyType({new: old for old, new in PRESENT.items()})

STAYED: Mapping[str, str] = MappingProxyType(
    {"pal_description": "persona_description", "face_type": "replica_type"}
)
"""Words that are the former ones on every route: the official client reads them so in what
``/pals`` and ``/faces`` answer, and reads them no other way [client] carrier_builder.py."""

FLOW_PRESENT: Mapping[str, str] = MappingProxyType(dict(FLOW_ALIASES))
"""The same below ``/layers/conversational_flow``."""

FLOW_FORMER: Mapping[str, str] = MappingProxyType(
    {"face_interruptibility": "replica_interruptibility"}
)

ALIASED_PATHS: Mapping[str, str] = MappingProxyType({"personas": "pals", "replicas": "faces"})
"""The first step of a path that stands for another [doc]."""

_ANSWERED_IN: Mapping[str, Spelling] = MappingProxyType(
    {
        "pals": "present",
        "faces": "present",
        "deployments": "present",
        "personas": "former",
        "replicas": "former",
        "conversations": "former",
        "builder": "former",
        "persona-builder": "former",
    }
)

_NOTHING: Mapping[str, str] = MappingProxyType({})

_ROWS = ("data", "sessions", "deployments", "session")
"""Where the objects of an answer stand, when the answer is not one itself."""

_FLOW = ("layers", "conversational_flow")


class TwoSpellingsError(ValueError):
    """Both spellings of one field, with different values."""

    def __init__(self, one: str, other: str) -> None:
        self.one = one
        self.other = other
        super().__init__(
            f"{one} and {other} are two spellings of one field and have different values"
        )


def spelling_of(path: str) -> Spelling | None:
    """Return the vocabulary a route answers in; `None` where it has neither word to translate."""
    return _ANSWERED_IN.get(path.strip("/").partition("/")[0])


def present_path(path: str) -> str:
    """Return a path below ``/v2`` with the present word as its first step."""
    first, slash, rest = path.removeprefix("/").partition("/")
    return f"/{ALIASED_PATHS.get(first, first)}{slash}{rest}"


def to_present(body: Any) -> Any:
    """Return a body, a query or a list of JSON Patch operations in the present vocabulary.

    Raises:
        TwoSpellingsError: a field is there twice, with different values.

    """
    operations = json_list(body)
    if operations is not None:
        return [_operation(each) for each in operations]
    return _object(body, PRESENT, FLOW_PRESENT)


def translate_answer(spelling: Spelling, body: Any) -> Any:
    """Return an answer in a route's vocabulary: its own keys, and those of its rows."""
    words, flow = (FORMER, FLOW_FORMER) if spelling == "former" else (STAYED, _NOTHING)
    found = json_object(body)
    if found is None:
        return body
    answer: Json = _object(found, words, flow)
    for name in _ROWS:
        rows = json_list(answer.get(name))
        if rows is not None:
            answer[name] = [_object(row, words, flow) for row in rows]
        elif name in answer:
            answer[name] = _object(answer[name], words, flow)
    return answer


def pointer_to_present(pointer: str) -> str:
    """Return a JSON Patch pointer into a PAL in the present vocabulary."""
    steps = pointer.split("/")[1:]
    if steps:
        steps[0] = PRESENT.get(steps[0], steps[0])
    if tuple(steps[:2]) == _FLOW and len(steps) > 2:
        steps[2] = FLOW_PRESENT.get(steps[2], steps[2])
    return "".join(f"/{step}" for step in steps) if pointer.startswith("/") else pointer


def text_to_former(value: Any) -> Any:
    """Return what a refusal says, with the former words for the fields it names."""
    if isinstance(value, str):
        return _FIELD.sub(lambda found: FORMER[found[0]], value)
    if (found := json_object(value)) is not None:
        return {text_to_former(key): text_to_former(each) for key, each in found.items()}
    if (items := json_list(value)) is not None:
        return [text_to_former(each) for each in items]
    return value


_FIELD = re.compile(rf"\b(?:{'|'.join(sorted(FORMER, key=len, reverse=True))})\b")


def _operation(written: Any) -> Any:
    """Translate where a JSON Patch operation points, and what it puts there."""
    operation = json_object(written)
    if operation is None:
        return written
    result = dict(operation)
    for name in ("path", "from"):
        if isinstance(result.get(name), str):
            result[name] = pointer_to_present(result[name])
    match result.get("path"):
        case "":
            result["value"] = _object(result.get("value"), PRESENT, FLOW_PRESENT)
        case "/layers":
            result["value"] = _layers(result.get("value"), FLOW_PRESENT)
        case "/layers/conversational_flow":
            result["value"] = _flow(result.get("value"), FLOW_PRESENT)
        case _:
            pass
    return result if "value" in operation else {k: v for k, v in result.items() if k != "value"}


def _object(written: Any, words: Mapping[str, str], flow: Mapping[str, str]) -> Any:
    body = json_object(written)
    if body is None:
        return written
    result: Json = _rename_keys(body, words)
    if "layers" in result:
        result["layers"] = _layers(result["layers"], flow)
    return result


def _layers(written: Any, flow: Mapping[str, str]) -> Any:
    layers = json_object(written)
    if layers is None or "conversational_flow" not in layers:
        return written
    return {**layers, "conversational_flow": _flow(layers["conversational_flow"], flow)}


def _flow(written: Any, words: Mapping[str, str]) -> Any:
    """Rename below ``conversational_flow``; of two spellings the one written last is meant.

    The official client adds the former spelling to what it has read in the present one [client]
    carrier_builder.py.
    """
    body = json_object(written)
    if body is None:
        return written
    return {words.get(key, key): value for key, value in body.items()}


def _rename_keys(written: Any, words: Mapping[str, str]) -> Any:
    body = json_object(written)
    if body is None or words.keys().isdisjoint(body):
        return written if body is None else dict(body)
    result: Json = {}
    first: dict[str, str] = {}
    for key, value in body.items():
        word = words.get(key, key)
        if word in result and result[word] != value:
            raise TwoSpellingsError(first[word], key)
        result[word] = value
        first.setdefault(word, key)
    return result
