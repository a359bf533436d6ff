"""The page in front of the caller: answers the tools of `delivery.app_message`.

A canned answer, or a callable of the user's own, which may be slow, blocking, or wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.faults import describe_error, user_traceback
from pytest_tavus.handler.delivery.flow import ToolOutcome
from pytest_tavus.matching.compare import matches
from pytest_tavus.output import bind_output
from pytest_tavus.scenario.values.model import ClientAnswer
from pytest_tavus.simulator.pal.arguments import read_arguments
from pytest_tavus.trace.events import AnsweredBy, Failure, Fault, ToolCalled

_SCENARIO: Final = "client_output"
"""Whose answer an `output` is: the scenario's, and not that of a client."""


class ClientTools(Struct, frozen=True, kw_only=True):
    """The client tools of a scenario."""

    answers: Mapping[str, tuple[ClientAnswer, ...]]
    load: Callable[[str], Any]
    "Finds the object an import string names. Raises `HandlerError`."

    async def answer(self, call: ToolCalled, *, clock: Clock) -> tuple[ToolOutcome, Fault | None]:
        """Return what becomes of a call, and the fault behind it, where there is one.

        Raises:
            UnreadableArguments: the call's arguments are no JSON object.

        """
        arguments = read_arguments(call)
        answers = self.answers.get(call.name, ())
        answer = next((each for each in answers if matches(each.when, arguments)), None)
        if answer is None:
            fault = Fault(owner="test", message=_describe_unmatched_call(call, len(answers)))
            return build_unanswered_outcome("no client answer takes this call"), fault
        await clock.sleep(answer.delay)
        if answer.unanswered:
            return build_unanswered_outcome("the client was told not to answer"), None
        if answer.call is not None:
            return await self._call_function(answer.call, arguments)
        output = as_output(answer.output)
        if answer.status == "error":
            return _build_error("the client answered with status error", output, by=_SCENARIO), None
        return _build_success(output, by=_SCENARIO), None

    async def _call_function(
        self, import_string: str, arguments: dict[str, Any]
    ) -> tuple[ToolOutcome, Fault | None]:
        try:
            function = self.load(import_string)
        except HandlerError as error:
            return _build_fault("unreachable", error.message, error.detail)
        try:
            output = await _run_function(function, arguments)
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001 - the user's code, `pytest.skip` too
            reason = f"{import_string} raised {describe_error(error)}"
            return _build_fault("crash", reason, user_traceback(error))
        try:
            return _build_success(as_output(output)), None
        except (TypeError, ValueError, RecursionError):
            kind = type(output).__name__
            reason = f"{import_string} returned a value of type {kind!r}, not JSON"
            return _build_fault("unreadable", reason, None)


def build_unanswered_outcome(reason: str) -> ToolOutcome:
    """Return the outcome of a call that nobody answers."""
    return ToolOutcome(
        status="unanswered", output="", http_status=None, reason=reason, answered_by="nobody"
    )


def as_output(value: Any) -> str:
    """Return what a client sends: text as it is, nothing as no text, other data as JSON.

    Raises:
        TypeError, ValueError: the value is not JSON data.

    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _describe_unmatched_call(call: ToolCalled, declared: int) -> str:
    why = "`client:` declares no answer for it"
    if declared == 1:
        why = "its only client answer does not take these arguments"
    elif declared:
        why = f"none of its {declared} client answers takes these arguments"
    return f"{call.name} is delivered as an app message, and {why}"


def _build_success(output: str, *, by: AnsweredBy = "client") -> ToolOutcome:
    return ToolOutcome(
        status="success", output=output, http_status=None, reason=None, answered_by=by
    )


def _build_error(reason: str, output: str = "", *, by: AnsweredBy = "client") -> ToolOutcome:
    return ToolOutcome(
        status="error", output=output, http_status=None, reason=reason, answered_by=by
    )


def _build_fault(failure: Failure, reason: str, detail: str | None) -> tuple[ToolOutcome, Fault]:
    fault = Fault(owner="handler", message=reason, detail=detail)
    return replace(_build_error(reason), failure=failure), fault


async def _run_function(function: Any, arguments: dict[str, Any]) -> Any:
    """Call the user's function: a coroutine function on the loop, any other in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(arguments)
    output = await _run_in_thread(lambda: function(arguments))
    return await output if inspect.isawaitable(output) else output


def _run_in_thread(work: Callable[[], Any]) -> Awaitable[Any]:
    """Run what may block in a thread that keeps nobody waiting: not the loop, not the exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return  # given up in the meantime
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = work()
        except StopIteration:
            error = RuntimeError("StopIteration")  # which a future cannot hold
        except BaseException as raised:  # noqa: BLE001 - passed on to whoever awaits it
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop was closed while it went on
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=bind_output(run), name="tavus-client", daemon=True).start()
    return future
