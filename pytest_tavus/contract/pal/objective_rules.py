"""The rules for objectives and guardrails beyond the shape of their bodies.

All limits are [client] (tavus-cli 0.11.0) unless marked. The service finds cycles; the client
does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pytest_tavus.contract import limits
from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc

_WORD = "expected letters, digits and _ only"


def objective_problems(objectives: ObjectiveSet, at: Loc = ()) -> Iterator[RuleProblem]:
    """Yield the problems of a set of objectives; `at` is the path of the set."""
    for problem in _set_problems(objectives):
        yield problem.under(at)


def guardrail_problems(guardrails: Sequence[Guardrail], at: Loc = ()) -> Iterator[RuleProblem]:
    """Yield the problems of guardrails; `at` is the path of their list."""
    for index, guardrail in enumerate(guardrails):
        for problem in _guardrail_problems(guardrail):
            yield problem.under((*at, index))


def successors(objective: Objective) -> Iterator[tuple[Loc, str]]:
    """Yield the names of the possible next objectives, each with its path."""
    if objective.next_required_objective is not None:
        yield ("next_required_objective",), objective.next_required_objective
    for name in objective.next_conditional_objectives:
        yield ("next_conditional_objectives", name), name


def _set_problems(objectives: ObjectiveSet) -> Iterator[RuleProblem]:
    yield from _length_problems("name", objectives.name, limits.OBJECTIVE_NAME_LENGTH)
    count = len(objectives.data)
    if not 1 <= count <= limits.OBJECTIVES_PER_SET:
        message = f"a set has 1 to {limits.OBJECTIVES_PER_SET} objectives, found {count}"
        yield RuleProblem(loc=("data",), message=message, rule="objective_count")
        # The set may be too large for the checks of each objective and of the graph.
        return
    first = _first_places(objectives)
    for index, objective in enumerate(objectives.data):
        at: Loc = ("data", index)
        for problem in _item_problems(objective, tuple(first)):
            yield problem.under(at)
        if first[objective.objective_name] != index:
            yield RuleProblem(
                loc=(*at, "objective_name"),
                message=f"the objective name {objective.objective_name!r} is used twice: "
                "names must be unique in a set",
                rule="objective_unique",
            )
    if not objectives.allow_loops:
        yield from _root_problems(objectives)
        yield from _loop_problems(objectives)


def _first_places(objectives: ObjectiveSet) -> Mapping[str, int]:
    names = [objective.objective_name for objective in objectives.data]
    return {name: names.index(name) for name in names}


def _item_problems(objective: Objective, names: tuple[str, ...]) -> Iterator[RuleProblem]:
    name = objective.objective_name
    if re.fullmatch(limits.OBJECTIVE_NAME, name) is None:
        message = f"{name!r} cannot be the name of an objective: {_WORD}"
        yield RuleProblem(loc=("objective_name",), message=message, rule="objective_name")
    yield from _length_problems("objective_name", name, limits.OBJECTIVE_NAME_LENGTH)
    prompt = objective.objective_prompt
    yield from _length_problems("objective_prompt", prompt, limits.OBJECTIVE_PROMPT_LENGTH)
    yield from _length_problems("callback_url", objective.callback_url, limits.CALLBACK_URL_LENGTH)
    yield from _count_problems(
        "output_variables", objective.output_variables, limits.OUTPUT_VARIABLES
    )
    yield from _successor_problems(objective, names)


def _successor_problems(objective: Objective, names: tuple[str, ...]) -> Iterator[RuleProblem]:
    if objective.next_required_objective is not None and objective.next_conditional_objectives:
        yield RuleProblem(
            loc=("next_conditional_objectives",),
            message="expected next_required_objective or next_conditional_objectives, found both",
            rule="objective_next",
        )
    for loc, name in successors(objective):
        if name == objective.objective_name:
            message = f"the objective {name!r} cannot be followed by itself"
            yield RuleProblem(loc=loc, message=message, rule="objective_next")
        elif name not in names:
            yield RuleProblem(
                loc=loc,
                message=f"there is no objective {name!r} in the set",
                hint=did_you_mean(name, names) or f"one of: {', '.join(names)}",
                rule="objective_next",
            )


def _root_problems(objectives: ObjectiveSet) -> Iterator[RuleProblem]:
    # A step of an objective to itself is no incoming step: `_successor_problems` reports it.
    led_to = {
        name
        for objective in objectives.data
        for _, name in successors(objective)
        if name != objective.objective_name
    }
    names = dict.fromkeys(objective.objective_name for objective in objectives.data)
    roots = [name for name in names if name not in led_to]
    if len(roots) == 1:
        return
    found = f"found {len(roots)}: {', '.join(roots)}" if roots else "found none"
    yield RuleProblem(
        loc=("data",),
        message=f"exactly one objective must come first, led to by no other, {found}",
        hint=None if roots else "set allow_loops: true where loops are meant",
        rule="objective_root",
    )


def _loop_problems(objectives: ObjectiveSet) -> Iterator[RuleProblem]:
    edges = _Edges(objectives)
    done = set[str]()
    for name in edges.places:
        yield from _loops_from(name, (), edges, done)


class _Edges:
    """The graph of a set: the index of each objective, and its successors with their paths."""

    def __init__(self, objectives: ObjectiveSet) -> None:
        self.places = _first_places(objectives)
        self.after: dict[str, tuple[tuple[Loc, str], ...]] = {
            name: tuple(
                (("data", index, *loc), following)
                for loc, following in successors(objectives.data[index])
                if following in self.places and following != name
            )
            for name, index in self.places.items()
        }


def _loops_from(
    name: str, path: tuple[str, ...], edges: _Edges, done: set[str]
) -> Iterator[RuleProblem]:
    # Depth first: a step back onto the path closes a loop. `done` reports each loop only once.
    if name in done:
        return
    done.add(name)
    path = (*path, name)
    for loc, following in edges.after[name]:
        if following in path:
            loop = " -> ".join((*path[path.index(following) :], following))
            yield RuleProblem(
                loc=loc,
                message=f"the objectives form a loop: {loop}",
                hint="set allow_loops: true where loops are meant",
                rule="objective_loop",
            )
        else:
            yield from _loops_from(following, path, edges, done)


def _guardrail_problems(guardrail: Guardrail) -> Iterator[RuleProblem]:
    name = guardrail.guardrail_name
    # At least one character [client]; letters, digits and underscore [doc].
    if re.fullmatch(limits.OBJECTIVE_NAME, name) is None:
        message = f"{name!r} cannot be the name of a guardrail: {_WORD}"
        yield RuleProblem(loc=("guardrail_name",), message=message, rule="guardrail_name")
    if not guardrail.guardrail_prompt:
        message = "the guardrail_prompt is empty: expected what must not happen"
        yield RuleProblem(loc=("guardrail_prompt",), message=message, rule="guardrail_prompt")
    yield from _count_problems("tags", guardrail.tags, limits.GUARDRAIL_TAGS)
    for index, tag in enumerate(guardrail.tags):
        if not tag:
            message = "a tag of a guardrail must not be empty"
            yield RuleProblem(loc=("tags", index), message=message, rule="guardrail_tags")


def _length_problems(field: str, text: str, most: int) -> Iterator[RuleProblem]:
    if len(text) > most:
        message = f"{field} has {len(text)} characters, expected at most {most}"
        yield RuleProblem(loc=(field,), message=message, rule="length")


def _count_problems(field: str, items: Sequence[str], most: int) -> Iterator[RuleProblem]:
    if len(items) > most:
        message = f"{field} has {len(items)} entries, expected at most {most}"
        yield RuleProblem(loc=(field,), message=message, rule="length")
