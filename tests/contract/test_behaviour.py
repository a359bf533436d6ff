from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from pytest_tavus.contract.behaviour import (
    ON_CALL,
    ON_RESOLVE,
    STATUSES,
    Behaviour,
    HeardOnCall,
    HeardOnResolve,
    OnCall,
    OnResolve,
    Source,
    Status,
)
from pytest_tavus.errors import ScenarioError

ON_CALL_WORDS = "filler, static_filler, nothing, own_words"
ON_RESOLVE_WORDS = "reply, output, acknowledgement, nothing, anything"


def test_the_tables_have_a_cell_for_every_value() -> None:
    assert set(ON_CALL) == set(get_args(OnCall))
    assert set(ON_RESOLVE) == set(get_args(OnResolve))


def test_every_cell_says_what_is_heard_and_where_that_was_learned() -> None:
    for cell in ON_CALL.values():
        assert cell.heard in get_args(HeardOnCall)
        assert cell.source in set(get_args(Source)) - {"user"}
    for row, status in product(ON_RESOLVE.values(), STATUSES):
        assert row.cell(status).heard in get_args(HeardOnResolve)
        assert row.cell(status).source in set(get_args(Source)) - {"user"}


@pytest.mark.parametrize(
    ("value", "heard"),
    [
        ("generate_filler", "filler"),
        ("static_filler", "static_filler"),
        ("silent", "nothing"),
        ("passthrough", "own_words"),
    ],
)
def test_while_a_call_runs(value: OnCall, heard: str) -> None:
    assert ON_CALL[value].heard == heard


@pytest.mark.parametrize(
    ("value", "heard", "waits", "in_context"),
    [
        (
            "generate_response",
            ("reply", "acknowledgement", "acknowledgement", "anything"),
            True,
            True,
        ),
        (
            "response_in_result",
            ("output", "acknowledgement", "acknowledgement", "nothing"),
            True,
            True,
        ),
        ("add_to_context", ("nothing", "nothing", "nothing", "nothing"), False, True),
        ("fire_and_forget", ("nothing", "nothing", "nothing", "nothing"), False, False),
    ],
)
def test_after_a_call_is_resolved(
    value: OnResolve, heard: tuple[str, ...], waits: bool, in_context: bool
) -> None:
    row = ON_RESOLVE[value]
    assert tuple(row.cell(status).heard for status in STATUSES) == heard
    assert (row.waits, row.in_context) == (waits, in_context)


def test_the_tables_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        ON_CALL["silent"] = ON_CALL["passthrough"]  # type: ignore[index]  # that it fails is the point


@pytest.mark.parametrize("value", get_args(OnCall))
def test_a_cell_of_on_call_can_be_replaced(value: OnCall) -> None:
    changed = Behaviour().with_cells({f"on_call.{value}": "own_words"})
    assert (changed.on_call[value].heard, changed.on_call[value].source) == ("own_words", "user")
    others = set(ON_CALL) - {value}
    assert all(changed.on_call[other] is ON_CALL[other] for other in others)
    assert changed.on_resolve is ON_RESOLVE


@pytest.mark.parametrize("value", get_args(OnResolve))
@pytest.mark.parametrize("status", STATUSES)
def test_a_cell_of_on_resolve_can_be_replaced(value: OnResolve, status: Status) -> None:
    changed = Behaviour().with_cells({f"on_resolve.{value}.{status}": "output"})
    row, before = changed.on_resolve[value], ON_RESOLVE[value]
    assert (row.cell(status).heard, row.cell(status).source) == ("output", "user")
    assert (row.waits, row.in_context) == (before.waits, before.in_context)
    assert all(row.cell(other) is before.cell(other) for other in set(STATUSES) - {status})
    assert all(
        changed.on_resolve[other] is ON_RESOLVE[other] for other in set(ON_RESOLVE) - {value}
    )


def test_replacing_no_cell_changes_nothing_and_several_are_replaced_together() -> None:
    assert Behaviour().with_cells({}) == Behaviour()
    changed = Behaviour().with_cells(
        {"on_call.silent": "filler", "on_resolve.fire_and_forget.error": "anything"}
    )
    assert changed.on_call["silent"].heard == "filler"
    assert changed.on_resolve["fire_and_forget"].error.heard == "anything"
    assert ON_CALL["silent"].heard == "nothing"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            "on_resolve.generate_response.succes",
            (
                "there is no cell 'on_resolve.generate_response.succes' "
                "in the on_call and on_resolve tables\n"
                "    hint: did you mean 'on_resolve.generate_response.success'?"
            ),
        ),
        (
            "on_call.slient",
            (
                "there is no cell 'on_call.slient' in the on_call and on_resolve tables\n"
                "    hint: did you mean 'on_call.silent'?"
            ),
        ),
    ],
)
def test_a_cell_that_does_not_exist_names_the_closest(key: str, text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Behaviour().with_cells({key: "nothing"})
    assert str(caught.value) == text


def test_a_cell_that_resembles_none_gets_all_of_them() -> None:
    with pytest.raises(ScenarioError) as caught:
        Behaviour().with_cells({"zzz": "nothing"})
    (problem,) = caught.value.problems
    assert problem.hint is not None
    assert problem.hint.startswith("one of: on_call.generate_filler, on_call.static_filler, ")
    assert problem.hint.count(",") == 19


@pytest.mark.parametrize(
    ("key", "words"),
    [("on_call.silent", ON_CALL_WORDS), ("on_resolve.add_to_context.error", ON_RESOLVE_WORDS)],
)
def test_a_word_that_is_not_in_the_column_is_refused(key: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Behaviour().with_cells({key: "singing"})
    assert str(caught.value) == (
        f"{key}: 'singing' is not something a PAL can be heard to do\n    hint: one of: {words}"
    )
