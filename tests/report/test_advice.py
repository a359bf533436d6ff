"""What a run says at its end beside its numbers."""

from __future__ import annotations

from pytest_tavus.report.summary import advice_lines


def test_advice_is_given_once_however_many_scenarios_it_concerns() -> None:
    advice = ["pals/a.pal.yaml:3:5: on_resolve is left out\n    hint: write it"]

    lines = list(advice_lines([*advice, *advice]))

    assert lines == [
        "  advice        pals/a.pal.yaml:3:5: on_resolve is left out",
        "      hint: write it",
    ]
