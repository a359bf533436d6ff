"""``--tavus-plan``: shows how each scenario would run. Sets up no fixture, opens no conversation.

pytest's own ``--setup-plan`` walks all items and skips the bodies of fixtures. The plan observes
the fixture sets during this walk, as the scheduler does in a real run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import MappingProxyType

import pytest

from pytest_tavus.contract.pal.host_rules import list_urls
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.tool.url_rules import redact_url
from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.concurrency.eligibility import find_fixture_reason, find_static_reason
from pytest_tavus.plugin.concurrency.fixture_sets import track_fixtures
from pytest_tavus.plugin.concurrency.hooks import concurrency_limit
from pytest_tavus.plugin.failure import find_unproven_mark
from pytest_tavus.report.words import format_count
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.scenario.values.model import HandlerSpec, Scenario

AHEAD = "ahead"
FIRST = "in its turn: it is the first of those with the same fixtures"

_OF_SEVERAL: Mapping[str, str] = MappingProxyType(
    {"in its turn": "in their turn", "by itself": "by themselves"}
)
"""The plural of a standing."""


class PlanHooks:
    """The hooks of a planned run."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._settings = settings
        self._fixture_sets = track_fixtures(config)
        self._eligibility: dict[ScenarioItem, str] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Find how a scenario would run."""
        if not isinstance(item, ScenarioItem):
            return (yield)
        known = self._fixture_sets.find_ready(item) is not None
        unproven = find_unproven_mark(item)
        self._eligibility[item] = (
            f"skipped: {unproven}"
            if unproven
            else f"in its turn: {find_static_reason(item, self._fixture_sets)}"
        )
        yield
        self._eligibility[item] = self._describe_eligibility(item, known=known)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the plan."""
        terminalreporter.write_sep("=", "Tavus plan")
        for item, standing in self._eligibility.items():
            terminalreporter.write_line(item.nodeid)
            for label, text in _rows(item.scenario, self._settings, standing):
                terminalreporter.write_line(f"  {label:<10}{text}")
        for line in self._totals():
            terminalreporter.write_line(line)

    def _describe_eligibility(self, item: ScenarioItem, *, known: bool) -> str:
        ready = self._fixture_sets.observe(item)
        reason = find_fixture_reason(item, ready)
        if reason is not None:
            return f"by itself: {reason}"
        reason = find_static_reason(item, self._fixture_sets)
        if reason is not None:
            return f"in its turn: {reason}"
        return AHEAD if known else FIRST

    def _totals(self) -> Iterator[str]:
        scenarios = [item.scenario for item in self._eligibility if not find_unproven_mark(item)]
        seconds = sum(_deadline(one, self._settings) for one in scenarios)
        how = Counter(standing.partition(":")[0] for standing in self._eligibility.values())
        turns = format_count(sum(len(one.turns) for one in scenarios), "turn")
        held = (f"{number} {_format_plural(word, number)}" for word, number in how.items())
        many = format_count(len(self._eligibility), "scenario")
        yield f"{many}, {turns}: {', '.join(held) or 'nothing to run'}"
        yield f"  at once   {concurrency_limit(self._settings, scenarios)} in each process"
        yield f"  time      at most {seconds:g} connected seconds"
        yield "  cost      none: the session is simulated"


def _format_plural(word: str, number: int) -> str:
    return word if number == 1 else _OF_SEVERAL.get(word, word)


def _rows(scenario: Scenario, settings: Settings, standing: str) -> Iterator[tuple[str, str]]:
    yield "session", f"{settings.session}, {format_count(len(scenario.turns), 'turn')}"
    yield "handler", _describe_handler(scenario.handler)
    for tool in scenario.pal.tools:
        yield "tool", f"{tool.name}: {_describe_delivery(tool)}"
    yield "held", standing
    if scenario.locks:
        yield "locks", ", ".join(scenario.locks)
    yield "deadline", f"{_deadline(scenario, settings):g} s"


def _describe_delivery(tool: Tool) -> str:
    """Describe the URLs of a tool without user name, password and query, which may be secret."""
    api = tool.delivery.api
    if api is None:
        return "app message"
    first, *others = (redact_url(url).partition("//")[2] for _, url in list_urls(tool))
    return ", token from ".join((f"{api.method} {first}", *others))


def _deadline(scenario: Scenario, settings: Settings) -> float:
    return settings.deadline if scenario.deadline is None else scenario.deadline


def _describe_handler(spec: HandlerSpec | None) -> str:
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
    config.pluginmanager.register(PlanHooks(config, settings), "tavus-plan")
