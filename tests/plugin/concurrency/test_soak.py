"""The soak, on a small scale: every scenario is accounted for, and nothing is left."""

from __future__ import annotations

import pytest

from tests.benchmarks import soak


def test_every_scenario_is_accounted_for_once_and_nothing_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert soak.main(140, 16) == 0, capsys.readouterr().out


def test_the_soak_sees_what_is_missing() -> None:
    assert soak.missing([], 1) == ["answers 0: 0 times, None instead of passed"]
