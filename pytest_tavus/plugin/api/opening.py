"""What the fixtures `tavus` and `tavus_async` give to a test: a way to open conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.plugin.api.conversation import AsyncConversation, Conversation
from pytest_tavus.plugin.api.hearing import RaiseScope
from pytest_tavus.plugin.api.held import ConversationDriver
from pytest_tavus.plugin.api.place import TestSource, caller
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.load.spoken import SpokenScenario
from pytest_tavus.spans import SourceSpan

PalLike = Pal | str | Path | Mapping[str, Any]
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
    """Refuse a call without `pal`, or with values without names, at the line of the test."""

    @wraps(method)
    def call_with_keywords(self: Opener, /, *args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        if args or "pal" not in kwargs:
            raise ScenarioError(
                self.build_naming_problem(missing="pal" not in kwargs, placed=bool(args))
            )
        return method(self, *args, **kwargs)

    return call_with_keywords


class _BaseTavus:
    """What opening a conversation takes, for both kinds of test."""

    def __init__(
        self, runner: Runner, *, root: Path, handler: object | None, test: str, hearing: RaiseScope
    ) -> None:
        self._runner = runner
        self._root = root
        self._handler = handler
        self._test = test
        self._raise_scope = hearing
        self._times = 0
        self._conversations: list[Conversation | AsyncConversation] = []

    def _build_driver(
        self,
        pal: PalLike,
        handler: object | None,
        setting: Mapping[str, Any],
        *,
        self_checked: bool,
    ) -> ConversationDriver:
        opened = caller(self._root)
        data = {"pal": str(pal) if isinstance(pal, Path) else pal, **setting}
        override = self._handler
        if handler is not None:
            override = _override(handler, opened)
            if override is None:
                data["handler"] = handler
        source = TestSource(opened)
        spoken = SpokenScenario(
            data,
            source,
            root=self._root,
            limits=self._runner.limits,
            name=self._next_name(),
        )
        return ConversationDriver(
            self._runner, spoken, source, handler=override, self_checked=self_checked
        )

    def build_naming_problem(self, *, missing: bool, placed: bool) -> Problem:
        """Return what is wrong with a call that does not name the PAL, or another value."""
        hint = "write open(pal=...), with a PAL, its file, or its definition"
        if placed:
            hint = f"write open({'pal' if missing else 'name'}=...): values are given by name"
        message = "'pal' is missing" if missing else "a value has no name"
        return Problem(message=message, span=caller(self._root), hint=hint)

    def finish(self) -> None:
        """Refuse conversations that were opened and not held: nothing of them was checked.

        Raises:
            ScenarioError: the first of them.

        """
        for conversation in self._conversations:
            if not conversation.was_held:
                problem = Problem(
                    message="a conversation was opened here and never held to its end",
                    span=conversation.opened_at,
                    hint="write `with tavus.open(...) as session:`, or `async with`",
                )
                raise ScenarioError(problem)

    def describe_lost_failures(self) -> str | None:
        """Return the failures of blocks that were left in another thread or task, if any."""
        found = [
            str(one.lost_failure) for one in self._conversations if one.lost_failure is not None
        ]
        return "\n\n".join((LOST_FAILURE, *found)) if found else None

    def _next_name(self) -> str:
        """Name the conversation after the test, and the ones after the first by number, too."""
        self._times += 1
        return self._test if self._times == 1 else f"{self._test} ({self._times})"


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
        **setting: Any,
    ) -> Conversation:
        """Return a conversation with a PAL, to be opened by a `with` statement.

        `handler` is an application object, or what `handler:` takes in a scenario file: an import
        string, a mapping; or a base URL on loopback. Without it, the fixture `tavus_handler`
        decides. `setting` are the other keys of a scenario: `client`, `never`, `judge`,
        `unchecked`, `extra`, `env`, `plain`, `deadline` (in seconds, for each line).

        Leaving the block fails the test unless the verdict is *passed*: what was wrong before, and
        got lost on its way to pytest, is told there, and so is a conversation that proves nothing.
        With `self_checked`, the test holds it against plain asserts of its own, and no evidence of
        ours is asked for.

        Raises:
            ScenarioError: the PAL or a key cannot be understood.

        """
        __tracebackhide__ = True
        try:
            held = self._build_driver(pal, handler, setting, self_checked=self_checked)
        except ScenarioError as error:
            raise error.with_traceback(None) from None
        conversation = Conversation(held, self._runner.loop, self._root, self._raise_scope)
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
        **setting: Any,
    ) -> AsyncConversation:
        """Do as :meth:`Tavus.open`, for an `async with` statement."""
        __tracebackhide__ = True
        try:
            held = self._build_driver(pal, handler, setting, self_checked=self_checked)
        except ScenarioError as error:
            raise error.with_traceback(None) from None
        conversation = AsyncConversation(held, self._runner.loop, self._root, self._raise_scope)
        self._conversations.append(conversation)
        return conversation


def _override(handler: object, span: SourceSpan) -> object | None:
    """Return what is started as it is; `None` for what is written as in a scenario file.

    Raises:
        ScenarioError: it is nothing that can be a handler.

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
