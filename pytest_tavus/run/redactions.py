"""Builds one redaction for each PAL and set of variables, and caches it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from traceback import format_exception
from types import TracebackType

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import HarnessError, TavusError
from pytest_tavus.run.conversation import NO_HANDLER
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.redaction.disguise import SHORT
from pytest_tavus.trace.redaction.redact import Redaction, Secret

_NO_SECRETS = frozenset({"true", "false"})
"""Values of variables that are settings and no secrets, even in a list of secrets."""

_Key = tuple[int, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]
"""The id of the PAL, then the variables and secrets that decide the redaction."""


class MaskedBugs:
    """Replaces an exception that is no `TavusError` by a `HarnessError` with its masked text.

    The frames of the exception hold a conversation in clear, and `pytest --showlocals` shows them.
    """

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def __enter__(self) -> None:
        """Do nothing: only the exit matters."""

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, TavusError):
            traceback_text = "".join(format_exception(error)).rstrip()
            text = self._redaction.mask_rendered(
                f"{type(error).__name__}: {error}\n{traceback_text}"
            )
            raise HarnessError(text) from None


class Redactions:
    """Finds the secrets of each scenario in its files and in the environment."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = environ
        self._cache: dict[_Key, tuple[Pal, Redaction]] = {}

    def env(self, scenario: Scenario) -> dict[str, str]:
        """Return the environment variables that a scenario names and that are set."""
        return {name: self._environ[name] for name in scenario.env if name in self._environ}

    def redaction(self, scenario: Scenario) -> Redaction:
        handler = scenario.handler or NO_HANDLER
        own = tuple(handler.secrets())
        key = (id(scenario.pal), scenario.env, scenario.plain, handler.env, own)
        cached = self._cache.get(key)
        if cached is None:
            # The cache keeps the PAL alive; otherwise another PAL could get the same id.
            redaction = Redaction(self._secrets(scenario), self._settings.redact_headers)
            cached = self._cache[key] = (scenario.pal, redaction)
        return cached[1]

    def mask_rendered(self, text: str) -> str:
        for _, redaction in self._cache.values():
            text = redaction.mask_rendered(text)
        return text

    def _secrets(self, scenario: Scenario) -> Iterator[Secret]:
        """Yield every secret, in an order that depends on this scenario alone."""
        handler = scenario.handler or NO_HANDLER
        named = [*self._settings.redact, *self._variables(scenario)]
        for name in dict.fromkeys(named):
            yield Secret(f"env.{name}", self._environ.get(name, ""))
        for source, value in (*scenario.pal.secrets(), *handler.secrets()):
            yield Secret(source, value)

    def _variables(self, scenario: Scenario) -> Iterator[str]:
        """Yield the variables that count as secrets by default: long ones outside `plain`."""
        handler = scenario.handler or NO_HANDLER
        for name in (*scenario.env, *handler.env):
            value = self._environ.get(name, "")
            if len(value) >= SHORT and value not in _NO_SECRETS and name not in scenario.plain:
                yield name
