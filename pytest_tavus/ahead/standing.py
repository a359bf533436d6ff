"""Why a scenario is not held ahead of its turn, from what is written in it and beside it."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.ahead.homes import Homes, Ready
from pytest_tavus.collect import ScenarioItem

_ALONE = "alone: true"


def written(item: ScenarioItem, homes: Homes) -> str | None:
    """Return why a scenario waits for its turn, as far as can be known before anything runs."""
    if item.scenario.alone:
        return _ALONE
    for mark in item.iter_markers():
        if mark.name in {"skip", "skipif"} or (mark.name == "xfail" and _decides(mark.kwargs)):
            return f"its mark {mark.name} decides whether it runs"
    hook = homes.conftest_decides(item)
    return f"{hook} of a conftest.py decides whether it runs" if hook is not None else None


def shown(item: ScenarioItem, ready: Ready) -> str | None:
    """Return why a scenario runs by itself, as it says or as its fixtures have shown."""
    if item.scenario.alone:
        return _ALONE
    if ready.each is None:
        return None
    return f"the fixture {ready.each} is set up for each scenario"


def _decides(arguments: Mapping[str, object]) -> bool:
    return arguments.get("run", True) is not True
