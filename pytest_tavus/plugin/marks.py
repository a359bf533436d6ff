"""From a scenario's tags, marks and fixtures to pytest's marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, Signature

import pytest

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.scenario.rules.rule import asks_for_calls
from pytest_tavus.scenario.values.model import Mark, Scenario
from pytest_tavus.trace.facts import PROVES_NOTHING, is_scripted

_SIGNATURE = Signature([Parameter("tavus_handler", Parameter.POSITIONAL_OR_KEYWORD)])
"""What pytest would find out about the function of every scenario anew."""

_ACTS = frozenset({"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"})
"""Marks that make pytest do something. As a tag they would do it unasked."""

_BY_REASON = frozenset({"skip", "xfail"})
"""Those of them that a scenario can give, since a reason is all they need."""


def marks_of(scenario: Scenario, config: pytest.Config) -> list[pytest.MarkDecorator]:
    """Return a scenario's marks. Its tags are registered, so that strict markers know them.

    Raises:
        ScenarioError: for a tag that cannot be a mark, or a mark that pytest does not know.

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
    """Return the mark by which a scenario is skipped that no answer of a handler could fail.

    A scenario that is skipped by its own mark keeps its own reason.
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
    """Return the function that is a scenario to pytest: it asks for the user's handler.

    It is not written where the item is, because pytest cuts a traceback off at the first frame in
    the file of this function, and would show how a user's fixture was reached from there.
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
        if tag in _ACTS:
            message = f"the tag {tag!r} is a mark that pytest acts on"
            yield Problem(message=message, span=span, hint="write it under 'marks', or rename it")
        elif tag.startswith("_") or not tag.replace("-", "_").replace(".", "_").isidentifier():
            message = f"the tag {tag!r} cannot be selected with -m"
            hint = "use letters, digits, '_', '-' and '.', beginning with a letter"
            yield Problem(message=message, span=span, hint=hint)
    for number, mark in enumerate(scenario.marks):
        if mark.name in _ACTS - _BY_REASON:
            span = scenario.where((*scenario.at, "marks", number))
            message = f"the mark {mark.name!r} needs arguments that a scenario cannot give"
            yield Problem(message=message, span=span, hint="one of: skip, xfail, a mark of yours")
