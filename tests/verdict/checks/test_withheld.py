"""What was to be kept, and lines that could not be said."""

from __future__ import annotations

import pytest

from pytest_tavus.trace.events import Saved, Withheld
from pytest_tavus.wire import HttpResponse
from tests.verdict.checks.story import (
    ANY,
    Story,
    expect,
    findings,
    in_order,
    report,
    story_with_answer,
    tool,
    turn,
)


def test_a_save_without_a_value_is_a_finding() -> None:
    wanted = turn(in_order(expect(save={"eta": "result.eta"})))
    (finding,) = report(story_with_answer(), wanted).findings
    assert finding.kind == "nothing_saved"
    assert finding.message == (
        "'eta' was to be kept from result.eta, but get_order_status has no such value"
    )
    story = Story().user().call().record(Saved(name="eta", value="6pm")).pal("Ok.").end()
    assert findings(story, wanted) == []


def test_a_turn_saves_from_its_last_call() -> None:
    wanted = turn(None, extra=True, save={"eta": "result.eta"})
    assert findings(Story().user().end(), wanted) == [
        ("nothing_saved", "'eta' was to be kept from result.eta, but no call was made")
    ]


def test_a_missing_field_is_named_with_the_answer() -> None:
    line = Withheld(
        template="It comes {result.etta}.", reason="missing_path", path="result.etta", call_id="t1"
    )
    (finding,) = report(Story().user().call().record(line).pal("Hm.").end(), ANY).findings
    assert (finding.kind, finding.owner) == ("unknown_answer", "handler")
    assert finding.message == (
        "the PAL cannot fill {result.etta}: the answer of get_order_status has no such value"
    )
    assert finding.detail == (
        "line: It comes {result.etta}.\nanswer: {status: out_for_delivery, eta: today by 6pm}"
    )
    assert finding.hint == "did you mean 'eta'?"


@pytest.mark.parametrize(("output", "shown"), [("", "nothing"), ("null", "null")])
def test_an_empty_answer_is_not_null(output: str, shown: str) -> None:
    line = Withheld(template="{result.a}", reason="missing_path", path="result.a", call_id="t1")
    story = Story().user().call(output=output).record(line).pal("Hm.").end()
    (finding,) = report(story, ANY).findings
    assert finding.detail == f"line: {{result.a}}\nanswer: {shown}"


def test_an_answer_that_on_resolve_withholds_has_a_hint_with_the_setting() -> None:
    line = Withheld(
        template="It comes {result.eta}.", reason="not_in_context", path="result.eta", call_id="t1"
    )
    story = Story().user().call().record(line).end()
    (finding,) = report(story, ANY, tools=(tool(on_resolve=None),)).findings
    assert (finding.kind, finding.owner) == ("unknown_answer", "agent")
    assert finding.message == (
        "the PAL cannot fill {result.eta}: on_resolve keeps the answer of get_order_status from it"
    )
    assert finding.hint == (
        "set `on_resolve: generate_response` on get_order_status, "
        "which has fire_and_forget (the default), at p.pal.yaml#tools[0].on_resolve:1:1"
    )


def test_a_line_that_needs_the_answer_of_a_failed_call_names_the_failure() -> None:
    line = Withheld(template="{result}", reason="call_failed", path="result", call_id="t1")
    story = Story().user().fails(response=HttpResponse(status=500, body=b"{}")).record(line)
    found = findings(story.pal("Sorry.").end(), turn(in_order(expect(status="crash"))))
    assert found == [
        (
            "unknown_answer",
            (
                "the PAL cannot fill {result}: get_order_status gave no answer, "
                "because the handler answered 500"
            ),
        )
    ]


def test_the_test_owns_a_placeholder_that_reads_no_answer() -> None:
    line = Withheld(template="{saved.x}", reason="missing_path", path="saved.x")
    (finding,) = report(Story().user().record(line).end(), turn()).findings
    assert (finding.owner, finding.message) == (
        "test",
        "the PAL cannot fill {saved.x}: nothing was saved under that name",
    )


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("time", "what was saved is read as {saved.time}"),
        ("time[0].hour", "what was saved is read as {saved.time[0].hour}"),
        ("times", None),
        ("saved.time.hour", None),
    ],
)
def test_a_bare_saved_name_has_a_hint_with_the_saved_prefix(path: str, hint: str | None) -> None:
    line = Withheld(template=f"{{{path}}}", reason="missing_path", path=path)
    story = Story().user().record(Saved(name="time", value=["9:00"])).record(line).end()
    (finding,) = report(story, turn()).findings
    assert finding.hint == hint
