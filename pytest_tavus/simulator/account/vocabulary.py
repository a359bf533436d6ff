"""Tavus's two vocabularies: the present one (PAL, face) and the former one (persona, replica).

Operations use the present vocabulary. A client may use either on any route, and the route decides
the vocabulary of the answer: `/pals`, `/faces` and `/deployments` answer in the present vocabulary,
`/personas` and `/replicas` in the former. Conversations and the builder have no alias: they accept
both and answer in the former [client]. Only keys and JSON Patch pointers are translated, never
values such as a prompt or the arguments of a tool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeVar

from pytest_tavus.contract.body import JsonDict, json_list, json_object
from pytest_tavus.contract.pal.pal import ALIASES, FLOW_ALIASES

Spelling = Literal["present", "former"]

Value = TypeVar("Value")

PRESENT: Mapping[str, str] = MappingProxyType(
    {
        **ALIASES,
        "replica_id": "face_id",
        "replica_name": "face_name",
        "replica_type": "face_type",
    }
)
"""The present word for each former word ([client]; the names and types are [inferred])."""

FORMER: Mapping[str, str] = MappingProxyType({new: old for old, new in PRESENT.items()})

ALWAYS_FORMER: Mapping[str, str] = MappingProxyType(
    {"pal_description": "persona_description", "face_type": "replica_type"}
)
"""Words that stay former on every route: the official client reads no other name in the answers
of ``/pals`` and ``/faces`` [client] carrier_builder.py."""

FLOW_PRESENT: Mapping[str, str] = MappingProxyType(dict(FLOW_ALIASES))
"""The same for the fields below ``/layers/conversational_flow``."""

FLOW_FORMER: Mapping[str, str] = MappingProxyType(
    {"face_interruptibility": "replica_interruptibility"}
)

ALIASED_PATHS: Mapping[str, str] = MappingProxyType({"personas": "pals", "replicas": "faces"})
"""The aliases of a first path step [doc]."""

_ANSWER_SPELLING: Mapping[str, Spelling] = MappingProxyType(
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
"""The fields of an answer that hold its objects, in lists and sessions."""

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
    """Return the vocabulary of a route's answers; `None` if its fields are the same in both."""
    return _ANSWER_SPELLING.get(path.strip("/").partition("/")[0])


def present_path(path: str) -> str:
    """Return a path below ``/v2`` with the present word as its first step."""
    first, slash, rest = path.removeprefix("/").partition("/")
    return f"/{ALIASED_PATHS.get(first, first)}{slash}{rest}"


def to_present(body: object) -> object:
    """Return a body, or the operations of a JSON Patch, in the present vocabulary.

    Raises:
        TwoSpellingsError: the body has a field in both spellings, with different values.

    """
    operations = json_list(body)
    if operations is not None:
        return [_operation(each) for each in operations]
    return _object(body, PRESENT, FLOW_PRESENT)


def query_to_present(query: Mapping[str, str]) -> dict[str, str]:
    """Return a query in the present vocabulary.

    Raises:
        TwoSpellingsError: the query has a parameter in both spellings, with different values.

    """
    return _rename_keys(query, PRESENT)


def translate_answer(spelling: Spelling, body: object) -> object:
    """Return an answer in a route's vocabulary, with the keys of its rows translated too."""
    words, flow = (FORMER, FLOW_FORMER) if spelling == "former" else (ALWAYS_FORMER, _NOTHING)
    found = json_object(body)
    if found is None:
        return body
    answer = _translate(found, words, flow)
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


def text_to_former(text: str) -> str:
    """Return a sentence with the fields that it names in the former vocabulary."""
    return _FIELD.sub(lambda found: FORMER[found[0]], text)


_FIELD = re.compile(rf"\b(?:{'|'.join(sorted(FORMER, key=len, reverse=True))})\b")


def _operation(written: object) -> object:
    """Translate the pointers and the value of a JSON Patch operation."""
    operation = json_object(written)
    if operation is None:
        return written
    result = dict(operation)
    # Only pointers that are text: the patch reader refuses the others later.
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
    # The cases above also add a value to operations without one, such as a remove.
    return result if "value" in operation else {k: v for k, v in result.items() if k != "value"}


def _object(written: object, words: Mapping[str, str], flow: Mapping[str, str]) -> object:
    body = json_object(written)
    return written if body is None else _translate(body, words, flow)


def _translate(body: JsonDict, words: Mapping[str, str], flow: Mapping[str, str]) -> JsonDict:
    result = _rename_keys(body, words)
    if "layers" in result:
        result["layers"] = _layers(result["layers"], flow)
    return result


def _layers(written: object, flow: Mapping[str, str]) -> object:
    layers = json_object(written)
    if layers is None or "conversational_flow" not in layers:
        return written
    return {**layers, "conversational_flow": _flow(layers["conversational_flow"], flow)}


def _flow(written: object, words: Mapping[str, str]) -> object:
    """Rename the keys below ``conversational_flow``; of two spellings the last one counts.

    The official client reads a field in the present spelling and adds the former one [client]
    carrier_builder.py.
    """
    body = json_object(written)
    if body is None:
        return written
    return {words.get(key, key): value for key, value in body.items()}


def _rename_keys(body: Mapping[str, Value], words: Mapping[str, str]) -> dict[str, Value]:
    if words.keys().isdisjoint(body):
        return dict(body)
    result: dict[str, Value] = {}
    first: dict[str, str] = {}
    for key, value in body.items():
        word = words.get(key, key)
        if word in result and result[word] != value:
            raise TwoSpellingsError(first[word], key)
        result[word] = value
        first.setdefault(word, key)
    return result
