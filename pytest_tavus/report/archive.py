"""Writes the trace of each scenario to a file named after the scenario."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from msgspec.structs import replace

from pytest_tavus.report.result import ScenarioResult, provenance
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace import codec
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Verdict

LONGEST_NAME = 120
"""Characters of a file name. A longer name is cut, and a digest keeps it unique."""


class Archive:
    def __init__(self, directory: Path, *, only_failed: bool) -> None:
        self._directory = directory
        self._only_failed = only_failed

    def keep(self, result: ScenarioResult) -> ScenarioResult:
        """Write the trace, if the options ask for it, and return the result with its path.

        A rerun of a scenario replaces its trace. If the trace cannot be written, `untraced` has the
        reason and the verdict stays.
        """
        if self._only_failed and result.verdict.outcome == "passed":
            return result
        span = result.scenario.span
        header = codec.TraceHeader(
            scenario=result.scenario.name,
            provenance=result.provenance,
            file=span.path,
            line=span.line,
            held=result.verdict.held,
            played=result.verdict.played,
        )
        path = self._directory / file_name(span.path, result.scenario.name)
        try:
            codec.write(path, result.trace, header)
        except OSError as error:
            return replace(result, untraced=f"{self._directory}: {error.strerror or error}")
        return replace(result, trace_path=str(path))

    def keep_interrupted(self, scenario: Scenario, trace: Trace) -> None:
        self.keep(
            ScenarioResult(
                scenario=scenario,
                trace=trace,
                verdict=Verdict(outcome="undecided", reason="the conversation was interrupted"),
                provenance=provenance(trace),
            )
        )


def file_name(scenario_path: str, name: str) -> str:
    """Return a readable and unique file name that is safe on every file system."""
    full = f"{scenario_path}--{name}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", full).strip("-.") or "scenario"
    # Some file systems ignore case.
    if plain != full or plain != plain.lower() or len(plain) > LONGEST_NAME:
        digest = hashlib.blake2b(full.encode(), digest_size=4).hexdigest()
        plain = f"{plain[:LONGEST_NAME]}-{digest}"
    return f"{plain}.trace.jsonl"
