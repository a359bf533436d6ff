"""One expected call with its placeholders filled, and its distance from observed calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from pytest_tavus.contract.tool.sent import UNSENT, Doubt
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.matching.compare import FARTHEST, Mismatch, compare, distance, matches
from pytest_tavus.scenario.values.model import CallExpectation, StatusWord
from pytest_tavus.scenario.values.templates import MissingValue, all_placeholders, root
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.case import TurnCase

ARGUMENTS_WEIGHT: Final = 4
"""Arguments identify the meant call better than its status and its answer."""

_UNCLEAR: Final = FARTHEST // 100
"""Small, because an unreadable argument does not mean that the scenario means another call."""

LEFT_OVER: Final = (ARGUMENTS_WEIGHT + 4) * FARTHEST
"""The cost of an expectation without a call, and of a call without an expectation. Both together
cost more than the worst pair, so a call of the right tool is always reported as a wrong call."""


class Expected(Struct, frozen=True):
    """An expectation with its placeholders filled."""

    expectation: CallExpectation
    arguments: object
    result: object
    reads_saved: bool = False

    def refill(self, call: Call, turn: TurnCase) -> Expected:
        """Fill the placeholders with the values from before the answer of a call.

        Otherwise a call would be compared with a value that the call itself saved.

        Raises:
            MissingValue: a value was saved later, or never.

        """
        if not self.reads_saved:
            return self
        return fill_expectation(
            self.expectation, lambda value: turn.case.fill_for_call(value, call)
        )

    def cost(self, call: Call, turn: TurnCase) -> int | None:
        """Return the cost of a pair: 0 for a call that fits, `None` for another tool."""
        if call.called.name != self.expectation.tool:
            return None
        try:
            return self.refill(call, turn).pair_cost(call, turn)
        except MissingValue:
            return (ARGUMENTS_WEIGHT + 1) * FARTHEST

    def pair_cost(self, call: Call, turn: TurnCase) -> int:
        """Return the cost of a pair with a call of the tool, once :meth:`refill` has run."""
        expectation = self.expectation
        cost = self.distance(call) * ARGUMENTS_WEIGHT
        if expectation.expects_result:
            cost += distance(self.result, call.answer)
        if not has_status(expectation.status, call, turn.case.tools.get(call.called.name)):
            cost += FARTHEST
        if expectation.within is not None and not is_within(expectation.within, call, turn):
            cost += FARTHEST
        return cost

    def distance(self, call: Call) -> int:
        """Return the distance of the sent arguments, never 0 for ambiguous arguments."""
        if call.arguments is UNSENT:
            return FARTHEST if self.asks_arguments else 0
        clear, found = call.comparable_pair(self.arguments)
        apart = distance(clear, found, exact=self.expectation.exact)
        return max(apart, _UNCLEAR) if self.doubts(call) else apart

    def mismatches(self, call: Call) -> tuple[Mismatch, ...]:
        """Return the certain mismatches of the sent arguments."""
        clear, found = call.comparable_pair(self.arguments)
        return compare(clear, found, exact=self.expectation.exact)

    def doubts(self, call: Call) -> list[tuple[str, Doubt]]:
        """Return the expected arguments that the request leaves ambiguous."""
        return call.doubts(self.arguments, exact=self.expectation.exact)

    @property
    def asks_arguments(self) -> bool:
        return self.expectation.exact or self.arguments != {}

    def suits(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether :meth:`cost` is 0, faster."""
        if call.called.name != self.expectation.tool:
            return False
        try:
            return self.refill(call, turn).holds(call, turn)
        except MissingValue:
            return False

    def holds(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether :meth:`pair_cost` is 0, faster."""
        expectation = self.expectation
        return (
            self._matches_arguments(call)
            and (not expectation.expects_result or matches(self.result, call.answer))
            and has_status(expectation.status, call, turn.case.tools.get(call.called.name))
            and (expectation.within is None or is_within(expectation.within, call, turn))
        )

    def is_meant(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether a call has the expected tool and arguments, with any status and answer."""
        if call.called.name != self.expectation.tool:
            return False
        try:
            return self.refill(call, turn)._matches_arguments(call)  # noqa: SLF001 - of the same class
        except MissingValue:
            return False

    def _matches_arguments(self, call: Call) -> bool:
        if call.arguments is UNSENT:
            return not self.asks_arguments
        clear, found = call.comparable_pair(self.arguments)
        return matches(clear, found, exact=self.expectation.exact) and not self.doubts(call)


def fill_expectation(
    expectation: CallExpectation, fill: Callable[[object], object], *, refill: bool = False
) -> Expected:
    """Fill the placeholders of an expectation.

    With `refill`, an expectation that reads saved values is filled again for each call.

    Raises:
        MissingValue: a placeholder has no value.

    """
    both = expectation.arguments, expectation.result if expectation.expects_result else None
    reads_saved = refill and any(root(path) == "saved" for path in all_placeholders(both))
    return Expected(expectation, fill(both[0]), fill(both[1]), reads_saved)


class Pricing:
    """The costs of all pairs of expectations and calls of a turn, with a cache."""

    def __init__(self, expectations: Sequence[Expected], turn: TurnCase) -> None:
        self._expectations = expectations
        self._turn = turn
        self._suiting: dict[tuple[int, int], bool] = {}

    def holds(self, row: int, observation: int) -> bool:
        known = self._suiting.get((row, observation))
        if known is None:
            known = self._expectations[row].suits(self._turn.calls[observation], self._turn)
            self._suiting[row, observation] = known
        return known

    def fits(self, row: int, observation: int) -> bool:
        return self._turn.calls[observation].called.name == self._expectations[row].expectation.tool

    def price(self, row: int, observation: int) -> int | None:
        return self._expectations[row].cost(self._turn.calls[observation], self._turn)


def has_status(status: int | StatusWord | None, call: Call, tool: Tool | None) -> bool:
    """Tell whether a call has the expected status.

    An app message of a `fire_and_forget` tool needs no answer, because nobody waits for it [doc].
    """
    resolved = call.resolved
    if resolved is None:
        return False
    if isinstance(status, int):
        usable = resolved.failure is None or status // 100 in {3, 5}
        return _http_status(call) == status and usable
    if status is None and resolved.status == "unanswered" and tool is not None:
        silent = tool.channel == "app_message" and tool.effective_on_resolve == "fire_and_forget"
        return silent and call.fault is None
    return (resolved.failure or resolved.status) == (status or "success")


def _http_status(call: Call) -> int | None:
    """Return the HTTP status of a call.

    An application that raised before a status has 500, as a server would send. So a handler in
    process and a handler behind HTTP agree.
    """
    resolved, exchange = call.resolved, call.exchange
    if resolved is None or resolved.http_status is not None or exchange is None:
        return None if resolved is None else resolved.http_status
    fault = exchange.fault
    return 500 if fault is not None and fault.kind == "crash" else None


def measure_answer_time(call: Call, turn: TurnCase) -> float | None:
    """Return the seconds from the caller's line to the answer, if both exist."""
    if call.resolved_entry is None or turn.observed.user_entry is None:
        return None
    return call.resolved_entry.at - turn.observed.user_entry.at


def is_within(limit: float, call: Call, turn: TurnCase) -> bool:
    measured = measure_answer_time(call, turn)
    # A missing answer is a wrong status, not a late answer.
    return measured is None or measured <= limit
