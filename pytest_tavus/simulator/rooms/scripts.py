"""Which scenarios are the scripts of which PAL."""

from __future__ import annotations

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.scenario.values.model import Scenario


class ScriptBook:
    """Scenarios that served conversations are played from. Filled at any time."""

    def __init__(self) -> None:
        self._scenarios: list[Scenario] = []

    def add(self, scenario: Scenario) -> None:
        """Offer a scenario as a script."""
        self._scenarios.append(scenario)

    def clear(self) -> None:
        """Forget every script."""
        self._scenarios.clear()

    def of(self, pal_id: str, pal_name: str) -> tuple[Scenario, ...]:
        """Return the scripts of a PAL, in the order they were added.

        Those whose `pal` has that `pal_id`; else those whose `pal` has that `pal_name`; else those
        whose `pal` names neither, which are everybody's.
        """
        by_id = tuple(one for one in self._scenarios if one.pal.pal_id == pal_id)
        if by_id:
            return by_id
        rest = [one for one in self._scenarios if one.pal.pal_id is None]
        named = tuple(one for one in rest if one.pal.pal_name == pal_name)
        return named or tuple(one for one in rest if _unnamed(one.pal))


def _unnamed(pal: Pal) -> bool:
    return "pal_name" not in pal.model_fields_set
