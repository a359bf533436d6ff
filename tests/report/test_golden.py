"""Every text that is printed, pinned."""

from __future__ import annotations

import pytest

from pytest_tavus.report.failure import failure_text
from pytest_tavus.report.record import record
from pytest_tavus.report.summary import summary_lines
from tests.report.golden_files import GOLDEN, assert_golden
from tests.report.pictures import PICTURES
from tests.report.samples import ORDER, ORDER_TURN, THANKS_TURN, result, scenario, trace


@pytest.mark.parametrize("name", PICTURES)
def test_the_failure_picture(name: str) -> None:
    assert_golden(name, failure_text(PICTURES[name]()))


@pytest.mark.parametrize("name", ["missing_call", "several_findings", "undecided_judge"])
def test_the_failure_picture_in_colour(name: str) -> None:
    text = failure_text(PICTURES[name](), color=True)
    assert_golden(f"{name}.colour", text.replace("\x1b", "␛"))


def test_the_failure_picture_on_a_narrow_terminal() -> None:
    picture = PICTURES["wrong_argument_two_levels_deep"]()
    assert_golden("narrow", failure_text(picture, width=60))


def test_the_summary_of_a_run() -> None:
    played = scenario(ORDER, "tells the caller where the order is")
    slow = result(
        played, trace([ORDER_TURN, THANKS_TURN], seconds=0.4), trace_path="traces/1.jsonl"
    )
    records = [record(slow), *(record(picture()) for picture in PICTURES.values())]
    assert_golden("summary", "\n".join(summary_lines(records)))


def test_no_golden_file_is_left_over() -> None:
    expected = {*PICTURES, "narrow", "summary"}
    expected |= {
        f"{name}.colour" for name in ("missing_call", "several_findings", "undecided_judge")
    }
    assert {path.name.removesuffix(".txt") for path in GOLDEN.glob("*.txt")} == expected
