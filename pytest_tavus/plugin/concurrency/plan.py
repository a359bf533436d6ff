"""``--tavus-plan``: what would run, and how, without a fixture set up or a conversation opened.

pytest's own ``--setup-plan`` goes through all items and only pretends to set fixtures up; what
would be begun ahead is found out from that as in a real run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import MappingProxyType

import pytest

from pytest_tavus.contract.pal.host_rules import called_urls
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.tool.url_rules import without_secrets
from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.eligibility import shown, written
from pytest_tavus.plugin.concurrency.fixture_sets import follow
from pytest_tavus.plugin.concurrency.hooks import at_most
from pytest_tavus.plugin.failure import skipped_as_unproven
from pytest_tavus.report.words import counted
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.scenario.values.model import HandlerSpec, Scenario

AHEAD = "ahead"
FIRST = "in its turn: it is the first of those with the same fixtures"

_OF_SEVERAL: Mapping[str, str] = MappingProxyType(
    {"in its turn": "in their turn", "by itself": "by themselves"}
)
"""How several are held, in words."""


class Planning:
    """The hooks of a run that is only planned."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._settings = settings
        self._fixture_sets = follow(config)
        self._standings: dict[ScenarioItem, str] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Find out how a scenario would be held."""
        if not isinstance(item, ScenarioItem):
            return (yield)
        known = self._fixture_sets.ready(item) is not None
        unproven = skipped_as_unproven(item)
        self._standings[item] = (
            f"skipped: {unproven}"
            if unproven
            else f"in its turn: {written(item, self._fixture_sets)}"
        )
        yield
        self._standings[item] = self._standing(item, known=known)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the plan."""
        terminalreporter.write_sep("=", "Tavus plan")
        for item, standing in self._standings.items():
            terminalreporter.write_line(item.nodeid)
            for label, text in _rows(item.scenario, self._settings, standing):
                terminalreporter.write_line(f"  {label:<10}{text}")
        for line in self._totals():
            terminalreporter.write_line(line)

    def _standing(self, item: ScenarioItem, *, known: bool) -> str:
        ready = self._fixture_sets.observe(item)
        reason = shown(item, ready)
        if reason is not None:
            return f"by itself: {reason}"
        reason = written(item, self._fixture_sets)
        if reason is not None:
            return f"in its turn: {reason}"
        return AHEAD if known else FIRST

    def _totals(self) -> Iterator[str]:
        scenarios = [item.scenario for item in self._standings if not skipped_as_unproven(item)]
        seconds = sum(_deadline(one, self._settings) for one in scenarios)
        how = Counter(standing.partition(":")[0] for standing in self._standings.values())
        turns = counted(sum(len(one.turns) for one in scenarios), "turn")
        held = (f"{number} {_held(word, number)}" for word, number in how.items())
        many = counted(len(self._standings), "scenario")
        yield f"{many}, {turns}: {', '.join(held) or 'nothing to run'}"
        yield f"  at once   {at_most(self._settings, scenarios)} in each process"
        yield f"  time      at most {seconds:g} connected seconds"
        yield "  cost      none: the session is simulated"


def _held(word: str, number: int) -> str:
    return word if number == 1 else _OF_SEVERAL.get(word, word)


def _rows(scenario: Scenario, settings: Settings, standing: str) -> Iterator[tuple[str, str]]:
    yield "session", f"{settings.session}, {counted(len(scenario.turns), 'turn')}"
    yield "handler", _handler(scenario.handler)
    for tool in scenario.pal.tools:
        yield "tool", f"{tool.name}: {_delivery(tool)}"
    yield "held", standing
    if scenario.locks:
        yield "locks", ", ".join(scenario.locks)
    yield "deadline", f"{_deadline(scenario, settings):g} s"


def _delivery(tool: Tool) -> str:
    """Say where a tool's calls go, without what may be a secret: user name, password, query."""
    api = tool.delivery.api
    if api is None:
        return "app message"
    first, *others = (without_secrets(url).partition("//")[2] for _, url in called_urls(tool))
    return ", token from ".join((f"{api.method} {first}", *others))


def _deadline(scenario: Scenario, settings: Settings) -> float:
    return settings.deadline if scenario.deadline is None else scenario.deadline


def _handler(spec: HandlerSpec | None) -> str:
    if spec is None:
        return "none"
    parts: Iterable[str] = (
        f"app {spec.app}" if spec.app else "",
        f"command {spec.command[0]}" if spec.command else "",
        f"url {spec.url}" if spec.url else "",
        f"canned answers of {', '.join(spec.canned)}" if spec.canned else "",
    )
    return ", ".join(part for part in parts if part)


def begin(config: pytest.Config, settings: Settings) -> None:
    """Plan this run instead of running it.

    Raises:
        pytest.UsageError: pytest-xdist was asked for, whose workers have no one plan.

    """
    if getattr(config.option, "dist", "no") != "no":
        raise pytest.UsageError("--tavus-plan is made in one process: leave out -n")
    config.option.setupplan = config.option.setuponly = True
    config.pluginmanager.register(Planning(config, settings), "tavus-plan")
