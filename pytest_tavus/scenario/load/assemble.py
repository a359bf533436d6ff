"""Builds a scenario from its own data and the defaults of its file, and checks the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import Problem
from pytest_tavus.scenario.language.heads import ScenarioHead
from pytest_tavus.scenario.load.defaults import LoadedFile, Values, build_common
from pytest_tavus.scenario.load.pals import LoadedPal
from pytest_tavus.scenario.rules import table
from pytest_tavus.scenario.rules.carried import unsent_lints
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.rules.saved import (
    PlaceholderUse,
    check_placeholder_values,
    check_saved_values,
    collect_placeholders,
)
from pytest_tavus.scenario.text.limits import carries_all
from pytest_tavus.scenario.text.plain import is_list
from pytest_tavus.scenario.values.model import (
    ClientAnswer,
    JudgeRules,
    Scenario,
    Turn,
    UncheckedRule,
)
from pytest_tavus.scenario.values.templates import placeholders, root
from pytest_tavus.spans import Loc


class Defaults(Struct, frozen=True, kw_only=True):
    """The keys of a file that its scenarios share."""

    values: Values
    data: Mapping[str, Any]
    "As in the file; each row renders its own copy."

    placeholders: tuple[PlaceholderUse, ...] = ()
    "The placeholders in `data`."


def assemble(
    data: Mapping[str, object], at: Loc, site: LoadedFile, *, defaults: Defaults, name: str
) -> Scenario | None:
    """Build a scenario and note every problem; return `None` if the scenario has no usable PAL."""
    before = len(site.problem_log)
    own = {key: value for key, value in data.items() if key not in _APART}
    head = site.bind_head(ScenarioHead, own, at) if own else None
    values = (
        defaults.values
        if head is None
        else build_common(head, at, site).with_defaults(defaults.values)
    )
    turns = _turns(data, at, site, extra=bool(values.parts.get("extra")))
    loaded: LoadedPal | None = values.parts.get("pal")
    if "pal" not in values.at and "pal" not in own:
        site.complain(at, "a scenario needs a pal", "write pal: pals/support.pal.yaml")
    if loaded is None or loaded.pal is None:
        return None
    scenario = _build_scenario(values, loaded, loaded.pal, _OwnParts(at, site, turns or (), name))
    # In a PAL with a mistake, the mistake is the likely reason that no request carries an argument.
    # It is reported once.
    carries = carries_all if loaded.problems else site.carries
    ruled = RuleContext(scenario, values.at, site.complain, carries)
    whole = turns is not None and before == len(site.problem_log)
    # Some rules need every part: without a refused turn, a scenario may seem to assert nothing.
    for rule in table.WHOLE if whole else table.ALWAYS:
        rule(ruled)
    own_used = collect_placeholders(data, at)
    check_placeholder_values(ruled, (*own_used, *defaults.placeholders))
    check_saved_values(ruled, own_used)
    return scenario


# Thousands of scenarios leave these keys out, so they share one empty value for each key.
_NO_CLIENT: Mapping[str, tuple[ClientAnswer, ...]] = MappingProxyType({})
_NO_JUDGE_RULES = JudgeRules()
_ALL_CHECKED = frozenset[UncheckedRule]()

_APART = frozenset({"turns", "parametrize", "name"})
_FIRST_TURN = "write turns: with a first - user: <what the caller says>"


class _OwnParts(Struct, frozen=True):
    at: Loc
    site: LoadedFile
    turns: tuple[Turn, ...]
    name: str


def _turns(
    data: Mapping[str, object], at: Loc, site: LoadedFile, *, extra: bool
) -> tuple[Turn, ...] | None:
    """Build every valid turn; return `None` if the scenario has no list of turns."""
    written = data.get("turns")
    if not is_list(written) or not written:
        where = (*at, "turns") if "turns" in data else at
        site.complain(where, "a scenario needs a list of turns", _FIRST_TURN)
        return None
    built: list[Turn] = []
    for index, item in enumerate(written):
        here = (*at, "turns", index)
        turn = site.bind(Turn, item, here, extra=extra)
        if turn is not None:
            built.append(turn)
    return tuple(built)


def _build_scenario(values: Values, loaded: LoadedPal, pal: Pal, own: _OwnParts) -> Scenario:
    parts = values.parts
    judge, own_rules = parts.get("judge") or (None, _NO_JUDGE_RULES)
    return Scenario(
        at=own.at,
        name=own.name,
        source=own.site.source,
        pal=pal,
        pal_source=loaded.source,
        pal_at=loaded.at,
        turns=own.turns,
        handler=parts.get("handler"),
        client=parts.get("client") or _NO_CLIENT,
        never=parts.get("never") or (),
        judge=judge,
        judge_rules=_merge_judge_rules(loaded.judge_rules, own_rules),
        unchecked=parts.get("unchecked") or _ALL_CHECKED,
        env=parts.get("env") or (),
        plain=parts.get("plain") or (),
        tags=parts.get("tags") or (),
        marks=parts.get("marks") or (),
        fixtures=parts.get("fixtures") or (),
        deadline=parts.get("deadline"),
        alone=bool(parts.get("alone")),
        locks=parts.get("lock") or (),
        search_path=own.site.search_path,
        lints=(
            *_merge_lints(loaded.lints, tuple(_collect_unheard(own.turns, loaded))),
            *unsent_lints(own.turns, pal, source=own.site.source, carries=own.site.carries),
        ),
    )


def _merge_lints(of_pal: tuple[Problem, ...], unheard: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Drop a lint of the PAL if the scenario proves the problem that the lint suspects."""
    places = [lint.span for lint in unheard]
    return (*(lint for lint in of_pal if lint.span not in places), *unheard)


def _merge_judge_rules(of_pal: JudgeRules, own: JudgeRules) -> JudgeRules:
    if not (own.objectives or own.guardrails):
        return of_pal
    return JudgeRules(
        objectives={**of_pal.objectives, **own.objectives},
        guardrails={**of_pal.guardrails, **own.guardrails},
    )


def _collect_unheard(turns: tuple[Turn, ...], loaded: LoadedPal) -> Iterator[Problem]:
    """Yield the lint for each tool whose answer the scenario expects and the PAL never gets."""
    if not loaded.unheard:
        return
    tools = dict.fromkeys(
        call.tool
        for turn in turns
        if _reads_answer(turn)
        for call in list_expected_calls(turn.calls)
    )
    yield from (loaded.unheard[tool] for tool in tools if tool in loaded.unheard)


def _reads_answer(turn: Turn) -> bool:
    if turn.plays is None or turn.plays.says is None:
        return False
    return any(root(path) in {"result", "results"} for path in placeholders(turn.plays.says))
