"""What the failure picture holds whatever the failure, and how it deals with what is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from pytest_tavus.errors import Owner
from pytest_tavus.report.excerpt import excerpt
from pytest_tavus.report.failure import failure_text
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.report.typeset import Ink
from pytest_tavus.report.words import KINDS, OWNERS, REMEDIES
from pytest_tavus.scenario.load.parse import InlineSource
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.spans import SourceSpan
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from pytest_tavus.verdict.verdict import Difference, Finding, FindingKind
from tests.report.pictures import PICTURES
from tests.report.samples import (
    ORDER,
    ORDER_TURN,
    THANKS_TURN,
    result,
    scenario,
    trace,
    turn_at,
)

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def failed(**parts: object) -> ScenarioResult:
    """Make a result with one finding."""
    plain = Finding(
        kind="wrong_result", message="m", owner="handler", span=turn_at(ORDER, 1, "calls", 0)
    )
    finding = replace(plain, **parts)
    return result(scenario(ORDER, "name"), trace([ORDER_TURN, THANKS_TURN]), [finding])


@pytest.mark.parametrize("name", PICTURES)
def test_colour_changes_nothing_but_colour(name: str) -> None:
    picture = PICTURES[name]()
    assert ESCAPES.sub("", failure_text(picture, color=True)) == failure_text(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_the_first_line_is_the_place_and_the_kind(name: str) -> None:
    first = failure_text(PICTURES[name]()).splitlines()[0]
    assert re.fullmatch(r"\S+:\d+:\d+: [a-z_ ,]+(  \(1 of \d+\))?", first)


@pytest.mark.parametrize("name", PICTURES)
def test_no_secret_and_no_escape_sequence_is_printed(name: str) -> None:
    text = failure_text(PICTURES[name]())
    assert "canary" not in text
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_every_kind_and_every_owner_has_words() -> None:
    assert set(KINDS) == set(get_args(FindingKind))
    assert set(OWNERS) == set(REMEDIES) == set(get_args(Owner))


def test_a_passed_result_is_one_line() -> None:
    passed = result(scenario(ORDER, "name"), trace([ORDER_TURN]))
    assert failure_text(passed) == "scenarios/order_status.yaml:4:5: passed: 3 checks held"


def test_a_finding_without_a_place_is_shown_at_its_scenario() -> None:
    text = failure_text(failed(span=None))
    assert text.startswith("scenarios/order_status.yaml:4:5: wrong result\n")


def test_values_that_differ_are_never_cut() -> None:
    expected, actual = "x" * 5000 + "a", "x" * 5000 + "b"
    difference = Difference(path="result.text", expected=expected, actual=actual)
    lines = failure_text(failed(differences=(difference,)), width=80).splitlines()
    at = lines.index(f"  expected  {expected}")
    assert lines[at + 1] == f"  actual    {actual}"
    assert lines[at + 2] == " " * 5012 + "^"


def test_many_differences_are_counted() -> None:
    differences = tuple(
        Difference(path=f"a[{number}]", expected="1", actual="2") for number in range(11)
    )
    text = failure_text(failed(differences=differences))
    assert "  at        a[7]\n" in text
    assert "a[8]" not in text
    assert "\n  … and 3 more differences\n" in text


def test_a_long_traceback_keeps_its_beginning_and_its_end() -> None:
    detail = "\n".join(f"line {number}" for number in range(1, 101))
    text = failure_text(failed(detail=detail))
    assert "  | line 8\n  | … 52 lines left out\n  | line 61\n" in text
    assert "  | line 100\n" in text


def test_a_line_of_the_handler_cannot_imitate_the_picture() -> None:
    text = failure_text(failed(detail="::error::boo\n>>> fake", message="a\n>>> b"))
    assert "  | ::error::boo\n  | >>> fake\n" in text
    assert "  a\\n>>> b\n" in text


def test_a_secret_in_a_finished_text_is_masked() -> None:
    redaction = Redaction([Secret("canned token", "canary-5678")])
    leaking = replace(failed(message="the token canary-5678 was refused"), redaction=redaction)
    assert "  the token ⟦canned token⟧ was refused\n" in failure_text(leaking)


def lines_at(source: Document, line: int, column: int = 1) -> tuple[str, ...]:
    span = SourceSpan(path=source.path, line=line, column=column)
    return excerpt(scenario(source, "name"), span, ink=Ink(), columns=40)


def test_the_excerpt_ends_where_the_file_does() -> None:
    source = Document(path="a.yaml", text="one\ntwo\nthree")
    assert lines_at(source, 3, 3) == ("  1 | one", "  2 | two", "> 3 | three", "    |   ^")
    assert lines_at(source, 1) == ("> 1 | one", "    | ^", "  2 | two")


def test_a_line_that_is_not_in_the_file_has_no_excerpt() -> None:
    assert lines_at(Document(path="a.yaml", text="one"), 2) == ()


def test_a_long_line_is_cut_and_a_marker_beyond_it_left_out() -> None:
    source = Document(path="a.yaml", text="x" * 100)
    assert lines_at(source, 1, 90) == ("> 1 | " + "x" * 33 + "…",)


def test_the_excerpt_of_another_file_is_read_from_it(tmp_path: Path) -> None:
    path = tmp_path / "included.yaml"
    path.write_text("- user: Hi.\n", encoding="utf-8")
    span = SourceSpan(path=str(path), line=1, column=3)
    played = replace(scenario(ORDER, "name"), source=InlineSource(), pal_source=InlineSource())
    assert excerpt(played, span, ink=Ink(), columns=80)[0] == "> 1 | - user: Hi."


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_has_no_excerpt(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gone.yaml"
    if content is not None:
        path.write_bytes(content)
    span = SourceSpan(path=str(path), line=1)
    assert excerpt(scenario(ORDER, "name"), span, ink=Ink(), columns=80) == ()
