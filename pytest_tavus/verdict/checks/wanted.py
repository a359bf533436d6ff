"""One expected call with its placeholders filled, and how far an observed call is from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from pytest_tavus.contract.tool.sent import UNSENT, Doubt
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.matching.compare import FARTHEST, Mismatch, compare, distance, matches
from pytest_tavus.scenario.values.model import CallExpectation, StatusWord
from pytest_tavus.scenario.values.templates import MissingValue, all_placeholders, root
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.seen import Call

ARGUMENTS_WEIGHT: Final = 4
"""Arguments say more about which call was meant than what became of it."""

_UNCLEAR: Final = FARTHEST // 100
"""An argument that cannot be read is no reason to take another call for the one that was meant."""

LEFT_OVER: Final = (ARGUMENTS_WEIGHT + 4) * FARTHEST
"""The cost of an expectation without a call, and of a call without an expectation. Two of them are
dearer than the worst pair, so a call of the right tool is always told as that."""


class Expected(Struct, frozen=True):
    """An expectation as it must stand in the trace."""

    expectation: CallExpectation
    arguments: Any
    result: Any
    reads_saved: bool = False

    def refill(self, call: Call, turn: TurnCase) -> Expected:
        """Return this as it stood before a call was answered: a call is not held against itself.

        Raises:
            MissingValue: a value that it reads was saved later, or never.

        """
        if not self.reads_saved:
            return self
        return fill_expectation(
            self.expectation, lambda value: turn.case.fill_for_call(value, call)
        )

    def cost(self, call: Call, turn: TurnCase) -> int | None:
        """Return how far a call is from this: 0 if it is as expected, `None` for another tool."""
        if call.called.name != self.expectation.tool:
            return None
        try:
            return self.refill(call, turn).pair_cost(call, turn)
        except MissingValue:
            return (ARGUMENTS_WEIGHT + 1) * FARTHEST

    def pair_cost(self, call: Call, turn: TurnCase) -> int:
        """Return how far a call of the tool is from this, whatever was saved when."""
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
        """Return how far the arguments that were sent are from these; what is unclear is apart."""
        if call.arguments is UNSENT:
            return FARTHEST if self.asks_arguments else 0
        wanted, found = call.comparable_pair(self.arguments)
        apart = distance(wanted, found, exact=self.expectation.exact)
        return max(apart, _UNCLEAR) if self.doubts(call) else apart

    def mismatches(self, call: Call) -> tuple[Mismatch, ...]:
        """Return every place where the arguments that were sent are certainly others."""
        wanted, found = call.comparable_pair(self.arguments)
        return compare(wanted, found, exact=self.expectation.exact)

    def doubts(self, call: Call) -> list[tuple[str, Doubt]]:
        """Return the expected arguments that cannot be read in what was sent."""
        return call.doubts(self.arguments, exact=self.expectation.exact)

    @property
    def asks_arguments(self) -> bool:
        """Whether anything is expected of the arguments."""
        return self.expectation.exact or self.arguments != {}

    def suits(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether a call is as expected: the same as a cost of 0, sooner."""
        if call.called.name != self.expectation.tool:
            return False
        try:
            return self.refill(call, turn).holds(call, turn)
        except MissingValue:
            return False

    def holds(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether a call of the tool is as expected, whatever was saved when."""
        expectation = self.expectation
        return (
            self._matches_arguments(call)
            and (not expectation.expects_result or matches(self.result, call.answer))
            and has_status(expectation.status, call, turn.case.tools.get(call.called.name))
            and (expectation.within is None or is_within(expectation.within, call, turn))
        )

    def is_meant(self, call: Call, turn: TurnCase) -> bool:
        """Tell whether a call has the tool and the arguments of this, whatever became of it."""
        if call.called.name != self.expectation.tool:
            return False
        try:
            return self.refill(call, turn)._matches_arguments(call)  # noqa: SLF001 - of the same class
        except MissingValue:
            return False

    def _matches_arguments(self, call: Call) -> bool:
        if call.arguments is UNSENT:
            return not self.asks_arguments
        wanted, found = call.comparable_pair(self.arguments)
        return matches(wanted, found, exact=self.expectation.exact) and not self.doubts(call)


def fill_expectation(
    expectation: CallExpectation, expected: Callable[[Any], Any], *, anew: bool = False
) -> Expected:
    """Fill the placeholders of an expectation.

    With `anew`, it is filled again for each call, if it reads what a call may have saved.

    Raises:
        MissingValue: a placeholder in it has no value.

    """
    both = expectation.arguments, expectation.result if expectation.expects_result else None
    reads_saved = anew and any(root(path) == "saved" for path in all_placeholders(both))
    return Expected(expectation, expected(both[0]), expected(both[1]), reads_saved)


class Pricing:
    """What it costs to let a call of a turn stand for an expectation. Each is found out once."""

    def __init__(self, wanted: Sequence[Expected], turn: TurnCase) -> None:
        self._wanted = wanted
        self._turn = turn
        self._suiting: dict[tuple[int, int], bool] = {}

    def holds(self, row: int, observation: int) -> bool:
        """Tell whether the call is as expected."""
        known = self._suiting.get((row, observation))
        if known is None:
            known = self._wanted[row].suits(self._turn.calls[observation], self._turn)
            self._suiting[row, observation] = known
        return known

    def fits(self, row: int, observation: int) -> bool:
        """Tell whether the call is one of the expected tool."""
        return self._turn.calls[observation].called.name == self._wanted[row].expectation.tool

    def price(self, row: int, observation: int) -> int | None:
        """Return how far the call is from what is expected."""
        return self._wanted[row].cost(self._turn.calls[observation], self._turn)


def has_status(wanted: int | StatusWord | None, call: Call, tool: Tool | None) -> bool:
    """Tell whether a call ended as expected.

    An app message of a `fire_and_forget` tool needs no answer: nobody waits for one.
    """
    resolved = call.resolved
    if resolved is None:
        return False
    if isinstance(wanted, int):
        usable = resolved.failure is None or wanted // 100 in {3, 5}
        return _http_status(call) == wanted and usable
    if wanted is None and resolved.status == "unanswered" and tool is not None:
        silent = tool.channel == "app_message" and tool.effective_on_resolve == "fire_and_forget"
        return silent and call.fault is None
    return (resolved.failure or resolved.status) == (wanted or "success")


def _http_status(call: Call) -> int | None:
    """Return the HTTP status of a call; 500 of an application that raised before it had one.

    That is what a server sends for it, so that a handler in process and one behind HTTP agree.
    """
    resolved, exchange = call.resolved, call.exchange
    if resolved is None or resolved.http_status is not None or exchange is None:
        return None if resolved is None else resolved.http_status
    fault = exchange.fault
    return 500 if fault is not None and fault.kind == "crash" else None


def measure_answer_time(call: Call, turn: TurnCase) -> float | None:
    """Return the seconds from the caller's line to the answer, if there were both."""
    if call.resolved_entry is None or turn.observed.user_entry is None:
        return None
    return call.resolved_entry.at - turn.observed.user_entry.at


def is_within(limit: float, call: Call, turn: TurnCase) -> bool:
    """Tell whether the answer came in time. One that never came is a matter of status."""
    measured = measure_answer_time(call, turn)
    return measured is None or measured <= limit
