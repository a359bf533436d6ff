"""A conversation that a test holds turn by turn: what sync and async tests have in common.

Its coroutines run on the runner's loop, whatever loop the test runs on. They return what is wrong
and do not raise it: the exception of a failure is made in the test's own thread, at its own line.
What was wrong is kept as well, because a test can lose an exception: the end tells it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from msgspec.structs import replace

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.plugin.api.place import TestSource
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
    """One conversation, with the scenario that it turns out to be."""

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
        """The turns so far, with what was expected of them."""
        self._run = runner.build_run(self.scenario)
        self._deadline = runner.deadline(self.scenario)
        self._reason: CloseReason = "finished"
        self._turn_lock = asyncio.Lock()
        self._findings: list[Finding] = []
        "What the test was told beside the checks of its turns, whether it listened or not."

        self._deciders: list[Decider | None] = []
        "Who decided each fact that a cursor was asked for and found."

        self._open_lines: dict[object, tuple[str, SourceSpan]] = {}
        "Lines that were handed over and have not been said to the end."

    async def open(self) -> ScenarioResult | None:
        """Start the handler and open the session; return what is wrong if that fails."""
        self._reason = await self._run.run_with_deadline(
            self._deadline, lambda: self._run.open(self._handler)
        )
        return None if self._reason == "finished" else await self.close()

    def begin_line(self, user: str, span: SourceSpan) -> object:
        """Note that a line is going to be said; return what :meth:`end` is told of it."""
        line = object()
        self._open_lines[line] = (user, span)
        return line

    def end_line(self, line: object) -> None:
        """Note that a line was said, or why it was not is known."""
        del self._open_lines[line]

    def add_turn(self, turn: Mapping[str, Any], span: SourceSpan) -> int:
        """Add a turn that is written at `span`; return its number, counted from 1.

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
        """Play one turn; return what is wrong with it. Turns wait for each other."""
        turn = self.scenario.turns[number - 1]
        async with self._turn_lock:
            if self._reason == "finished":
                await self._play_turn(turn)
        judged = await self._runner.judge(replace(self.scenario, judge=None), self.unmasked_trace())
        found = [one for one in judged.verdict.findings if one.turn in {0, number}]
        return self._build_failed_result(found) if found else None

    async def _play_turn(self, turn: Turn) -> None:
        self._reason = "cancelled"  # which it stays if this is not seen through
        with MaskedBugs(self._runner.redaction(self.scenario, self.unmasked_trace())):
            self._reason = await self._run.run_with_deadline(
                self._deadline, lambda: self._run.play_turn(turn)
            )

    async def close(self) -> ScenarioResult:
        """End the conversation and return what it came to, the judge's verdict included."""
        await self._run.close(self._reason)
        self._findings += [
            _build_unsaid_finding(user, span) for user, span in self._open_lines.values()
        ]
        more = CheckReport(findings=tuple(self._findings), evidence=count_evidence(self._deciders))
        return await self._runner.conclude(self.scenario, self.unmasked_trace(), more)

    def accepts(self, verdict: Verdict) -> bool:
        """Tell whether a test may end so: passed, or without evidence where it checks by itself."""
        unproven = not (verdict.findings or verdict.rulings)
        return verdict.outcome == "passed" or (self._self_checked and unproven)

    def unmasked_trace(self) -> Trace:
        """Return what has happened so far, to be compared."""
        return self._run.recorder.trace()

    def trace(self) -> Trace:
        """Return what has happened so far, masked."""
        trace = self.unmasked_trace()
        return mask_trace(trace, self._runner.redaction(self.scenario, trace))

    def steps(self, turn: int | None) -> list[tuple[Entry, Entry]]:
        """Return the entries of one turn, or of all, in clear, each with its masked twin."""
        trace = self.unmasked_trace()
        masked = mask_trace(trace, self._runner.redaction(self.scenario, trace))
        both = zip(trace, masked, strict=True)
        return [step for step in both if turn is None or step[0].turn == turn]

    def mask(self, value: Any) -> Any:
        """Return a text or JSON data, masked."""
        return self._runner.redaction(self.scenario, self.unmasked_trace()).value(value)

    def record_evidence(self, event: Event | None) -> None:
        """Count what a cursor found as evidence: an event, or that a call never came.

        What the caller said is none: it is the test's own line.
        """
        if isinstance(event, UserSaid):
            return
        row = self.unmasked_trace().deciders()
        self._deciders.append(row.call if event is None else decider_of(event, row))

    def record_miss(self, finding: Finding, *, span: SourceSpan) -> ScenarioResult:
        """Keep what a cursor missed; return the conversation so far as one that fails with it."""
        found = replace(finding, span=span)
        self._findings.append(found)
        return self._build_failed_result([found])

    def require_known(self, tool: str, arguments: Any, span: SourceSpan) -> None:
        """Refuse a call that cannot come, as `never` does in a scenario file.

        Raises:
            ScenarioError: the PAL has no such tool, or the tool no such call.

        """
        __tracebackhide__ = True
        tools = {one.name: one for one in self.scenario.pal.tools}
        if tool not in tools:
            self._refuse(*describe_unknown_tool(tool, tools), span)
        for message, hint in self._check_call(tools[tool], arguments):
            self._refuse(message, hint, span)

    def require_carried(self, tool: str, arguments: Any, span: SourceSpan) -> None:
        """Refuse arguments that a scenario file could not expect: no request carries them.

        Raises:
            ScenarioError: the first of them.

        """
        __tracebackhide__ = True
        called = self.scenario.pal.tool(tool)
        if called is not None:
            carries = self._runner.limits.carries
            read = json_or_text(arguments) if isinstance(arguments, str) else arguments
            for _, message, hint in list_unsent_arguments(called, read, carries):
                self._refuse(message, f"{hint}, or do not expect it", span)

    def _check_call(self, tool: Tool, arguments: Any) -> Iterator[tuple[str, str | None]]:
        if tool.is_post_call:
            yield describe_late_call(tool.name)
        for name in arguments if is_mapping(arguments) else ():
            undeclared = check_argument(tool, name)
            if undeclared is not None:
                yield undeclared
        # A script may call as no schema allows where a turn leaves the schema unchecked.
        unchecked = (self.scenario.unchecked, *(one.unchecked for one in self.scenario.turns))
        if not any("argument_schema" in names for names in unchecked):
            for path, message, hint in check_can_be_met(tool, arguments):
                yield f"{format_loc(path)}: {message}", hint

    def _refuse(self, message: str, hint: str | None, span: SourceSpan) -> NoReturn:
        __tracebackhide__ = True
        # A value that the message shows may be a secret: the test took it from anywhere.
        error = ScenarioError(Problem(message=self.mask(message), span=span, hint=hint))
        self._record_refusal(error, span)
        raise error

    def _record_refusal(self, error: ScenarioError, span: SourceSpan) -> None:
        problem = error.problems[0]
        found = Finding(
            kind="fault", message=problem.message, owner="test", span=span, hint=problem.hint
        )
        self._findings.append(found)

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
        message=f"the line {user!r} had not been said to its end when the conversation was left",
        owner="test",
        span=span,
        hint="await the line, or the task or the thread that says it, inside the block",
    )
