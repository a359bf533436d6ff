"""Fixtures for users, and the runner of this process that they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from pytest_tavus.plugin.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_tavus.plugin.api.opening import AsyncTavus, Tavus
    from pytest_tavus.report.result import ScenarioResult
    from pytest_tavus.run.limits.store import Store
    from pytest_tavus.run.options.settings import Settings
    from pytest_tavus.run.runner import Runner
    from pytest_tavus.scenario.values.model import Scenario
    from pytest_tavus.simulator.server.fixture import TavusServer

Opening = TypeVar("Opening", bound="Tavus | AsyncTavus")

SETTINGS: pytest.StashKey[Settings] = pytest.StashKey()
RUNNER: pytest.StashKey[Runner] = pytest.StashKey()
STORE: pytest.StashKey[Store] = pytest.StashKey()
"""The ledger that the processes of one run share."""

ONE_BY_ONE = pytest.StashKey[str]()
"""Why no conversation of this process could start early, although the user asked for it."""

BAD_END = "tavus_bad_end"
"""Key under which a worker of pytest-xdist reports that its handler did not end well."""


def settings_of(config: pytest.Config) -> Settings:
    """Return the options of this run; the first call reads them.

    Raises:
        pytest.UsageError: for an invalid value in any place.

    """
    settings = config.stash.get(SETTINGS, None)
    if settings is None:
        settings = config.stash[SETTINGS] = read_settings(config)
    return settings


def runner_of(config: pytest.Config) -> Runner:
    """Return the runner of this process; the first call builds it.

    Raises:
        pytest.UsageError: for a setting that only the runner can check.

    """
    runner = config.stash.get(RUNNER, None)
    if runner is None:
        from pytest_tavus.errors import ScenarioError
        from pytest_tavus.plugin.garbage import gc_paused

        with gc_paused():
            from pytest_tavus.run.runner import Runner

        store = config.stash.get(STORE, None)
        try:
            runner = Runner(
                settings_of(config), root=config.rootpath, environ=os.environ, store=store
            )
        except ScenarioError as error:
            raise pytest.UsageError(str(error)) from None
        config.stash[RUNNER] = runner
    return runner


def close_runner(session: pytest.Session) -> None:
    """Stop the handlers and the loop. A handler that does not end well fails the run."""
    config = session.config
    runner = config.stash.get(RUNNER, None)
    if runner is None:
        return
    from pytest_tavus.errors import HandlerError

    del config.stash[RUNNER]
    try:
        runner.close()
    except HandlerError as error:
        output: dict[str, object] | None = getattr(config, "workeroutput", None)
        if output is None:
            report_bad_end(session, str(error))
        else:  # a worker has no terminal and does not decide the exit code
            output[BAD_END] = str(error)


def report_bad_end(session: pytest.Session, how: str) -> None:
    """Print that a handler did not end well, and fail the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\ntavus: your handler did not end well: {how}", red=True)
    session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def tavus_handler() -> None:
    """Give every scenario your handler: override this fixture, in any scope.

    Return an ASGI or WSGI application, or a base URL on loopback; it replaces `handler:`.
    """


class ScenarioPlayer:
    """The value of the fixture :func:`tavus_run`."""

    def __init__(self, config: pytest.Config, handler: object | None) -> None:
        self._config = config
        self._handler = handler

    def __call__(
        self,
        scenario: str | Path | Mapping[str, object],
        name: str | None = None,
        *,
        handler: object | None = None,
    ) -> ScenarioResult:
        """Run one scenario and return its result with any verdict.

        `scenario` is a file, relative to pytest's rootdir, or a mapping in the language of the
        files. In a file with several scenarios, `name` chooses one. In a mapping, `pal` may be a
        path relative to the test's file. `handler` replaces the fixture `tavus_handler`.

        Raises:
            ScenarioError: the scenario cannot be understood, or the file has none of that name.

        """
        loaded = self._load_scenario(scenario, name)
        chosen = self._handler if handler is None else handler
        return runner_of(self._config).run(loaded, handler=chosen)

    def _load_scenario(
        self, scenario: str | Path | Mapping[str, object], name: str | None
    ) -> Scenario:
        if isinstance(scenario, Mapping):
            return self._parse_mapping(scenario, name or "a scenario in Python")
        from pytest_tavus.errors import ScenarioError

        scenarios = runner_of(self._config).load(self._config.rootpath / scenario)
        matching = [each for each in scenarios if name in {None, each.name}]
        if len(matching) == 1:
            return matching[0]
        names = ", ".join(repr(each.name) for each in scenarios)
        reason = "one of them must be named" if name is None else f"{name!r} is not one of them"
        message = f"{scenario}: the scenarios are {names}; {reason}"
        raise ScenarioError(message)

    def _parse_mapping(self, data: Mapping[str, object], name: str) -> Scenario:
        from pytest_tavus.plugin.api.call_site import caller
        from pytest_tavus.scenario.load.parse import parse_inline

        root, pal = self._config.rootpath, data.get("pal")
        if isinstance(pal, str | Path):
            beside = (root / caller(root).path).parent / pal
            data = {**data, "pal": str(beside if beside.is_file() else root / pal)}
        return parse_inline(data, name=name, limits=runner_of(self._config).limits)


@pytest.fixture
def tavus_run(pytestconfig: pytest.Config, tavus_handler: object | None) -> ScenarioPlayer:
    """Run a scenario from a test: ``tavus_run("scenarios/a.yaml", "its name")``."""
    return ScenarioPlayer(pytestconfig, tavus_handler)


@pytest.fixture
def tavus(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, tavus_handler: object | None
) -> Iterator[Tavus]:
    """Open conversations in a test: ``with tavus.open(pal=..., handler=...) as session:``."""
    from pytest_tavus.plugin.api.opening import Tavus

    yield from _provide_tavus(Tavus, request, pytestconfig, tavus_handler)


@pytest.fixture
def tavus_async(
    request: pytest.FixtureRequest, pytestconfig: pytest.Config, tavus_handler: object | None
) -> Iterator[AsyncTavus]:
    """Open conversations in an async test: ``async with tavus_async.open(...) as session:``."""
    from pytest_tavus.plugin.api.opening import AsyncTavus

    yield from _provide_tavus(AsyncTavus, request, pytestconfig, tavus_handler)


@pytest.fixture(scope="session")
def tavus_server_options() -> Mapping[str, object]:
    """Configure `tavus_server`: override this fixture.

    Return fields of `ServerOptions`, such as ``{"clock": "still"}``.
    """
    return {}


@pytest.fixture(scope="session")
def tavus_server(
    pytestconfig: pytest.Config, tavus_server_options: Mapping[str, object]
) -> Iterator[TavusServer]:
    """Serve a simulated Tavus on this machine for the whole run, for any client of Tavus.

    A test that requests it fails if the extra `serve` is not installed or an option is wrong.
    """
    from pytest_tavus.errors import TavusError
    from pytest_tavus.simulator.server.extra import (
        describe_missing_extra,
        find_missing_package,
        require_all,
    )

    settings = settings_of(pytestconfig)
    seed = settings.seed if "seed" in settings.origins else None
    options = {"control": True, "seed": seed, "root": pytestconfig.rootpath, **tavus_server_options}
    try:
        require_all()
        from pytest_tavus.simulator.server.fixture import TavusServer, server_options

        server = TavusServer(server_options(options), environ=os.environ)
    except ModuleNotFoundError as error:
        package = find_missing_package(error)
        if package is None:
            raise
        pytest.fail(describe_missing_extra("the fixture tavus_server", package), pytrace=False)
    except TavusError as error:
        pytest.fail(f"the fixture tavus_server: {error}", pytrace=False)
    yield server
    server.close()


def _provide_tavus(
    kind: type[Opening],
    request: pytest.FixtureRequest,
    config: pytest.Config,
    handler: object | None,
) -> Iterator[Opening]:
    from pytest_tavus.errors import ScenarioError
    from pytest_tavus.plugin.api.raise_scope import RaiseScope

    item: pytest.Item = request.node  # pyright: ignore[reportUnknownMemberType]  # untyped there
    name = item.nodeid.partition("::")[2]  # within its file, with its class and parameters
    scope = RaiseScope.from_test(getattr(item, "obj", None))
    failed_before = request.session.testsfailed
    runner, root = runner_of(config), config.rootpath
    opening = kind(runner, root=root, handler=handler, test=name, raise_scope=scope)
    yield opening
    try:
        opening.finish()
    except ScenarioError as error:
        pytest.fail(str(error), pytrace=False)
    lost = opening.describe_lost_failures()
    # A test that failed anyway, or should fail, needs no second failure.
    failed = request.session.testsfailed > failed_before
    if lost is not None and not failed and item.get_closest_marker("xfail") is None:
        pytest.fail(lost, pytrace=False)
