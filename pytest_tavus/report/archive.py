"""Keeps traces as files: one for each scenario, named after it."""

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
"""Characters of a file name. Longer ones are cut and told apart by a digest."""


class Archive:
    """Where the traces of a run go."""

    def __init__(self, directory: Path, *, only_failed: bool) -> None:
        self._directory = directory
        self._only_failed = only_failed

    def keep(self, result: ScenarioResult) -> ScenarioResult:
        """Write the trace of a result, where that is wanted, and return the result with its path.

        A scenario that is played again replaces its trace. Where the trace cannot be written, the
        result says why, and is none the worse.
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
        """Write the masked trace of a conversation that was ended before it was over."""
        verdict = Verdict(outcome="undecided", reason="the conversation was interrupted")
        who = provenance(trace)
        self.keep(ScenarioResult(scenario=scenario, trace=trace, verdict=verdict, provenance=who))


def file_name(scenario_path: str, name: str) -> str:
    """Return the name of a trace file: readable, safe on every file system, and its own."""
    written = f"{scenario_path}--{name}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", written).strip("-.") or "scenario"
    # Some file systems do not tell capitals apart.
    if plain != written or plain != plain.lower() or len(plain) > LONGEST_NAME:
        digest = hashlib.blake2b(written.encode(), digest_size=4).hexdigest()
        plain = f"{plain[:LONGEST_NAME]}-{digest}"
    return f"{plain}.trace.jsonl"
