"""A runner without an engine: it reads scenarios as JSON, and each names its own outcome.

The tests of the plugin layer use it, so that only the plugin layer can make them fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import HandlerError, HarnessError, Problem, ScenarioError
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.limits.ledger import Ledger
from pytest_tavus.scenario.values.model import CallExpectation, CallGroup, Mark, Scenario, Turn
from pytest_tavus.spans import Loc, SourceSpan
from pytest_tavus.trace.log import Trace
from pytest_tavus.verdict.verdict import Finding, Verdict

ERRORS: dict[str, BaseException] = {
    "handler": HandlerError("the handler 'shop:app' did not start", detail="ImportError: shop"),
    "bug": RuntimeError("this is a bug"),
    "harness": HarnessError("an exchange has neither a response nor a fault"),
    "interrupt": KeyboardInterrupt(),
}

TURN_WITH_A_CALL = Turn(
    at=("turns", 0),
    user="Where is it?",
    calls=CallGroup(
        at=("turns", 0, "calls"),
        ordered=True,
        members=(CallExpectation(at=("turns", 0, "calls", 0), tool="get_order_status"),),
    ),
)
"""A turn with a call, without which a scenario would be skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSource:
    """A source that knows only the line of the scenario."""

    path: str
    line: int = 1

    def span(self, loc: Loc) -> SourceSpan:
        return SourceSpan(path=self.path, line=self.line, column=len(loc) or 1)


def _problems(path: str, texts: list[str]) -> Iterator[Problem]:
    for line, text in enumerate(texts, start=1):
        yield Problem(message=text, span=SourceSpan(path=path, line=line))


class FakeRunner:
    """Stands in for :class:`~pytest_tavus.run.runner.Runner`, and logs its calls to a file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._decisions: dict[str, dict[str, Any]] = {}

    def load(self, path: Path) -> tuple[Scenario, ...]:
        self._note(f"load {path.name}")
        data: Any = json.loads(path.read_text())
        name = str(path.relative_to(self._root))
        if "problems" in data:
            raise ScenarioError(_problems(name, data["problems"]))
        return tuple(self._scenario(name, decision) for decision in data)

    def _scenario(self, path: str, decision: dict[str, Any]) -> Scenario:
        self._decisions[decision["name"]] = decision
        return Scenario(
            at=("scenarios", 0),
            name=decision["name"],
            source=FakeSource(path=path, line=decision.get("line", 1)),
            pal=Pal(),
            pal_source=FakeSource(path=path),
            turns=() if decision.get("unproven") else (TURN_WITH_A_CALL,),
            tags=tuple(decision.get("tags", ())),
            marks=tuple(Mark(**mark) for mark in decision.get("marks", ())),
            fixtures=tuple(decision.get("fixtures", ())),
        )

    def run(self, scenario: Scenario, *, handler: object | None = None) -> ScenarioResult:
        self._note(f"run {scenario.name} with {handler!r}")
        decision = self._decisions[scenario.name]
        if "raises" in decision:
            raise ERRORS[decision["raises"]].with_traceback(None)
        reason = decision.get("reason", "the tool get_order_status was not called")
        finding = Finding(kind="missing_call", message=reason, owner="agent", span=scenario.span)
        outcome = decision.get("outcome", "passed")
        findings = (finding,) if outcome == "failed" else ()
        return ScenarioResult(
            scenario=scenario,
            trace=Trace(()),
            verdict=Verdict(outcome=outcome, reason=reason, findings=findings),
            provenance="scripted, real handler",
        )

    def ledger(self) -> Ledger:
        return Ledger(began=0.0)

    def close(self) -> None:
        self._note("close")

    def _note(self, line: str) -> None:
        with (self._root / "runner.log").open("a") as log:
            log.write(f"{line}\n")
