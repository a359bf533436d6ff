"""Drives a conversation turn by turn, for sync and async tests alike.

Its coroutines run on the runner's loop. They return a failure instead of raising it, because the
exception must be raised in the test's own thread, at the test's own line. The driver also keeps
every failure: a test can lose an exception, and the end of the conversation reports it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from msgspec.structs import replace

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.plugin.api.call_site import TestSource
from pytest_tavus.plugin.failure import VerdictError
from pytest_tavus.report.result import ScenarioResult, provenance
from pytest_tavus.run.redactions import MaskedBugs
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.load.spoken import SpokenScenario
from pytest_tavus.scenario.rules.arguments import check_argument
from pytest_tavus.scenario.rules.carried import list_unsent_arguments
from pytest_tavus.scenario.rules.names import describe_late_call, describe_unknown_tool
from pytest_tavus.scenario.rules.possible import check_can_be_met
from pytest_tavus.scenario.values.model import Turn
from pytest_tavus.scenario.values.templates import json_or_text
from pytest_tavus.spans import SourceSpan, format_loc
from pytest_tavus.trace.events import CloseReason, Event, UserSaid, decider_of
from pytest_tavus.trace.facts import Decider, Evidence, count_evidence
from pytest_tavus.trace.log import Entry, Trace
from pytest_tavus.trace.redaction.shown import mask_trace
from pytest_tavus.verdict.checks.run import CheckReport
from pytest_tavus.verdict.verdict import Finding, Verdict, decide


class ConversationDriver:
    """One conversation, and the scenario that grows with each of its turns."""

    def __init__(
        self,
        runner: Runner,
        spoken: SpokenScenario,
        source: TestSource,
        *,
        handler: object | None,
        self_checked: bool,
    ) -> None:
        self._runner = runner
        self._spoken = spoken
        self._source = source
        self._handler = handler
        self._self_checked = self_checked
        self.scenario = spoken.build_empty()
        """The turns so far, with their expectations."""
        self._run = runner.build_run(self.scenario)
        self._deadline = runner.deadline(self.scenario)
        self._reason: CloseReason = "finished"
        self._turn_lock = asyncio.Lock()
        self._findings: list[Finding] = []
        "Failures besides the checks of the turns; the test may have ignored their exceptions."

        self._deciders: list[Decider | None] = []
        "Who decided each fact that a cursor found."

        self._open_lines: dict[object, tuple[str, SourceSpan]] = {}
        "Lines that began and have not ended."

    async def open(self) -> ScenarioResult | None:
        """Start the handler and open the session; return the result if either fails."""
        self._reason = await self._run.run_with_deadline(
            self._deadline, lambda: self._run.open(self._handler)
        )
        return None if self._reason == "finished" else await self.close()

    def begin_line(self, user: str, span: SourceSpan) -> object:
        """Record that a line begins; return its key for :meth:`end_line`."""
        line = object()
        self._open_lines[line] = (user, span)
        return line

    def end_line(self, line: object) -> None:
        del self._open_lines[line]

    def add_turn(self, turn: Mapping[str, object], span: SourceSpan) -> int:
        """Add the turn that the test says at `span`; return its number, counted from 1.

        Raises:
            ScenarioError: the turn cannot be understood.

        """
        self._source.add_line(span)
        try:
            self.scenario = self._spoken.add_turn(turn)
        except ScenarioError as error:
            self._source.remove_last_line()
            self._record_refusal(error, span)
            raise
        return len(self.scenario.turns)

    async def play(self, number: int) -> ScenarioResult | None:
        """Play one turn after all earlier turns; return the result if the turn fails a check."""
        turn = self.scenario.turns[number - 1]
        async with self._turn_lock:
            if self._reason == "finished":
                await self._play_turn(turn)
        # The judge rules at the end: each ruling looks at the whole conversation.
        checked = await self._runner.judge(
            replace(self.scenario, judge=None), self.unmasked_trace()
        )
        findings = [finding for finding in checked.verdict.findings if finding.turn in {0, number}]
        return self._build_failed_result(findings) if findings else None

    async def _play_turn(self, turn: Turn) -> None:
        self._reason = "cancelled"  # stays, if an exception interrupts the turn
        with MaskedBugs(self._runner.redaction(self.scenario, self.unmasked_trace())):
            self._reason = await self._run.run_with_deadline(
                self._deadline, lambda: self._run.play_turn(turn)
            )

    async def close(self) -> ScenarioResult:
        """End the conversation and return its result, with the judge's rulings."""
        await self._run.close(self._reason)
        self._findings += [
            _build_unsaid_finding(user, span) for user, span in self._open_lines.values()
        ]
        own = CheckReport(findings=tuple(self._findings), evidence=count_evidence(self._deciders))
        return await self._runner.conclude(self.scenario, self.unmasked_trace(), own)

    def accepts(self, verdict: Verdict) -> bool:
        """Tell whether the test may pass: a self-checked conversation needs no evidence."""
        unproven = not (verdict.findings or verdict.rulings)
        return verdict.outcome == "passed" or (self._self_checked and unproven)

    def unmasked_trace(self) -> Trace:
        """Return the trace so far, in clear: a mask would make different secrets equal."""
        return self._run.recorder.trace()

    def trace(self) -> Trace:
        trace = self.unmasked_trace()
        return mask_trace(trace, self._runner.redaction(self.scenario, trace))

    def steps(self, turn: int | None) -> list[tuple[Entry, Entry]]:
        """Return the entries of one turn, or of all, in clear, each with its masked twin."""
        trace = self.unmasked_trace()
        masked = mask_trace(trace, self._runner.redaction(self.scenario, trace))
        both = zip(trace, masked, strict=True)
        return [step for step in both if turn is None or step[0].turn == turn]

    def mask(self, value: object) -> Any:
        return self._runner.redaction(self.scenario, self.unmasked_trace()).value(value)

    def record_found(self, event: Event | None) -> None:
        """Count an event that a cursor found as evidence; `None` stands for an absent call.

        The caller's lines are no evidence: the test itself says them.
        """
        if isinstance(event, UserSaid):
            return
        row = self.unmasked_trace().deciders()
        self._deciders.append(row.call if event is None else decider_of(event, row))

    def record_missed(self, finding: Finding) -> VerdictError:
        """Keep the finding of a cursor; return the failure of the conversation so far."""
        located = replace(finding, span=self._source.caller())
        self._findings.append(located)
        return VerdictError(self._build_failed_result([located]))

    def require_known(self, tool: str, arguments: object) -> None:
        """Refuse a call that the PAL cannot make, as `never` does in a scenario file.

        Raises:
            ScenarioError: the PAL has no such tool, or the tool no such call.

        """
        __tracebackhide__ = True
        tools = {known.name: known for known in self.scenario.pal.tools}
        if tool not in tools:
            self._refuse(*describe_unknown_tool(tool, tools))
        for message, hint in self._check_call(tools[tool], arguments):
            self._refuse(message, hint)

    def require_carried(self, tool: str, arguments: object) -> None:
        """Refuse arguments that no request of the tool carries, as a scenario file does.

        Raises:
            ScenarioError: for the first such argument.

        """
        __tracebackhide__ = True
        called = self.scenario.pal.tool(tool)
        if called is not None:
            carries = self._runner.limits.carries
            read = json_or_text(arguments) if isinstance(arguments, str) else arguments
            for _, message, hint in list_unsent_arguments(called, read, carries):
                self._refuse(message, f"{hint}, or do not expect it")

    def _check_call(self, tool: Tool, arguments: object) -> Iterator[tuple[str, str | None]]:
        if tool.is_post_call:
            yield describe_late_call(tool.name)
        for name in arguments if is_mapping(arguments) else ():
            undeclared = check_argument(tool, name)
            if undeclared is not None:
                yield undeclared
        # With an unchecked schema, a script may make calls that the schema forbids.
        unchecked = (self.scenario.unchecked, *(turn.unchecked for turn in self.scenario.turns))
        if not any("argument_schema" in names for names in unchecked):
            for path, message, hint in check_can_be_met(tool, arguments):
                yield f"{format_loc(path)}: {message}", hint

    def _refuse(self, message: str, hint: str | None) -> NoReturn:
        __tracebackhide__ = True
        span = self._source.caller()
        # The message may quote a value of the test, and that value may be a secret.
        error = ScenarioError(Problem(message=str(self.mask(message)), span=span, hint=hint))
        self._record_refusal(error, span)
        raise error

    def _record_refusal(self, error: ScenarioError, span: SourceSpan) -> None:
        problem = error.problems[0]
        finding = Finding(
            kind="fault", message=problem.message, owner="test", span=span, hint=problem.hint
        )
        self._findings.append(finding)

    def _build_failed_result(self, findings: Sequence[Finding]) -> ScenarioResult:
        trace = self.unmasked_trace()
        redaction = self._runner.redaction(self.scenario, trace)
        return ScenarioResult(
            scenario=self.scenario,
            trace=mask_trace(trace, redaction),
            verdict=decide(findings, (), evidence=Evidence()),
            provenance=provenance(trace),
            redaction=redaction,
        )


def _build_unsaid_finding(user: str, span: SourceSpan) -> Finding:
    return Finding(
        kind="not_run",
        message=f"the line {user!r} was not finished when the conversation ended",
        owner="test",
        span=span,
        hint="await the line, or the task or the thread that says it, inside the block",
    )
