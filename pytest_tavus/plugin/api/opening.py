"""Opens conversations in tests: the values of the fixtures `tavus` and `tavus_async`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.plugin.api.call_site import TestSource, caller
from pytest_tavus.plugin.api.conversation import AsyncConversation, Conversation
from pytest_tavus.plugin.api.driver import ConversationDriver
from pytest_tavus.plugin.api.raise_scope import RaiseScope
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.load.spoken import SpokenScenario
from pytest_tavus.spans import SourceSpan

PalLike = Pal | str | Path | Mapping[str, object]
"""A PAL, its file, or its definition. A path is relative to the test's file, or to the root."""


LOST_FAILURE = (
    "a conversation did not pass in another thread or task, and the test did not fail:\n"
    "ask for the result of the thread or the task, or hold the conversation in the test's own"
)


Opener = TypeVar("Opener", bound="_BaseTavus")
P = ParamSpec("P")
R = TypeVar("R")


def _require_keywords(
    method: Callable[Concatenate[Opener, P], R],
) -> Callable[Concatenate[Opener, P], R]:
    """Refuse a call without `pal`, or with positional arguments, at the line of the test."""

    @wraps(method)
    def call_with_keywords(self: Opener, /, *args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        if args or "pal" not in kwargs:
            raise ScenarioError(
                self.build_naming_problem(missing="pal" not in kwargs, positional=bool(args))
            )
        return method(self, *args, **kwargs)

    return call_with_keywords


class _BaseTavus:
    """The part that sync and async tests share."""

    def __init__(
        self,
        runner: Runner,
        *,
        root: Path,
        handler: object | None,
        test: str,
        raise_scope: RaiseScope,
    ) -> None:
        self._runner = runner
        self._root = root
        self._handler = handler
        self._test = test
        self._raise_scope = raise_scope
        self._count = 0
        self._conversations: list[Conversation | AsyncConversation] = []

    def _build_driver(
        self,
        pal: PalLike,
        handler: object | None,
        setting: Mapping[str, object],
        *,
        self_checked: bool,
    ) -> ConversationDriver:
        __tracebackhide__ = True
        source = TestSource(self._root)
        data = {"pal": str(pal) if isinstance(pal, Path) else pal, **setting}
        override = self._handler
        limits, name = self._runner.limits, self._build_name()
        try:
            if handler is not None:
                override = _override(handler, source.caller())
                if override is None:
                    data["handler"] = handler
            spoken = SpokenScenario(data, source, root=self._root, limits=limits, name=name)
            return ConversationDriver(
                self._runner, spoken, source, handler=override, self_checked=self_checked
            )
        except ScenarioError as error:
            # Without the frames of the loader: the mistake is in the line of the test.
            raise error.with_traceback(None) from None

    def build_naming_problem(self, *, missing: bool, positional: bool) -> Problem:
        hint = "write open(pal=...), with a PAL, its file, or its definition"
        if positional:
            hint = f"write open({'pal' if missing else 'name'}=...): values are given by name"
        message = "'pal' is missing" if missing else "a value has no name"
        return Problem(message=message, span=caller(self._root), hint=hint)

    def finish(self) -> None:
        """Refuse conversations whose block never ran: nothing of them was checked.

        Raises:
            ScenarioError: for the first such conversation.

        """
        for conversation in self._conversations:
            if not conversation.has_ended:
                problem = Problem(
                    message="a conversation was opened here and never ended",
                    span=conversation.opened_at,
                    hint="write `with tavus.open(...) as session:`, or `async with`",
                )
                raise ScenarioError(problem)

    def describe_lost_failures(self) -> str | None:
        """Return the failures that were raised in another thread or task, if any."""
        failures = [
            str(conversation.lost_failure)
            for conversation in self._conversations
            if conversation.lost_failure is not None
        ]
        return "\n\n".join((LOST_FAILURE, *failures)) if failures else None

    def _build_name(self) -> str:
        self._count += 1
        return self._test if self._count == 1 else f"{self._test} ({self._count})"


class Tavus(_BaseTavus):
    """Opens conversations in sync tests."""

    @_require_keywords
    def open(
        self,
        /,
        *,
        pal: PalLike,
        handler: object | None = None,
        self_checked: bool = False,
        **setting: object,
    ) -> Conversation:
        """Return a conversation with a PAL, for a `with` statement.

        `handler` is an application object, a base URL on loopback, or a value of `handler:` in a
        scenario file: an import string or a mapping. The default is the fixture `tavus_handler`.
        `setting` are the other keys of a scenario: `client`, `never`, `judge`, `unchecked`,
        `extra`, `env`, `plain`, `deadline` (in seconds, for each line).

        The end of the block fails the test unless the verdict is *passed*. It reports earlier
        failures again, because a test can lose an exception, and it fails a conversation that
        proves nothing. With `self_checked`, the test checks the conversation by plain asserts, and
        the verdict needs no evidence.

        Raises:
            ScenarioError: the PAL or a key cannot be understood.

        """
        __tracebackhide__ = True
        driver = self._build_driver(pal, handler, setting, self_checked=self_checked)
        conversation = Conversation(driver, self._runner.loop, self._root, self._raise_scope)
        self._conversations.append(conversation)
        return conversation


class AsyncTavus(_BaseTavus):
    """Opens conversations in async tests."""

    @_require_keywords
    def open(
        self,
        /,
        *,
        pal: PalLike,
        handler: object | None = None,
        self_checked: bool = False,
        **setting: object,
    ) -> AsyncConversation:
        """Do as :meth:`Tavus.open`, for an `async with` statement."""
        __tracebackhide__ = True
        driver = self._build_driver(pal, handler, setting, self_checked=self_checked)
        conversation = AsyncConversation(driver, self._runner.loop, self._root, self._raise_scope)
        self._conversations.append(conversation)
        return conversation


def _override(handler: object, span: SourceSpan) -> object | None:
    """Return an application or a base URL; `None` for a value that a scenario file may have.

    Raises:
        ScenarioError: the value cannot be a handler.

    """
    if isinstance(handler, str):
        return handler if handler.startswith(("http://", "https://")) else None
    if isinstance(handler, Mapping):
        return None
    if callable(handler) or callable(getattr(handler, "send", None)):
        return handler
    raise ScenarioError(
        Problem(
            message=f"handler: a value of type {type(handler).__name__!r} is no handler",
            span=span,
            hint="pass an ASGI or WSGI application, an import string, a base URL, or a mapping",
        )
    )
