"""Both vocabularies: keys, rows and pointers, there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.account.vocabulary import (
    ALWAYS_FORMER,
    FORMER,
    PRESENT,
    TwoSpellingsError,
    pointer_to_present,
    spelling_of,
    text_to_former,
    to_present,
    translate_answer,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
OTHER_KEYS = st.text(max_size=8).filter(lambda key: key not in {*PRESENT, *FORMER, "layers"})
FLOWS = st.dictionaries(
    st.sampled_from(["face_interruptibility", "turn_commitment"]), SCALARS, max_size=2
)
LAYERS = st.fixed_dictionaries(
    {}, optional={"conversational_flow": FLOWS, "llm": st.dictionaries(OTHER_KEYS, SCALARS)}
)


def former(body: Any) -> Any:
    return translate_answer("former", body)


def objects(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(layered, st.dictionaries(keys | OTHER_KEYS, SCALARS, max_size=6), LAYERS)


def layered(body: dict[str, Any], layers: dict[str, Any]) -> dict[str, Any]:
    return {**body, "layers": layers} if layers else body


@given(objects(st.sampled_from(sorted(FORMER))))
def test_translating_to_the_former_words_and_back_gives_the_same_object(
    body: dict[str, Any],
) -> None:
    assert to_present(former(body)) == body


@given(objects(st.sampled_from(sorted(FORMER))))
def test_no_present_word_is_left_in_a_former_answer(body: dict[str, Any]) -> None:
    assert FORMER.keys().isdisjoint(former(body))


@given(st.lists(objects(st.sampled_from(sorted(FORMER))), max_size=3))
def test_each_row_is_translated(rows: list[dict[str, Any]]) -> None:
    assert former({"data": rows, "total_count": 3}) == {
        "data": [former(row) for row in rows],
        "total_count": 3,
    }


@given(objects(st.sampled_from(sorted(PRESENT))))
def test_translating_twice_changes_nothing_more(body: dict[str, Any]) -> None:
    once = to_present(body)

    assert to_present(once) == once


@pytest.mark.fidelity("rest.pointer_translation")
@pytest.mark.parametrize(
    ("pointer", "present"),
    [
        ("/default_replica_id", "/default_face_id"),
        ("/default_face_id", "/default_face_id"),
        (
            "/layers/conversational_flow/replica_interruptibility",
            "/layers/conversational_flow/face_interruptibility",
        ),
        (
            "/layers/conversational_flow/pal_interruptibility",
            "/layers/conversational_flow/face_interruptibility",
        ),
        ("/layers/llm/extra_body/replica_id", "/layers/llm/extra_body/replica_id"),
        ("", ""),
        ("/", "/"),
        ("persona_name", "persona_name"),
    ],
)
def test_a_pointer_is_translated_where_it_names_a_field(pointer: str, present: str) -> None:
    assert pointer_to_present(pointer) == present


@given(st.lists(st.text(max_size=5), max_size=4))
def test_any_other_pointer_stays_as_it_is(steps: list[str]) -> None:
    pointer = "".join(f"/{step}" for step in steps if step not in {*PRESENT, "layers"})

    assert pointer_to_present(pointer) == pointer


def test_operations_are_translated_in_path_from_and_value() -> None:
    assert to_present(
        [
            {"op": "move", "from": "/persona_name", "path": "/default_replica_id"},
            {"op": "add", "path": "", "value": {"persona_name": "Ann"}},
            {
                "op": "add",
                "path": "/layers",
                "value": {"conversational_flow": {"replica_interruptibility": "low"}},
            },
            {
                "op": "add",
                "path": "/layers/conversational_flow",
                "value": {"replica_interruptibility": "low"},
            },
            {"op": "add", "path": "/context", "value": {"persona_name": "free"}},
            {"op": "remove", "path": ""},
            "no operation",
        ]
    ) == [
        {"op": "move", "from": "/pal_name", "path": "/default_face_id"},
        {"op": "add", "path": "", "value": {"pal_name": "Ann"}},
        {
            "op": "add",
            "path": "/layers",
            "value": {"conversational_flow": {"face_interruptibility": "low"}},
        },
        {
            "op": "add",
            "path": "/layers/conversational_flow",
            "value": {"face_interruptibility": "low"},
        },
        {"op": "add", "path": "/context", "value": {"persona_name": "free"}},
        {"op": "remove", "path": ""},
        "no operation",
    ]


@pytest.mark.fidelity("rest.words_that_stayed")
def test_an_answer_in_the_present_words_keeps_the_words_that_stay_former() -> None:
    row = {"pal_id": "p1", "pal_description": "a clerk", "face_type": "system"}

    assert translate_answer("present", {"data": [row], **row}) == {
        "data": [{"pal_id": "p1", "persona_description": "a clerk", "replica_type": "system"}],
        "pal_id": "p1",
        "persona_description": "a clerk",
        "replica_type": "system",
    }


@given(objects(st.sampled_from(sorted(FORMER))))
def test_an_answer_in_the_present_words_can_be_sent_back(body: dict[str, Any]) -> None:
    answer = json_object(translate_answer("present", body))

    assert to_present(answer) == body
    assert answer is not None
    assert ALWAYS_FORMER.keys().isdisjoint(answer)


@pytest.mark.fidelity("rest.flow_spellings")
def test_the_last_of_two_spellings_in_the_flow_counts() -> None:
    flow = {"face_interruptibility": "low", "replica_interruptibility": "high"}

    assert to_present({"layers": {"conversational_flow": flow}}) == {
        "layers": {"conversational_flow": {"face_interruptibility": "high"}}
    }


def test_two_spellings_with_different_values_are_refused() -> None:
    with pytest.raises(
        TwoSpellingsError,
        match=r"^face_id and replica_id are two spellings of one field and have different values$",
    ):
        to_present({"face_id": "r1", "replica_id": "r2"})


@pytest.mark.parametrize("body", [None, "persona_id", 3, True])
def test_a_value_that_is_no_object_is_not_translated(body: Any) -> None:
    assert to_present(body) == body
    assert former(body) == body


def test_a_sentence_names_fields_in_the_former_words() -> None:
    assert text_to_former("default_face_id, not my_face_id") == "default_replica_id, not my_face_id"


@pytest.mark.parametrize(
    ("path", "spelling"),
    [
        ("/pals/p1", "present"),
        ("/personas", "former"),
        ("/replicas/", "former"),
        ("/conversations/c1/end", "former"),
        ("/persona-builder/select-replica", "former"),
        ("/tools", None),
    ],
)
def test_a_route_answers_in_its_own_vocabulary(path: str, spelling: str | None) -> None:
    assert spelling_of(path) == spelling
