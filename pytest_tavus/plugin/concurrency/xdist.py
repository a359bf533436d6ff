"""What the workers of pytest-xdist share: a ledger, and the bad ends of their handlers.

The controller makes the directory of the ledger.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.plugin.collect import ScenarioItem
from pytest_tavus.plugin.fixtures import BAD_END, SETTINGS, STORE, report_bad_end
from pytest_tavus.run.limits.ledger import Allowance
from pytest_tavus.run.limits.store import SharedStore

_KEY = "tavus_ledger"


class SharingHooks:
    """The hooks by which the controller and its workers share a ledger."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._directory: Path | None = None
        self._bad_ends: dict[str, None] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the path of the ledger."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="pytest-tavus-"))
            self._open_store(self._directory, "controller")
        node.workerinput[_KEY] = str(self._directory)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Switch the ledger off if no scenario needs it. All workers collect the same items."""
        store = self._config.stash.get(STORE, None)
        if isinstance(store, SharedStore) and hasattr(self._config, "workerinput"):
            scenarios = [one.scenario for one in session.items if isinstance(one, ScenarioItem)]
            store.uses_locks = any(one.alone or one.locks for one in scenarios)
            settings = self._config.stash[SETTINGS]
            store.shares_ledger = Allowance.from_settings(settings) != Allowance()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect how a worker's handler ended, if it ended badly."""
        how = getattr(node, "workeroutput", {}).get(BAD_END)
        if how is not None:
            self._bad_ends[how] = None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """On a worker, write its counts; on the controller, report the bad ends of handlers."""
        for how in self._bad_ends:
            report_bad_end(session, how)
        store = self._config.stash.get(STORE, None)
        if isinstance(store, SharedStore) and hasattr(self._config, "workerinput"):
            store.merge_local_ledger()

    def join_ledger(self) -> None:
        """Open the shared ledger if this process is a worker."""
        given: dict[str, Any] = getattr(self._config, "workerinput", {})
        if _KEY in given:
            self._open_store(Path(given[_KEY]), given["workerid"])

    def pytest_unconfigure(self) -> None:
        """Close the store, and remove the directory of the ledger."""
        store = self._config.stash.get(STORE, None)
        if isinstance(store, SharedStore):
            store.close()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _open_store(self, directory: Path, worker: str) -> None:
        store = SharedStore(directory, worker=worker, now=time.monotonic())
        self._config.stash[STORE] = store


def begin(config: pytest.Config) -> None:
    """Share the ledger between the processes of this run."""
    sharing = SharingHooks(config)
    sharing.join_ledger()
    config.pluginmanager.register(sharing, "tavus-sharing")
