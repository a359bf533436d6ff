"""A trace on disk is the trace that was recorded, or a clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_tavus.errors import HarnessError, ScenarioError
from pytest_tavus.trace import codec
from pytest_tavus.trace.events import EVENT_TYPES, PalSaid, Saved, ToolDelivered, UserSaid
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.strategies import traces
from tests.trace.samples import build_events, encode_line

HEADER = codec.TraceHeader(
    scenario="tells where the order is",
    provenance="scripted, real handler",
    file="scenarios/order_status.yaml",
    line=3,
    held=5,
    played=8,
)
FIRST = '{"format": "tavus-trace", "version": 2, "scenario": "x"}'
SECOND = '{"seq": 1, "at": 0.0, "turn": 1, "type": "user_said", "text": "Hi"}'


def build_single_trace(event: Any) -> Trace:
    return Trace((Entry(seq=1, at=0.5, turn=1, event=event),), masked=True)


def find_problem(*lines: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        codec.decode(lines, path="x.jsonl")
    return str(caught.value)


@given(trace=traces())
@example(
    trace=build_single_trace(
        UserSaid(text="half a pair: \ud800, a separator: \u2028, a next line: \x85")
    )
)
@example(trace=build_single_trace(Saved(name="n", value=float("inf"))))
@example(
    trace=build_single_trace(Saved(name="n", value=[10**30, {"base64": "aGk=", "\ud800": None}]))
)
def test_a_trace_survives_the_round_trip(trace: Trace) -> None:
    lines = list(codec.encode(trace, HEADER))
    assert codec.decode(lines) == (HEADER, trace)


@given(trace=traces())
def test_every_reader_sees_the_same_lines(trace: Trace) -> None:
    lines = list(codec.encode(trace, HEADER))
    text = "\n".join(lines)
    assert text.splitlines() == lines
    assert text.encode("utf-8").decode("utf-8") == text


def test_the_file_format_is_stable() -> None:
    exchange = HttpExchange(
        request=HttpRequest(
            method="POST", url="https://a.test/x", headers=(("Accept", "*/*"),), body="é".encode()
        ),
        response=HttpResponse(status=200, body=b"\xff"),
        seconds=0.25,
    )
    trace = build_single_trace(ToolDelivered(call_id="call_1", purpose="tool", exchange=exchange))
    header, entry = codec.encode(trace, HEADER)
    assert header == (
        '{"format": "tavus-trace", "version": 2, "scenario": "tells where the order is", '
        '"provenance": "scripted, real handler", "file": "scenarios/order_status.yaml", "line": 3, '
        '"held": 5, "played": 8}'
    )
    assert entry == (
        '{"seq": 1, "at": 0.5, "turn": 1, "type": "tool_delivered", "call_id": "call_1", '
        '"purpose": "tool", "exchange": {"request": {"method": "POST", "url": "https://a.test/x", '
        '"headers": [["Accept", "*/*"]], "body": "é"}, "response": {"status": 200, "headers": [], '
        '"body": {"base64": "/w=="}}, "fault": null, "answered_by": "handler", "seconds": 0.25}}'
    )


def test_every_event_has_a_type_of_its_own_in_snake_case() -> None:
    tags = {json.loads(encode_line(event))["type"] for event in build_events("x")}
    assert len(tags) == len(EVENT_TYPES)
    assert {"session_opened", "pal_said", "tool_delivered", "withheld"} <= tags


def test_no_event_has_a_field_that_an_entry_has() -> None:
    for kind in EVENT_TYPES:
        assert not {"seq", "at", "turn", "type"} & set(kind.__struct_fields__)


def test_empty_lines_are_skipped() -> None:
    assert len(codec.decode([FIRST, "", SECOND + "\n", "\n"])[1]) == 1


def test_optional_fields_may_be_absent() -> None:
    assert codec.decode([FIRST]) == (codec.TraceHeader(scenario="x"), Trace((), masked=True))
    line = '{"seq": 1, "at": 1, "turn": 1, "type": "pal_said", "text": "Hi"}'
    entry = codec.decode([FIRST, line])[1].entries[0]
    assert entry == Entry(seq=1, at=1.0, turn=1, event=PalSaid(text="Hi"))
    assert isinstance(entry.at, float)


NOT_A_TRACE = (
    'x.jsonl:1:1: this is not a trace: its first line has no "format": "tavus-trace"\n'
    "    hint: give the path of a file that was recorded as a trace"
)
NOT_JSON = "this line is not JSON\n    hint: the file was cut off or edited: record the trace again"
GAP = "    hint: lines are missing or out of order: record it again"
TYPES = (
    "session_opened, user_said, pal_said, tool_called, tool_delivered, tool_resolved, app_message, "
    "saved, withheld, fault, turn_ended, session_closed"
)
AGAIN = "\n    hint: record the trace again with this version of pytest-tavus"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], f"x.jsonl:1:1: {NOT_JSON}"),
        (["{}"], NOT_A_TRACE),
        (['{"format": "har"}'], NOT_A_TRACE),
        (["[]"], f"x.jsonl:1:1: this line is not a JSON object{AGAIN}"),
        (["[" * 100_000], f"x.jsonl:1:1: {NOT_JSON}"),
        (
            ['{"format": "tavus-trace", "version": 1, "scenario": "x"}'],
            "x.jsonl:1:1: this trace has version 1, but only version 2 can be read" + AGAIN,
        ),
        (
            ['{"format": "tavus-trace", "version": 2}'],
            "x.jsonl:1:1: object missing required field `scenario`" + AGAIN,
        ),
        ([FIRST, SECOND[:-5]], f"x.jsonl:2:1: {NOT_JSON}"),
        (
            [FIRST, "", SECOND.replace("user_said", "user_sayd")],
            "x.jsonl:3:1: 'user_sayd' is not a type of event\n    hint: did you mean 'user_said'?",
        ),
        (
            [FIRST, SECOND.replace('"user_said"', "7")],
            f"x.jsonl:2:1: 7 is not a type of event\n    hint: one of: {TYPES}",
        ),
        (
            [FIRST, SECOND.replace('"text"', '"texd"')],
            "x.jsonl:2:1: object contains unknown field `texd`\n    hint: did you mean 'text'?",
        ),
        (
            [FIRST, SECOND.replace('"Hi"', "1")],
            f"x.jsonl:2:1: expected `str`, got `int` - at `$.text`{AGAIN}",
        ),
        (
            [FIRST, SECOND.replace('"turn": 1, ', "")],
            f"x.jsonl:2:1: object missing required field `turn`{AGAIN}",
        ),
        (
            [FIRST, SECOND.replace('"turn": 1', '"turn": true')],
            f"x.jsonl:2:1: expected `int`, got `bool` - at `$.turn`{AGAIN}",
        ),
        (
            [FIRST, SECOND.replace('"at": 0.0', '"at": null')],
            f"x.jsonl:2:1: expected `float`, got `null` - at `$.at`{AGAIN}",
        ),
        (
            [FIRST, SECOND, SECOND],
            f"x.jsonl:3:1: this entry has seq 1, but 2 was expected\n{GAP}",
        ),
        (
            [FIRST, '{"seq": 1, "at": 0, "turn": 0, "type": "session_closed", "reason": "bored"}'],
            (
                "x.jsonl:2:1: invalid enum value 'bored' - at `$.reason`\n"
                "    hint: one of: finished, fault, deadline, cancelled"
            ),
        ),
        (
            [FIRST, SECOND.replace('"Hi"', '"Hi", "lang": "en"')],
            "x.jsonl:2:1: object contains unknown field `lang`\n    hint: one of: text",
        ),
    ],
)
def test_an_error_of_a_trace_names_the_line(lines: list[str], expected: str) -> None:
    assert find_problem(*lines) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Hi"', '"Hi", "\\ud800": 1'),
        ('"Hi"', '"Hi", "filled_by": "\\ud800"'),
        ('"at": 0.0', f'"at": 1{"0" * 400}'),
    ],
)
def test_half_a_character_and_a_huge_number_name_the_line(before: str, after: str) -> None:
    line = SECOND.replace("user_said", "pal_said")
    assert codec.decode([FIRST, line])[1].entries[0].event == PalSaid(text="Hi")
    message = find_problem(FIRST, line.replace(before, after))
    assert message.startswith("x.jsonl:2:1: ")
    assert "out of range" in message


BODY = '`$.exchange.request.body`\n    hint: a body is text, or {"base64": "..."}'


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('"body": "b"', '"body": 1', f"expected `bytes`, got `int` - at {BODY}"),
        ('"body": "b"', '"body": {"base64": "?"}', f"expected `bytes`, got `object` - at {BODY}"),
        ('"body": "b"', '"body": {"hex": ""}', f"expected `bytes`, got `object` - at {BODY}"),
        (
            '"headers": []',
            '"headers": {}',
            f"expected `array`, got `object` - at `$.exchange.request.headers`{AGAIN}",
        ),
        (
            '"headers": []',
            '"headers": [["a"]]',
            "expected `array` of length 2, got 1 - at `$.exchange.request.headers[0]`" + AGAIN,
        ),
        (
            '"headers": []',
            '"headers": ["ab"]',
            f"expected `array`, got `str` - at `$.exchange.request.headers[0]`{AGAIN}",
        ),
        (
            '"method": "GET"',
            '"methode": "GET"',
            (
                "object contains unknown field `methode` - at `$.exchange.request`\n"
                "    hint: did you mean 'method'?"
            ),
        ),
        (
            '"answered_by": "handler"',
            '"answered_by": []',
            f"expected `str`, got `array` - at `$.exchange.answered_by`{AGAIN}",
        ),
        (
            '"answered_by": "handler"',
            '"answered_by": "cannde"',
            (
                "invalid enum value 'cannde' - at `$.exchange.answered_by`\n"
                "    hint: did you mean 'canned'?"
            ),
        ),
        (
            '"fault": null',
            '"fault": {"kind": "bad luck", "message": "x"}',
            (
                "invalid enum value 'bad luck' - at `$.exchange.fault.kind`\n    hint: one of: "
                "timeout, connection, broken, too_large, crash, unmapped, unhandled"
            ),
        ),
        (
            '"seconds": 0.0',
            '"seconds": "0"',
            "expected `float`, got `str` - at `$.exchange.seconds`" + AGAIN,
        ),
    ],
)
def test_an_error_inside_an_exchange_names_its_path(before: str, after: str, expected: str) -> None:
    exchange = HttpExchange(request=HttpRequest(method="GET", url="https://a.test/", body=b"b"))
    trace = build_single_trace(ToolDelivered(call_id="c", purpose="tool", exchange=exchange))
    lines = [line.replace(before, after) for line in codec.encode(trace, HEADER)]
    assert find_problem(*lines) == f"x.jsonl:2:1: {expected}"


@given(st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_a_trace_or_a_clear_error(lines: list[str]) -> None:
    with pytest.raises(ScenarioError, match=r"^<trace>:\d+:1: "):
        codec.decode(lines)


def test_a_file_is_written_completely_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "traces" / "order status.jsonl"
    trace = build_single_trace(UserSaid(text="Où est\u2028ma commande?"))
    codec.write(path, trace, HEADER)
    assert codec.read(path) == (HEADER, trace)
    assert [file.name for file in path.parent.iterdir()] == ["order status.jsonl"]


def test_a_trace_that_cannot_be_written_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    codec.write(path, build_single_trace(UserSaid(text="old")), HEADER)
    before = path.read_bytes()
    with pytest.raises(HarnessError, match=r"^a trace cannot hold a value of type object$"):
        codec.write(path, build_single_trace(Saved(name="n", value=object())), HEADER)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.jsonl"]


def test_a_file_that_is_not_text_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="this is not a trace: it is not UTF-8 text"):
        codec.read(path)
