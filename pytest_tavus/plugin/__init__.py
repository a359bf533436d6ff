"""The plugin: hooks, collectors, fixtures, marks and settings. Only this wing imports pytest.

Every hook here is one call into the module that owns the subject. pytest loads this module in
every run of every project that has the package installed, so it imports nothing heavy. A run with
scenarios imports the rest when it starts. Add a hook here, a fixture in `fixtures.py`, an option
in `run/options/table.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_tavus.plugin import hookspecs
from pytest_tavus.plugin.fixtures import (
    SETTINGS,
    close_runner,
    settings_of,
    tavus,
    tavus_async,
    tavus_handler,
    tavus_run,
    tavus_server,
    tavus_server_options,
)
from pytest_tavus.plugin.settings import add_options, has_any_option

if TYPE_CHECKING:
    from pytest_tavus.run.options.settings import Settings

__all__ = [
    "tavus",
    "tavus_async",
    "tavus_handler",
    "tavus_run",
    "tavus_server",
    "tavus_server_options",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Read the options, and register the hooks of a scenario run if the user asked for one."""
    config.addinivalue_line("markers", "tavus: a Tavus scenario (every scenario has this mark)")
    if not has_any_option(config):
        return
    settings = settings_of(config)
    if settings.scenarios_on:
        from pytest_tavus.plugin.garbage import gc_paused

        with gc_paused():
            _begin(config, settings)
    elif settings.plan and settings.origins["plan"].startswith("--"):
        raise pytest.UsageError("--tavus-plan plans scenarios: say --tavus-scenarios as well")


def _begin(config: pytest.Config, settings: Settings) -> None:
    from pytest_tavus.plugin.session_hooks import begin

    begin(config, settings)
    if hasattr(config, "workerinput") or getattr(config.option, "dist", "no") != "no":
        from pytest_tavus.plugin.concurrency.xdist import begin as begin_sharing

        begin_sharing(config)
    if settings.results is not None:
        from pytest_tavus.plugin.results_file import begin as begin_results

        begin_results(config, settings.results)
    if settings.plan:
        from pytest_tavus.plugin.concurrency.plan import begin as begin_plan

        begin_plan(config, settings)
    if settings.concurrency != 1:
        from pytest_tavus.plugin.concurrency.hooks import begin as begin_ahead

        begin_ahead(config, settings)


def pytest_report_header(config: pytest.Config) -> str | None:
    settings = config.stash.get(SETTINGS, None)
    if settings is None or not settings.scenarios_on:
        return None
    from pytest_tavus.run.options.settings import header_line

    return header_line(settings)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # Last, because fixtures that are torn down in this hook may still use a handler or the loop.
    close_runner(session)
    if exitstatus == pytest.ExitCode.USAGE_ERROR:
        from pytest_tavus.plugin.selection import describe_unused_file

        line = describe_unused_file(session.config, settings_of(session.config))
        if line is not None:
            session.config.get_terminal_writer().line(line)
