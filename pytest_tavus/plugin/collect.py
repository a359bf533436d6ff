"""Collects scenario files, and runs each scenario as a pytest item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
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
    """A file of scenarios. It is a pytest module, so that fixtures of scope module work in it."""

    def __init__(self, **node: Any) -> None:
        super().__init__(**node)  # pyright: ignore[reportUnknownMemberType]  # untyped there
        self.obj = ModuleType(self.path.stem)

    def collect(self) -> Iterator[ScenarioItem]:
        """Yield the scenarios of the file.

        Raises:
            ScenarioError: with every problem of the file.

        """
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
    ) -> object:
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
    """A scenario. It is a test function, so that fixtures, marks and other plugins work with it."""

    def __init__(
        self, *, scenario: Scenario, marks: list[pytest.MarkDecorator], **function: Any
    ) -> None:
        self.scenario = scenario
        self.record: Record | None = None
        "The result, from the end of the conversation until pytest has made its report."

        self.seconds: float | None = None
        "Real seconds that the conversation took, if it ran before its turn."

        self.perform: Perform = perform_now
        "Runs the conversation, or waits for a conversation that runs already."

        self._bug: Exception | None = None
        "An exception that only the maintainers of this package can correct."

        # pytest documents `callobj` and leaves its type to be guessed from the default.
        callobj: Any = build_test_function(self._play, marks)
        super().__init__(callobj=callobj, **function)  # pyright: ignore[reportUnknownMemberType]
        # pytest has read the signature by now. Its attribute would be a keyword of the item, and
        # `-k sign` would select every scenario.
        del callobj.__signature__

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
        """The node id in parts, as `--lf` of pytest 9.2 and later reads it from the cache.

        pytest writes the brackets of a row as part of the name, but reads them as parameters.
        Without this override, `--lf` does not find a failed row.
        """
        own = super().id
        return type(own).parse(self.nodeid) if "[" in self.name else own

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.span.line - 1, self.name

    def repr_failure(  # type: ignore[override]  # pytest's own collectors leave out `style` too
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> object:
        """Return the failure picture; only bugs and the user's own exceptions show a traceback."""
        error = excinfo.value
        if error is self._bug:
            return repr_bug(excinfo, path=__file__)
        if isinstance(error, VerdictError):
            return repr_error(excinfo, span=self.scenario.span, reason=error.reason)
        if isinstance(error, TavusError):
            span = self.scenario.span if isinstance(error, NotRunError) else None
            return _repr_tavus_error(excinfo, error, span=span)
        return super().repr_failure(excinfo)

    def setup(self) -> None:
        """Report a missing fixture as a problem of the scenario file."""
        __tracebackhide__ = True
        missing = None
        try:
            super().setup()
        except pytest.FixtureLookupError as error:
            missing = error
        # Outside the `except` block, so that pytest does not show the lookup as the cause.
        if missing is not None:
            self._refuse_fixture(missing)

    def _refuse_fixture(self, error: pytest.FixtureLookupError) -> NoReturn:
        name = error.argname
        if name is None or name not in self.scenario.fixtures:
            pytest.fail(remove_item_lines(error.formatrepr()), pytrace=False)
        number = self.scenario.fixtures.index(name)
        problem = Problem(
            message=f"there is no fixture {name!r}",
            span=self.scenario.where((*self.scenario.at, "fixtures", number)),
            hint="it must be in a conftest.py of this directory or above, or in a plugin",
        )
        pytest.fail(str(problem), pytrace=False)


def plays_nothing(config: pytest.Config) -> bool:
    option = config.option
    return bool(option.collectonly or getattr(option, "setuponly", False))


Perform = Callable[[ScenarioItem, "object | None"], ScenarioResult]


def perform_now(item: ScenarioItem, handler: object | None) -> ScenarioResult:
    return runner_of(item.config).run(item.scenario, handler=handler)


def _repr_tavus_error(
    excinfo: pytest.ExceptionInfo[BaseException],
    error: TavusError,
    *,
    span: SourceSpan | None = None,
) -> object:
    first = error.problems[0] if isinstance(error, ScenarioError) else None
    reason = first.message if first is not None else str(error).partition("\n")[0]
    return repr_error(excinfo, span=first.span if first is not None else span, reason=reason)
