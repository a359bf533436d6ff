"""Which scenarios are the scripts of which PAL."""

from __future__ import annotations

from pytest_tavus.contract.pal import Pal
from pytest_tavus.scenario.model import Scenario


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
        for wanted in (
            lambda pal: pal.pal_id == pal_id,
            lambda pal: pal.pal_id is None and pal.pal_name == pal_name,
            lambda pal: pal.pal_id is None and _unnamed(pal),
        ):
            found = tuple(one for one in self._scenarios if wanted(one.pal))
            if found:
                return found
        return ()


def _unnamed(pal: Pal) -> bool:
    return "pal_name" not in pal.model_fields_set
