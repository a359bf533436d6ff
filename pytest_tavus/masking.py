"""What must not be seen of a conversation: its redaction, made once for each PAL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_tavus.contract.pal import Pal
from pytest_tavus.options import Settings
from pytest_tavus.production import NO_HANDLER
from pytest_tavus.scenario.model import Scenario
from pytest_tavus.trace.redact import Redaction


class Masking:
    """Knows the environment and the secrets of every scenario."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = environ
        self._known: dict[Any, tuple[Pal, Redaction]] = {}

    def env(self, scenario: Scenario) -> dict[str, str]:
        """Return the variables that a scenario names."""
        return {name: self._environ[name] for name in scenario.env if name in self._environ}

    def redaction(self, scenario: Scenario) -> Redaction:
        """Return what takes the secrets out of a scenario's trace."""
        handler = scenario.handler or NO_HANDLER
        key = (id(scenario.pal), scenario.env, handler.env, handler.secrets())
        cached = self._known.get(key)
        if cached is None:
            # The PAL is kept beside its redaction so that its id is never another's.
            redaction = Redaction(self._secrets(scenario), self._settings.redact_headers)
            cached = self._known[key] = (scenario.pal, redaction)
        return cached[1]

    def _secrets(self, scenario: Scenario) -> list[str]:
        handler = scenario.handler or NO_HANDLER
        named = (*scenario.env, *handler.env, *self._settings.redact)
        secrets = [self._environ[name] for name in named if name in self._environ]
        return [*secrets, *scenario.pal.secrets(), *handler.secrets()]
