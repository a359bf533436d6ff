"""A result as data, and what is made of it: the summary and the properties in a JUnit file."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from pytest_tavus.contract.events import list_oversized
from pytest_tavus.errors import Problem
from pytest_tavus.report.record import Record, record, user_properties
from pytest_tavus.report.result import count_by_provenance, provenance
from pytest_tavus.report.summary import summary_lines
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.events import Decisions, Event, SessionOpened
from pytest_tavus.trace.facts import Evidence
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Finding, decide
from tests.report.pictures import PICTURES
from tests.report.samples import (
    ORDER,
    ORDER_TURN,
    call,
    pal_said,
    resolved,
    result,
    scenario,
    trace,
)

PASSED: Record = record(result(scenario(ORDER, "name"), trace([ORDER_TURN])))


@pytest.mark.parametrize("name", PICTURES)
def test_a_record_survives_the_way_through_json(name: str) -> None:
    recorded = record(PICTURES[name]())
    assert json.loads(json.dumps(recorded)) == recorded
    assert "canary" not in json.dumps(recorded)


def test_a_record_says_what_a_result_comes_to() -> None:
    recorded: object = record(PICTURES["broken_guardrail"]())
    assert recorded == {
        "name": "tells the caller where the order is",
        "place": "scenarios/order_status.yaml:4:5",
        "outcome": "failed",
        "reason": (
            'guardrail no_refunds: turn 2: the PAL said "refund" in '
            '"Sure, I can refund you right away."'
        ),
        "provenance": "scripted PAL, real handler",
        "held": 2,
        "played": 1,
        "lenient": [],
        "findings": [
            {
                "kind": "judge",
                "message": (
                    'guardrail no_refunds: turn 2: the PAL said "refund" in '
                    '"Sure, I can refund you right away."'
                ),
                "owner": "agent",
                "place": "scenarios/order_status.yaml:15:12",
                "turn": 2,
                "consequence": False,
            }
        ],
        "trace": "traces/order_status-1.jsonl",
        "untraced": None,
        "seconds": 1.1,
        "advice": [],
    }


@pytest.mark.parametrize(("length", "advised"), [(3000, False), (5000, True)])
def test_an_app_message_that_may_be_dropped_gets_advice(length: int, advised: bool) -> None:
    played = result(
        scenario(ORDER, "name"),
        trace([[call(1, "show_map", {"note": "x" * length}, api=False)]]),
    )
    found = record(replace(played, oversized=tuple(list_oversized(played.trace))))
    assert found["advice"] == (
        [
            (
                "scenarios/order_status.yaml:4:5: conversation.tool_call is longer than 4096 "
                "bytes, and may be dropped on its way through the room\n"
                "    hint: send less in one message, such as an id to look the rest up by"
            )
        ]
        if advised
        else []
    )


def test_advice_that_a_hint_quotes_is_not_repeated() -> None:
    played = PICTURES["broken_guardrail"]()
    places = [SourceSpan(path="p.pal.yaml", line=line, column=5) for line in (3, 33)]
    lints = tuple(Problem(message="nobody hears it", span=place) for place in places)
    played = replace(played, scenario=replace(played.scenario, lints=lints))
    hinted = Finding(
        kind="judge", message="m", owner="agent", span=None, hint=f"set it at {places[1]}"
    )
    verdict = decide((hinted,), (), evidence=Evidence(held=1))
    assert record(replace(played, verdict=verdict))["advice"] == [str(lints[0])]


def test_a_passed_result_has_no_findings() -> None:
    assert (PASSED["outcome"], PASSED["findings"], PASSED["trace"]) == ("passed", [], None)


def test_a_result_without_any_event_took_no_time() -> None:
    empty = replace(result(scenario(ORDER, "name"), Trace(())), provenance="not held")
    assert record(empty)["seconds"] == 0.0


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        (
            "broken_guardrail",
            (
                ("tavus_verdict", "failed"),
                ("tavus_provenance", "scripted PAL, real handler"),
                ("tavus_held", "2"),
                ("tavus_played", "1"),
                ("tavus_place", "scenarios/order_status.yaml:4:5"),
                ("tavus_trace", "traces/order_status-1.jsonl"),
                ("tavus_owner", "agent"),
                ("tavus_finding", "judge"),
            ),
        ),
        (
            "several_findings",
            (
                ("tavus_verdict", "failed"),
                ("tavus_provenance", "scripted PAL, real handler"),
                ("tavus_held", "2"),
                ("tavus_played", "1"),
                ("tavus_place", "scenarios/order_status.yaml:4:5"),
                ("tavus_owner", "agent"),
                ("tavus_finding", "wrong_arguments,missing_speech,wrong_result,judge"),
            ),
        ),
    ],
)
def test_a_junit_file_names_provenance_trace_and_owner(
    name: str, properties: tuple[tuple[str, str], ...]
) -> None:
    assert user_properties(record(PICTURES[name]())) == properties


def test_a_passed_scenario_has_provenance_too() -> None:
    assert user_properties(PASSED) == (
        ("tavus_verdict", "passed"),
        ("tavus_provenance", "scripted PAL, real handler"),
        ("tavus_held", "2"),
        ("tavus_played", "1"),
        ("tavus_place", "scenarios/order_status.yaml:4:5"),
    )


def test_a_run_without_scenarios_has_no_summary() -> None:
    assert summary_lines([]) == ()


def test_a_green_run_counts_its_evidence() -> None:
    assert summary_lines([PASSED, PASSED]) == (
        "2 scenarios: 2 passed",
        "  provenance    scripted PAL, real handler: 2",
        "  evidence      4 held by your handler, 2 played by the script",
    )


def test_a_lenient_key_is_listed_once_with_its_line() -> None:
    allowed = "scenarios/shop.yaml:9:7: extra: allowed (tells the price)"
    one: Record = {**PASSED, "lenient": [allowed]}
    assert summary_lines([one, one, PASSED])[-1] == f"  lenient       {allowed}"
    assert sum("lenient" in line for line in summary_lines([one, one])) == 1


def test_an_owner_counts_once_for_each_scenario_and_not_for_consequences() -> None:
    lines = summary_lines([record(PICTURES["several_findings"]())])
    assert lines[0] == "1 scenario: 1 failed"
    assert "  to put right  the PAL 1" in lines


def test_the_summary_has_colour_where_it_is_asked_for() -> None:
    assert summary_lines([PASSED], color=True)[0] == "1 scenario: \x1b[32m1 passed\x1b[0m"


def test_traces_are_counted_by_directory() -> None:
    one: Record = {**PASSED, "trace": "out/a.jsonl"}
    two: Record = {**PASSED, "trace": "b.jsonl"}
    assert summary_lines([one, one, two])[3:] == (
        "  traces        . (1)",
        "  traces        out (2)",
    )


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((pal_said("Hi."),), "scripted PAL, no tool call"),
        ((call(1, "a", {}),), "scripted PAL, unanswered calls"),
        ((call(1, "a", {}), resolved(1, "")), "scripted PAL, real handler"),
        ((call(1, "a", {}), resolved(1, "", by="canned")), "scripted PAL, canned answers"),
        ((call(1, "a", {}), resolved(1, "", by="client")), "scripted PAL, client tools"),
        (
            (resolved(2, "", by="canned"), resolved(1, ""), resolved(3, "")),
            "scripted PAL, real handler + canned answers",
        ),
    ],
)
def test_provenance_names_who_decided_and_who_answered(
    events: tuple[Event, ...], text: str
) -> None:
    assert provenance(trace([events])) == text


@pytest.mark.parametrize(
    ("decisions", "text"),
    [("replayed", "replayed PAL"), ("model", "model PAL"), ("live", "live PAL")],
)
def test_provenance_names_every_kind_of_pal(decisions: Decisions, text: str) -> None:
    plain = trace([()])
    opened = SessionOpened(session="sim", conversation_id="c", pal="P", decisions=decisions)
    entries = (replace(plain.entries[0], event=opened), *plain.entries[1:])
    assert provenance(Trace(entries)) == f"{text}, no tool call"


def test_a_conversation_that_was_never_opened_was_not_held() -> None:
    assert provenance(Trace(())) == "not held"


def test_provenances_are_counted_most_frequent_first() -> None:
    assert count_by_provenance(["b", "a", "c", "c"]) == (("c", 2), ("a", 1), ("b", 1))
