"""Which scenarios share their fixtures, and whether pytest has set these up for all of them.

pytest's public hooks show the scopes of a scenario's fixtures only during a setup. So the first
scenario of a fixture set is set up in its turn, and the others learn from it.
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
"""Hooks in which a conftest.py may skip a test."""


class FixtureSet(Struct, frozen=True, kw_only=True, eq=False):
    """The conftest files that apply to a scenario, and the names of its fixtures.

    `FixtureSets` makes one object per set, so sets compare by identity.
    """

    conftests: tuple[str, ...]
    names: tuple[str, ...]


Reach = Literal["run", "set", "file"]
"""The scenarios of a fixture set that its set-up fixtures serve.

All of them; or the next ones, up to another fixture set or another file.
"""

_REACH: Mapping[str, Reach] = MappingProxyType(
    {"class": "file", "module": "file", "package": "set"}
)

_NARROWEST_FIRST: tuple[Reach, ...] = ("file", "set", "run")


class ReadyFixtures(Struct, frozen=True, kw_only=True):
    """A fixture set that pytest has set up."""

    reach: Reach
    "Which scenarios of the set these fixtures serve."

    handler: object | None
    "The value of the fixture `tavus_handler`."

    per_scenario: str | None
    "A fixture of function scope: no scenario of the set can start early."


class FixtureSets:
    """Tracks the fixtures that pytest sets up and tears down."""

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
        "Modules of the installed plugins, once computed."

    def pytest_plugin_registered(self) -> None:
        """Clear the caches that depend on the plugins."""
        self._modules = None
        self._conftest_cache.clear()
        self._deciding_hooks.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Note the scope of a fixture that is set up."""
        __tracebackhide__ = True
        value = yield
        self._active[fixturedef] = fixturedef.scope
        return value

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        """Forget a fixture that is torn down, and the fixture sets that need it."""
        scope = self._active.pop(fixturedef, None)
        if scope is not None and scope != "function":
            name = fixturedef.argname
            self._ready = {
                found: ready for found, ready in self._ready.items() if name not in found.names
            }

    def observe(self, item: ScenarioItem) -> ReadyFixtures:
        """Record the fixture set of a scenario that pytest has just set up."""
        found = self.fixture_set(item)
        counting = [(one.argname, self._active[one]) for one in self._list_relevant(item)]
        reaches = {"run", *(_REACH.get(scope, "run") for _, scope in counting)}
        ready = self._ready[found] = ReadyFixtures(
            reach=next(reach for reach in _NARROWEST_FIRST if reach in reaches),
            handler=item.funcargs.get("tavus_handler"),
            per_scenario=next((name for name, scope in counting if scope == "function"), None),
        )
        return ready

    def find_ready(self, item: ScenarioItem) -> ReadyFixtures | None:
        """Return the set-up fixtures of a scenario's fixture set; `None` if they are not set up."""
        return self._ready.get(self.fixture_set(item))

    def fixture_set(self, item: ScenarioItem) -> FixtureSet:
        """Return the fixture set of a scenario."""
        found = self._fixture_sets.get(item)
        if found is None:
            parts = self._conftests(item.path), tuple(sorted(item.fixturenames))
            found = self._known.get(parts)
            if found is None:
                found = self._known[parts] = FixtureSet(conftests=parts[0], names=parts[1])
            self._fixture_sets[item] = found
        return found

    def find_deciding_hook(self, item: ScenarioItem) -> str | None:
        """Name the hook of a conftest.py that may skip this scenario during its setup."""
        if item.path not in self._deciding_hooks:
            applying = self._conftests(item.path)
            plugins = self._config.pluginmanager.get_plugins()
            deciding = (one for one in plugins if getattr(one, "__file__", None) in applying)
            self._deciding_hooks[item.path] = next(
                (name for plugin in deciding for name in _DECIDES if hasattr(plugin, name)), None
            )
        return self._deciding_hooks[item.path]

    def _list_relevant(self, item: ScenarioItem) -> Iterator[pytest.FixtureDef[Any]]:
        """Yield a scenario's fixtures, without the autouse fixtures of installed plugins."""
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
    """Register and return a tracker of the fixtures of this run."""
    fixture_sets = FixtureSets(config)
    config.pluginmanager.register(fixture_sets)
    return fixture_sets


def _is_conftest(plugin: Any) -> bool:
    return Path(getattr(plugin, "__file__", None) or "").name == "conftest.py"
