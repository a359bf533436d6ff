"""Whatever an endpoint sends is read, or refused in one sentence: never anything else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.pal.brain import Inference
from pytest_tavus.simulator.pal.completion import (
    MAX_REASON,
    NotACompletion,
    read_inference,
    read_reason,
    replace_surrogates,
)

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
KEYS = st.sampled_from(("choices", "message", "content", "refusal", "tool_calls", "function"))
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=5), JSON, max_size=3)


def completion(message: Any) -> str:
    return json.dumps({"choices": [{"message": message}]})


def outcome(body: str) -> Inference | str:
    try:
        return read_inference(body)
    except NotACompletion as refused:
        return str(refused)


@given(body=JSON.map(json.dumps) | JSON.map(completion) | st.text())
def test_any_body_is_read_or_refused_in_one_line(body: str) -> None:
    found = outcome(body)

    if isinstance(found, str):
        assert len(found.splitlines()) == 1
    else:
        assert found.words is None or found.words


@given(arguments=OBJECTS)
def test_arguments_are_read_whether_they_are_text_or_not(arguments: dict[str, Any]) -> None:
    for written in (arguments, json.dumps(arguments)):
        call = {"function": {"name": "find", "arguments": written}}
        (made,) = read_inference(completion({"tool_calls": [call]})).calls

        assert (made.arguments, made.raw_arguments) == (arguments, None)


@given(body=JSON.map(json.dumps) | st.text())
def test_any_reason_is_one_short_line(body: str) -> None:
    found = read_reason(body)

    assert len(found.splitlines()) == 1
    assert len(found) <= 4 * MAX_REASON


HALVES = st.sampled_from("\ud800\ud83d\udc00\udfff")
ANY_TEXT = st.text(st.characters(exclude_categories=()) | HALVES, max_size=5)
TEXTS = st.recursive(
    ANY_TEXT | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(value=TEXTS)
def test_every_text_can_be_encoded_after_the_replacement_and_valid_texts_stay(value: Any) -> None:
    whole = replace_surrogates(value)

    assert json.dumps(whole, ensure_ascii=False).encode()
    assert replace_surrogates(whole) == whole
    if all(not 0xD800 <= ord(each) <= 0xDFFF for each in json.dumps(value, ensure_ascii=False)):
        assert whole == value
    else:
        assert "\ufffd" in json.dumps(whole, ensure_ascii=False)
