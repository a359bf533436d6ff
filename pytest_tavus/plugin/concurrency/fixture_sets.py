"""Which scenarios have the same fixtures, and whether those are there for all of them at once.

Seen through pytest's public hooks alone: what a scenario's fixtures are is known when the first
scenario with the same ones has been set up.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pytest
from msgspec import Struct

from pytest_tavus.plugin.collect import ScenarioItem

_DECIDES = ("pytest_runtest_setup", "pytest_runtest_protocol")
"""Hooks in which a conftest.py may decide that a test is not run."""


class FixtureSet(Struct, frozen=True, kw_only=True, eq=False):
    """Where fixtures mean the same: the conftest files that apply, and the fixtures' names.

    There is one of each, which is compared by being it.
    """

    conftests: tuple[str, ...]
    names: tuple[str, ...]


Reach = Literal["run", "home", "file"]
"""All of a home; or those that come next, up to another home or another file."""

_REACH: Mapping[str, Reach] = MappingProxyType(
    {"class": "file", "module": "file", "package": "home"}
)

_NARROWEST_FIRST: tuple[Reach, ...] = ("file", "home", "run")


class ReadyFixtures(Struct, frozen=True, kw_only=True):
    """A home whose fixtures are set up."""

    reach: Reach
    "For which scenarios of the home."

    handler: object | None
    "What the fixture `tavus_handler` gave."

    per_scenario: str | None
    "A fixture that is set up for each scenario, so that none can begin ahead."


class FixtureSets:
    """What is known of fixtures so far, learned by the hooks that pytest calls for them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        # Copied before the run begins: older pytests add every autouse fixture to this list.
        self._usefixtures = frozenset(str(name) for name in config.getini("usefixtures"))
        self._active: dict[pytest.FixtureDef[Any], str] = {}
        self._fixture_sets: dict[ScenarioItem, FixtureSet] = {}
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], FixtureSet] = {}
        self._conftest_cache: dict[Path, tuple[str, ...]] = {}
        self._deciding_hooks: dict[Path, str | None] = {}
        self._ready: dict[FixtureSet, ReadyFixtures] = {}
        self._modules: frozenset[str] | None = None
        "Where installed plugins are written, once that was asked for."

    def pytest_plugin_registered(self) -> None:
        """Forget what was found out of the plugins: there is another one."""
        self._modules = None
        self._conftest_cache.clear()
        self._deciding_hooks.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Note that a fixture is there now."""
        __tracebackhide__ = True
        value = yield
        self._active[fixturedef] = fixturedef.scope
        return value

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """Note that a fixture is gone. What relied on it is not ready any more."""
        scope = self._active.pop(fixturedef, None)
        if scope is not None and scope != "function":
            name = fixturedef.argname
            self._ready = {
                one: ready for one, ready in self._ready.items() if name not in one.names
            }

    def observe(self, item: ScenarioItem) -> ReadyFixtures:
        """Learn from a scenario that has just been set up."""
        home = self.fixture_set(item)
        counting = [(one.argname, self._active[one]) for one in self._list_relevant(item)]
        reaches = {"run", *(_REACH.get(scope, "run") for _, scope in counting)}
        ready = self._ready[home] = ReadyFixtures(
            reach=next(one for one in _NARROWEST_FIRST if one in reaches),
            handler=item.funcargs.get("tavus_handler"),
            per_scenario=next((name for name, scope in counting if scope == "function"), None),
        )
        return ready

    def find_ready(self, item: ScenarioItem) -> ReadyFixtures | None:
        """Return what is known of the fixtures of a scenario's home."""
        return self._ready.get(self.fixture_set(item))

    def fixture_set(self, item: ScenarioItem) -> FixtureSet:
        """Return where a scenario's fixtures mean the same."""
        found = self._fixture_sets.get(item)
        if found is None:
            parts = self._conftests(item.path), tuple(sorted(item.fixturenames))
            found = self._known.get(parts)
            if found is None:
                found = self._known[parts] = FixtureSet(conftests=parts[0], names=parts[1])
            self._fixture_sets[item] = found
        return found

    def find_deciding_hook(self, item: ScenarioItem) -> str | None:
        """Name the hook of a conftest.py that may decide about this scenario when it is set up."""
        if item.path not in self._deciding_hooks:
            applying = self._conftests(item.path)
            plugins = self._config.pluginmanager.get_plugins()
            deciding = (one for one in plugins if getattr(one, "__file__", None) in applying)
            self._deciding_hooks[item.path] = next(
                (name for plugin in deciding for name in _DECIDES if hasattr(plugin, name)), None
            )
        return self._deciding_hooks[item.path]

    def _list_relevant(self, item: ScenarioItem) -> Iterator[pytest.FixtureDef[Any]]:
        """Yield the fixtures of a scenario, without what installed plugins do for every test."""
        asked = {*self._usefixtures, *item.scenario.fixtures, "tavus_handler"}
        for mark in item.iter_markers("usefixtures"):
            asked.update(str(name) for name in mark.args)
        for fixture in self._active:
            if fixture.argname not in item.fixturenames:
                continue
            module = getattr(fixture.func, "__module__", "")
            if fixture.argname in asked or module not in self._plugin_modules():
                yield fixture

    def _plugin_modules(self) -> frozenset[str]:
        if self._modules is None:
            plugins = self._config.pluginmanager.get_plugins()
            installed = (one for one in plugins if not _is_conftest(one))
            self._modules = frozenset(
                str(getattr(one, "__name__", type(one).__module__)) for one in installed
            )
        return self._modules

    def _conftests(self, path: Path) -> tuple[str, ...]:
        found = self._conftest_cache.get(path)
        if found is None:
            plugins = self._config.pluginmanager.get_plugins()
            files = (one.__file__ for one in plugins if _is_conftest(one))
            applying = (file for file in files if path.is_relative_to(Path(file).parent))
            found = self._conftest_cache[path] = tuple(sorted(applying))
        return found


def track_fixtures(config: pytest.Config) -> FixtureSets:
    """Return what learns of the fixtures of this run, from now on."""
    fixture_sets = FixtureSets(config)
    config.pluginmanager.register(fixture_sets)
    return fixture_sets


def _is_conftest(plugin: Any) -> bool:
    return Path(getattr(plugin, "__file__", None) or "").name == "conftest.py"
