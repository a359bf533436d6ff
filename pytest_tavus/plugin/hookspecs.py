"""The hooks that a user's conftest or another plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from pytest_tavus.report.result import ScenarioResult


def pytest_tavus_result(item: pytest.Item, result: ScenarioResult) -> None:
    """Receive what came of a scenario, in the process that played it, before its test ends.

    The result carries the scenario, the whole trace and the verdict. It is not kept after the
    test's report has been made; take what is needed of it.
    """
