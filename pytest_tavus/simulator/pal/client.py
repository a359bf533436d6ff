"""The page in front of the caller, which answers the tools of `delivery.app_message`.

An answer is canned or comes from the user's callable, which may be slow, blocking or wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.clock import Clock
from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.faults import describe_error, user_traceback
from pytest_tavus.handler.delivery.flow import ToolOutcome
from pytest_tavus.json_data import JsonObject
from pytest_tavus.matching.compare import matches
from pytest_tavus.output import bind_output
from pytest_tavus.scenario.values.model import ClientAnswer
from pytest_tavus.simulator.pal.arguments import read_arguments
from pytest_tavus.trace.events import AnsweredBy, Failure, Fault, ToolCalled

_SCENARIO: Final = "client_output"
"""The source of an `output`, which the scenario answers and no client."""

Result = TypeVar("Result")


class ClientTools(Struct, frozen=True, kw_only=True):
    """The client tools of a scenario."""

    answers: Mapping[str, tuple[ClientAnswer, ...]]
    load: Callable[[str], Any]
    "Returns the object that an import string names. Raises `HandlerError`."

    async def answer(self, call: ToolCalled, *, clock: Clock) -> tuple[ToolOutcome, Fault | None]:
        """Return the outcome of a call, and the fault that caused the outcome.

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
        self, import_string: str, arguments: JsonObject
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
    return ToolOutcome(
        status="unanswered", output="", http_status=None, reason=reason, answered_by="nobody"
    )


def as_output(value: object) -> str:
    """Return a value as the client sends it: text unchanged, `None` as no text, other data as JSON.

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


async def _run_function(function: Callable[[JsonObject], Any], arguments: JsonObject) -> object:
    """Call the user's function: a coroutine function on the loop, another function in a thread."""
    if inspect.iscoroutinefunction(function):
        return await function(arguments)
    output = await _run_in_thread(lambda: function(arguments))
    return await output if inspect.isawaitable(output) else output


def _run_in_thread(work: Callable[[], Result]) -> Awaitable[Result]:
    """Run a function that may block in a daemon thread, which delays neither loop nor exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(settle_future: Callable[[], None]) -> None:
        if not future.done():  # the call may have been given up
            settle_future()

    def run() -> None:
        try:
            settle_future = partial(future.set_result, work())
        except StopIteration:
            # A future refuses this exception.
            settle_future = partial(future.set_exception, RuntimeError("StopIteration"))
        except BaseException as error:  # noqa: BLE001 - the awaiting caller gets the exception
            settle_future = partial(future.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop was closed while the function ran
            loop.call_soon_threadsafe(settle, settle_future)

    threading.Thread(target=bind_output(run), name="tavus-client", daemon=True).start()
    return future
