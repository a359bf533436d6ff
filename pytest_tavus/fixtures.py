"""The stage of this process, and the fixtures that reach it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.options import Settings

if TYPE_CHECKING:
    from pytest_tavus.report.result import ScenarioResult
    from pytest_tavus.stage import Stage

SETTINGS = pytest.StashKey[Settings]()
STAGE: pytest.StashKey[Stage] = pytest.StashKey()


def stage_of(config: pytest.Config) -> Stage:
    """Return the stage of this process, which is set up at its first use.

    Raises:
        pytest.UsageError: for a setting that only the stage can judge.

    """
    stage = config.stash.get(STAGE, None)
    if stage is None:
        from pytest_tavus.stage import Stage

        try:
            stage = Stage(config.stash[SETTINGS], root=config.rootpath, environ=os.environ)
        except ScenarioError as error:
            raise pytest.UsageError(str(error)) from None
        config.stash[STAGE] = stage
    return stage


def close_stage(config: pytest.Config) -> None:
    """End what the stage started, if it was ever used."""
    stage = config.stash.get(STAGE, None)
    if stage is not None:
        del config.stash[STAGE]
        stage.close()


@pytest.fixture(scope="session")
def tavus_handler() -> None:
    """Give every scenario your handler: override this fixture, in any scope.

    Return an ASGI or WSGI application, or a base URL on loopback; it replaces `handler:`.
    """


@pytest.fixture
def tavus_run(pytestconfig: pytest.Config) -> Callable[..., ScenarioResult]:
    """Play a scenario from a test: ``tavus_run("a.yaml")`` returns its ScenarioResult."""
    return stage_of(pytestconfig).run_file


@pytest.fixture
def tavus(pytestconfig: pytest.Config) -> Any:
    """Open conversations in a test: ``with tavus.open(pal=..., handler=...) as session:``."""
    return stage_of(pytestconfig).api()


@pytest.fixture
def tavus_async(pytestconfig: pytest.Config) -> Any:
    """Open conversations in an async test: ``async with tavus_async.open(...) as session:``."""
    return stage_of(pytestconfig).async_api()
