"""Turns a scenario's tags, marks and fixtures into pytest marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, Signature

import pytest

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.scenario.rules.rule import asks_for_calls
from pytest_tavus.scenario.values.model import Mark, Scenario
from pytest_tavus.trace.facts import PROVES_NOTHING, is_scripted

_SIGNATURE = Signature([Parameter("tavus_handler", Parameter.POSITIONAL_OR_KEYWORD)])
"""The signature of every scenario's function, so that pytest need not inspect each of them."""

_PYTEST_MARKS = frozenset(
    {"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"}
)
"""Marks that change how pytest runs a test, which the author of a tag does not expect."""

_REASON_MARKS = frozenset({"skip", "xfail"})
"""Those marks that a scenario may carry, because a reason is the only argument they need."""


def marks_of(scenario: Scenario, config: pytest.Config) -> list[pytest.MarkDecorator]:
    """Return a scenario's marks, and register its tags for `--strict-markers`.

    Raises:
        ScenarioError: for a tag that cannot be a mark, or an unregistered mark.

    """
    problems = list(_problems(scenario))
    if problems:
        raise ScenarioError(problems)
    for tag in scenario.tags:
        _register(tag, config)
    marks = [getattr(pytest.mark, tag) for tag in scenario.tags]
    marks += [_mark(scenario, number, mark) for number, mark in enumerate(scenario.marks)]
    if scenario.fixtures:
        marks.append(pytest.mark.usefixtures(*scenario.fixtures))
    return marks


def build_unproven_marks(scenario: Scenario, session: str) -> list[pytest.MarkDecorator]:
    """Return a skip mark for a scenario that no answer of a handler could fail.

    A scenario with a skip mark of its own keeps its own reason.
    """
    if not is_scripted(session) or any(map(asks_for_calls, scenario.turns)):
        return []
    if any(mark.name == "skip" for mark in scenario.marks):
        return []
    reason = (
        f"{PROVES_NOTHING}: in the session {session} its script makes no call, so no answer of a "
        "handler could fail it; write a call under `calls:`"
    )
    return [pytest.mark.skip(reason=reason)]


def build_test_function(
    play: Callable[[object | None], None], marks: Iterable[pytest.MarkDecorator]
) -> Callable[..., None]:
    """Return the test function of a scenario, which requests the fixture `tavus_handler`.

    It must not stand in the module of the item. pytest cuts a traceback at the first frame in the
    file of this function, and would show the frames that lead to a user's fixture.
    """

    def scenario(tavus_handler: object | None) -> None:
        __tracebackhide__ = True
        play(tavus_handler)

    vars(scenario)["__signature__"] = _SIGNATURE
    for mark in marks:
        mark(scenario)
    return scenario


def _register(tag: str, config: pytest.Config) -> None:
    line = f"{tag}: a tag of Tavus scenarios"
    if line not in config.getini("markers"):
        config.addinivalue_line("markers", line)


def _mark(scenario: Scenario, number: int, mark: Mark) -> pytest.MarkDecorator:
    try:
        decorator: pytest.MarkDecorator = getattr(pytest.mark, mark.name)
    except (pytest.fail.Exception, pytest.PytestUnknownMarkWarning, AttributeError) as error:
        span = scenario.where((*scenario.at, "marks", number))
        hint = "register it under 'markers' in the ini file, or write it as a tag"
        raise ScenarioError(Problem(message=str(error), span=span, hint=hint)) from None
    return decorator if mark.reason is None else decorator(reason=mark.reason)


def _problems(scenario: Scenario) -> Iterator[Problem]:
    for number, tag in enumerate(scenario.tags):
        span = scenario.where((*scenario.at, "tags", number))
        if tag in _PYTEST_MARKS:
            message = f"the tag {tag!r} is a mark that pytest acts on"
            yield Problem(message=message, span=span, hint="write it under 'marks', or rename it")
        elif tag.startswith("_") or not tag.replace("-", "_").replace(".", "_").isidentifier():
            message = f"the tag {tag!r} cannot be selected with -m"
            hint = "use letters, digits, '_', '-' and '.', beginning with a letter"
            yield Problem(message=message, span=span, hint=hint)
    for number, mark in enumerate(scenario.marks):
        if mark.name in _PYTEST_MARKS - _REASON_MARKS:
            span = scenario.where((*scenario.at, "marks", number))
            message = f"the mark {mark.name!r} needs arguments that a scenario cannot give"
            yield Problem(message=message, span=span, hint="one of: skip, xfail, a mark of yours")
