"""Builds one redaction for each PAL and set of variables, and caches it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from traceback import format_exception
from types import TracebackType
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import HarnessError, TavusError
from pytest_tavus.run.conversation import NO_HANDLER
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.redaction.disguise import SHORT
from pytest_tavus.trace.redaction.redact import Redaction, Secret

_NO_SECRETS = frozenset({"true", "false"})
"""Values of variables that are settings, whoever lists them."""


class MaskedBugs:
    """Replaces an error of nobody's but ours by a `HarnessError` with its masked text.

    Its frames hold a conversation in clear, and `pytest --showlocals` would show them.
    """

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def __enter__(self) -> None:
        """Begin to look for bugs."""

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, TavusError):
            told = "".join(format_exception(error)).rstrip()
            text = self._redaction.mask_rendered(f"{type(error).__name__}: {error}\n{told}")
            raise HarnessError(text) from None


class Redactions:
    """Knows the environment and the secrets of every scenario."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = environ
        self._cache: dict[Any, tuple[Pal, Redaction]] = {}

    def env(self, scenario: Scenario) -> dict[str, str]:
        """Return the variables that a scenario names."""
        return {name: self._environ[name] for name in scenario.env if name in self._environ}

    def redaction(self, scenario: Scenario) -> Redaction:
        """Return what masks the secrets of a scenario."""
        handler = scenario.handler or NO_HANDLER
        own = tuple(handler.secrets())
        key = (id(scenario.pal), scenario.env, scenario.plain, handler.env, own)
        cached = self._cache.get(key)
        if cached is None:
            # The PAL is kept beside its redaction so that its id is never another's.
            redaction = Redaction(self._secrets(scenario), self._settings.redact_headers)
            cached = self._cache[key] = (scenario.pal, redaction)
        return cached[1]

    def mask_rendered(self, text: str) -> str:
        """Mask in a finished text the secrets of every scenario so far."""
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
        """Yield the variables that are secrets although nobody said so."""
        handler = scenario.handler or NO_HANDLER
        for name in (*scenario.env, *handler.env):
            value = self._environ.get(name, "")
            if len(value) >= SHORT and value not in _NO_SECRETS and name not in scenario.plain:
                yield name
