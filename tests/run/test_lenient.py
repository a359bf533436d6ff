"""What a scenario does not look at is in its record, with its line, for the summary to list."""

from __future__ import annotations

import pytest

from pytest_tavus.report.record import record
from tests.run.conftest import BuildProject

HEAD = "pal: waiter.pal.yaml\nhandler: {canned: {find: {}}}\n"
CALL = "        calls: [find: {guests: 2}]\n"


@pytest.mark.parametrize(
    ("text", "lenient"),
    [
        (
            "scenarios:\n  - name: a\n    turns:\n      - user: Hi.\n"
            "        extra: allowed\n" + CALL,
            ["s.yaml:7:16: extra: allowed (a)"],
        ),
        (
            "scenarios:\n  - name: a\n    extra: allowed\n    turns:\n      - user: Hi.\n" + CALL
            + "      - user: Bye.\n" + CALL,
            ["s.yaml:5:12: extra: allowed (a)"],
        ),
        (
            "extra: allowed\nscenarios:\n  - name: a\n    turns:\n      - user: Hi.\n" + CALL
            + "      - user: Bye.\n        extra: refused\n" + CALL,
            ["s.yaml:3:8: extra: allowed (a)"],
        ),
        (
            "unchecked: [on_call]\nscenarios:\n  - name: a\n    turns:\n      - user: Hi.\n"
            "        unchecked: [on_resolve, argument_schema]\n" + CALL,
            [
                "s.yaml:3:12: unchecked: on_call (a)",
                "s.yaml:8:20: unchecked: argument_schema (a)",
                "s.yaml:8:20: unchecked: on_resolve (a)",
            ],
        ),
        ("scenarios:\n  - name: a\n    turns:\n      - user: Hi.\n" + CALL, []),
    ],
)  # fmt: skip
def test_a_key_that_switches_checks_off_is_listed_with_its_line(
    build_project: BuildProject, text: str, lenient: list[str]
) -> None:
    result = build_project().run(HEAD + text)

    assert result.verdict.outcome == "passed", result.verdict
    assert record(result)["lenient"] == lenient
