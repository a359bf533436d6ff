"""Scenario files and scenarios as pytest's collectors and items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NoReturn

import pytest

from pytest_tavus.errors import HarnessError, NotRunError, Problem, ScenarioError, TavusError
from pytest_tavus.plugin.failure import VerdictError, remove_item_lines, repr_bug, repr_error
from pytest_tavus.plugin.fixtures import SETTINGS, runner_of
from pytest_tavus.plugin.garbage import gc_paused
from pytest_tavus.plugin.marks import build_test_function, build_unproven_marks, marks_of
from pytest_tavus.report.record import Record, record, user_properties
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.spans import SourceSpan


class ScenarioFile(pytest.Module):
    """A file of scenarios. To fixtures of scope module it is a module, and an empty one."""

    def __init__(self, **node: Any) -> None:
        super().__init__(**node)  # pyright: ignore[reportUnknownMemberType]  # untyped there
        self.obj = ModuleType(self.path.stem)

    def collect(self) -> Iterator[ScenarioItem]:
        """Read the file and yield its scenarios; every problem of the file is one error."""
        self.add_marker("tavus")
        problems: list[Problem] = []
        items: list[ScenarioItem] = []
        session = self.config.stash[SETTINGS].session
        with gc_paused():
            for scenario in runner_of(self.config).load(self.path):
                try:
                    marks = marks_of(scenario, self.config)
                except ScenarioError as error:
                    problems += error.problems
                else:
                    items.append(
                        _item(self, scenario, [*marks, *build_unproven_marks(scenario, session)])
                    )
        if problems:
            raise ScenarioError(problems)
        yield from items

    def repr_failure(  # type: ignore[override]  # pytest's own collectors leave out `style` too
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """Return the problems of the file and nothing else."""
        if isinstance(excinfo.value, TavusError):
            return _repr_tavus_error(excinfo, excinfo.value)
        return super().repr_failure(excinfo)


def _item(
    file: ScenarioFile, scenario: Scenario, marks: list[pytest.MarkDecorator]
) -> ScenarioItem:
    return ScenarioItem.from_parent(  # pyright: ignore[reportUnknownMemberType]  # untyped there
        file, name=scenario.name, scenario=scenario, marks=marks
    )


class ScenarioItem(pytest.Function):
    """A scenario. To fixtures, marks and other plugins it is a test function."""

    def __init__(
        self, *, scenario: Scenario, marks: list[pytest.MarkDecorator], **function: Any
    ) -> None:
        self.scenario = scenario
        self.record: Record | None = None
        "What came of it, from the end of the conversation until its report has been made."

        self.seconds: float | None = None
        "How long the conversation itself took, where it was not held in its own turn."

        self.perform: Perform = perform_now
        "Holds the conversation, or waits for it."

        self._bug: Exception | None = None
        "What was raised that nobody but us can put right."

        # pytest documents `callobj` and leaves its type to be guessed from the default.
        callobj: Any = build_test_function(self._play, marks)
        super().__init__(callobj=callobj, **function)  # pyright: ignore[reportUnknownMemberType]
        del callobj.__signature__  # it has been asked for, and `-k sign` would find it

    def _play(self, handler: object | None) -> None:
        __tracebackhide__ = True
        try:
            result = self.perform(self, handler)
        except NotRunError:
            self.user_properties.append(("tavus_verdict", "not run"))
            raise
        except Exception as error:
            if not isinstance(error, TavusError) or isinstance(error, HarnessError):
                self._bug = error
            raise
        self.record = record(result)
        self.user_properties.extend(user_properties(self.record))
        self.ihook.pytest_tavus_result(item=self, result=result)
        if result.verdict.outcome != "passed":
            raise VerdictError(result)

    @property
    def id(self) -> Any:
        """The node id in parts, as pytest 9.2 and later read it from their cache.

        pytest takes the brackets of a row for a part of its name when it makes an id, and for
        parameters when it reads one: `--lf` would not find what has failed.
        """
        own = super().id
        return type(own).parse(self.nodeid) if "[" in self.name else own

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return the scenario's own line."""
        return self.path, self.scenario.span.line - 1, self.name

    def repr_failure(  # type: ignore[override]  # pytest's own collectors leave out `style` too
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """Return the failure picture; a bug of ours and a user's exception have tracebacks."""
        error = excinfo.value
        if error is self._bug:
            return repr_bug(excinfo, path=__file__)
        if isinstance(error, VerdictError):
            return repr_error(excinfo, span=self.scenario.span, reason=error.reason)
        if isinstance(error, TavusError):
            own = self.scenario.span if isinstance(error, NotRunError) else None
            return _repr_tavus_error(excinfo, error, span=own)
        return super().repr_failure(excinfo)

    def setup(self) -> None:
        """Set up fixtures; one that does not exist is a problem of the scenario file."""
        __tracebackhide__ = True
        missing = None
        try:
            super().setup()
        except pytest.FixtureLookupError as error:
            missing = error
        if missing is not None:  # raised here, so that the lookup does not show as its cause
            self._refuse_fixture(missing)

    def _refuse_fixture(self, error: pytest.FixtureLookupError) -> NoReturn:
        name = error.argname
        if name is None or name not in self.scenario.fixtures:
            pytest.fail(str(remove_item_lines(error.formatrepr())), pytrace=False)
        number = self.scenario.fixtures.index(name)
        problem = Problem(
            message=f"there is no fixture {name!r}",
            span=self.scenario.where((*self.scenario.at, "fixtures", number)),
            hint="it must be in a conftest.py of this directory or above, or in a plugin",
        )
        pytest.fail(str(problem), pytrace=False)


def plays_nothing(config: pytest.Config) -> bool:
    """Tell whether pytest only collects, or only sets fixtures up, or pretends to."""
    option = config.option
    return bool(option.collectonly or getattr(option, "setuponly", False))


Perform = Callable[[ScenarioItem, "object | None"], ScenarioResult]


def perform_now(item: ScenarioItem, handler: object | None) -> ScenarioResult:
    """Hold a scenario's conversation and wait for it."""
    return runner_of(item.config).run(item.scenario, handler=handler)


def _repr_tavus_error(
    excinfo: pytest.ExceptionInfo[BaseException],
    error: TavusError,
    *,
    span: SourceSpan | None = None,
) -> Any:
    first = error.problems[0] if isinstance(error, ScenarioError) else None
    reason = first.message if first is not None else str(error).partition("\n")[0]
    return repr_error(excinfo, span=first.span if first is not None else span, reason=reason)
