"""Where traces are kept, under which names, and which are."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_tavus.report.archive import LONGEST_NAME, Archive, file_name
from pytest_tavus.report.record import record
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.report.summary import summary_lines
from pytest_tavus.trace import codec
from pytest_tavus.trace.redaction.redact import NO_REDACTION
from pytest_tavus.trace.redaction.shown import mask_trace
from pytest_tavus.verdict.verdict import Outcome, Verdict
from tests.verdict.checks.story import Story, scenario

SAFE = set(string.ascii_letters + string.digits + "._-")


def result(name: str = "finds a table", outcome: Outcome = "passed") -> ScenarioResult:
    return ScenarioResult(
        scenario=replace(scenario(), name=name),
        trace=mask_trace(Story().user("Hello.").pal("Hi.").end().trace(), NO_REDACTION),
        verdict=Verdict(outcome=outcome, reason="as it is"),
        provenance="scripted PAL, no tool call",
    )


def test_a_trace_is_kept_in_a_directory_that_is_made_for_it(tmp_path: Path) -> None:
    kept = Archive(tmp_path / "a" / "b", only_failed=False).keep(result())

    assert kept.trace_path is not None
    path = Path(kept.trace_path)
    assert path.parent == tmp_path / "a" / "b"
    header, trace = codec.read(path)
    assert trace == result().trace
    assert (header.scenario, header.provenance, header.file) == (
        "finds a table",
        "scripted PAL, no tool call",
        "s.yaml#",
    )


@pytest.mark.parametrize(
    ("outcome", "kept"), [("passed", False), ("failed", True), ("undecided", True)]
)
def test_with_only_failed_a_passed_scenario_leaves_no_trace(
    tmp_path: Path, outcome: Outcome, kept: bool
) -> None:
    found = Archive(tmp_path, only_failed=True).keep(result(outcome=outcome))

    assert (found.trace_path is not None) is kept
    assert len(list(tmp_path.iterdir())) == kept


def test_a_scenario_that_is_played_again_replaces_its_trace(tmp_path: Path) -> None:
    archive = Archive(tmp_path, only_failed=False)

    first, second = archive.keep(result()), archive.keep(result())

    assert first.trace_path == second.trace_path
    assert len(list(tmp_path.iterdir())) == 1


def test_two_scenarios_have_two_files(tmp_path: Path) -> None:
    archive = Archive(tmp_path, only_failed=False)

    archive.keep(result("finds a table"))
    archive.keep(result("finds a chair"))

    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("path", "name", "written"),
    [
        ("s.yaml", "simple", "s.yaml--simple.trace.jsonl"),
        ("s.yaml", "a_b-c.d", "s.yaml--a_b-c.d.trace.jsonl"),
    ],
)
def test_a_plain_name_is_kept_as_it_is(path: str, name: str, written: str) -> None:
    assert file_name(path, name) == written


def test_another_name_stays_readable_and_is_told_apart() -> None:
    written = file_name("scenarios/shop.yaml", "finds a table: für zwei")

    assert written.startswith("scenarios-shop.yaml--finds-a-table-f-r-zwei-")
    assert len(written) == len("scenarios-shop.yaml--finds-a-table-f-r-zwei-01234567.trace.jsonl")
    assert written != file_name("scenarios/shop.yaml", "finds a table: f-r zwei")


def test_names_that_differ_in_case_are_two_files_everywhere() -> None:
    written = {file_name("s.yaml", name).lower() for name in ("Finds", "finds", "FINDS")}

    assert len(written) == 3


def test_a_long_name_is_cut_and_told_apart() -> None:
    one, other = (file_name("s.yaml", "n" * 500 + last) for last in "ab")

    assert len(one) <= LONGEST_NAME + len("-01234567.trace.jsonl")
    assert one != other


names = st.text(max_size=200)


@given(path=names, name=names)
def test_any_name_is_safe_on_every_file_system(path: str, name: str) -> None:
    written = file_name(path, name)

    assert set(written) <= SAFE
    assert not written.startswith((".", "-"))
    assert written.endswith(".trace.jsonl")
    assert len(written) < 255


@given(one=st.tuples(names, names), other=st.tuples(names, names))
def test_two_scenarios_never_share_a_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    joined = ["--".join(each) for each in (one, other)]

    assert (file_name(*one) == file_name(*other)) == (joined[0] == joined[1])


def test_a_trace_that_cannot_be_written_leaves_the_verdict_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no directory")
    kept = Archive(tmp_path / "taken", only_failed=False).keep(result())

    assert (kept.trace_path, kept.verdict) == (None, result().verdict)
    assert kept.untraced == f"{tmp_path / 'taken'}: File exists"
    assert record(kept)["untraced"] == kept.untraced
    assert f"  no trace      {kept.untraced} (2)" in summary_lines([record(kept)] * 2)
