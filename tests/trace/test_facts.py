"""The table of who decides each fact, and what follows from a row of it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.run.options.table import OPTIONS
from pytest_tavus.trace import codec
from pytest_tavus.trace.events import AnsweredBy, PalSaid, SessionOpened, ToolCalled, decider_of
from pytest_tavus.trace.facts import (
    Decider,
    Deciders,
    Evidence,
    Fact,
    choose_decider,
    count_evidence,
    deciders,
    is_scripted,
)
from pytest_tavus.trace.log import Entry, Trace

HELD, PLAYED = {"handler", "client"}, {"script"}

found = st.lists(st.none() | st.sampled_from(get_args(Decider)))


def build_opened_trace(
    row: Deciders | None, session: str = "sim", decisions: Any = "scripted"
) -> Trace:
    event = SessionOpened(
        session=session, conversation_id="c1", pal="P", decisions=decisions, deciders=row
    )
    return Trace((Entry(seq=1, at=0.0, turn=0, event=event),))


def test_a_row_names_the_decider_of_each_fact() -> None:
    assert Deciders.__struct_fields__ == get_args(Fact)


@pytest.mark.parametrize("session", ["sim", "served"])
def test_a_script_decides_all_facts_but_answers_and_timing(session: str) -> None:
    row = deciders(session, "scripted")

    assert {row.speech, row.call, row.arguments, row.event} == {"script"}
    assert (row.answer, row.client_result, row.timing) == ("handler", "client", "handler")


def test_a_model_decides_the_facts_of_a_script() -> None:
    row = deciders("served", "model")

    assert {row.speech, row.call, row.arguments, row.event} == {"model"}
    assert (row.answer, row.client_result) == ("handler", "client")


def test_no_fact_of_an_unknown_session_is_observable() -> None:
    assert deciders("sim", "live") == Deciders() == Trace(()).deciders()
    assert not is_scripted("telephone")


def test_every_session_that_pytest_can_run_is_in_the_table() -> None:
    (option,) = (one for one in OPTIONS if one.name == "session")

    assert is_scripted(str(option.default))
    assert not is_scripted("served")


@pytest.mark.parametrize(
    ("by", "decider"),
    [
        ("handler", "handler"),
        ("client", "client"),
        ("canned", "script"),
        ("client_output", "script"),
        ("nobody", "script"),
    ],
)
def test_the_source_of_an_answer_decides_it(by: AnsweredBy, decider: Decider) -> None:
    row = deciders("sim", "scripted")

    assert row.answer_decider(by) == row.speech_decider(by) == row.arguments_decider(by) == decider
    assert decider_of(PalSaid(text="", filled_by=by), row) == decider


def test_literal_words_and_arguments_are_the_scripts_or_the_models() -> None:
    call = ToolCalled(call_id="t1", name="find", arguments="{}", channel="api")
    for decisions, decider in (("scripted", "script"), ("model", "model")):
        row = deciders("served", decisions)
        assert decider_of(PalSaid(text=""), row) == decider_of(call, row) == decider


def test_a_trace_carries_its_row() -> None:
    own = Deciders(speech="model", answer="handler")
    header = codec.TraceHeader(scenario="x")

    masked = Trace(build_opened_trace(own).entries, masked=True)
    _, trace = codec.decode(codec.encode(masked, header))

    assert trace.deciders() == own


def test_a_trace_without_a_row_uses_the_row_of_the_table() -> None:
    assert build_opened_trace(None).deciders() == deciders("sim", "scripted")
    assert build_opened_trace(None, "served", "model").deciders() == deciders("served", "model")


@given(found)
def test_evidence_counts_observable_facts_only(one: list[Decider | None]) -> None:
    evidence = count_evidence(one)

    assert evidence.total == sum(each is not None for each in one)
    assert evidence.held == sum(each in HELD for each in one)
    assert evidence.played == sum(each in PLAYED for each in one)


@given(found, found)
def test_evidence_of_two_is_the_sum(one: list[Decider | None], other: list[Decider | None]) -> None:
    assert count_evidence(one) + count_evidence(other) == count_evidence([*one, *other])
    assert count_evidence([]) == Evidence()


@given(found)
def test_a_handler_counts_before_every_other_decider(one: list[Decider | None]) -> None:
    decider = choose_decider(one, "script")

    assert decider == "handler" if "handler" in one else decider in {*one, "script"}
    assert choose_decider(reversed(one), "script") == decider
