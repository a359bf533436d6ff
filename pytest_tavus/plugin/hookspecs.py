"""The hooks that a user's conftest or another plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from pytest_tavus.report.result import ScenarioResult


def pytest_tavus_result(item: pytest.Item, result: ScenarioResult) -> None:
    """Receive the result of a scenario, in the process that ran it, before its test ends.

    The result carries the scenario, the whole trace and the verdict. The plugin drops it after the
    test's report; copy the parts that you need later.
    """
