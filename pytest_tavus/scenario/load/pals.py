"""Reads PAL definitions, from their own file or from a scenario, and checks Tavus's rules."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from msgspec import Struct, field

from pytest_tavus.contract.pal.host_rules import host_problems
from pytest_tavus.contract.pal.lints import check_answer_heard, lints
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.pal.rules import problems
from pytest_tavus.contract.schema.rules import list_parameters
from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.contract.tool.url_rules import is_allowed_locally
from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.load.binding import bind
from pytest_tavus.scenario.load.include import IN_PLACE, Files, file_exists, suggest_file
from pytest_tavus.scenario.rules.carried import describe_unsent, suggest_placement
from pytest_tavus.scenario.rules.names import describe_unknown_tool, rule_tools
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.plain import mapping
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.text.unshown import is_secret
from pytest_tavus.scenario.values.forms import format_value
from pytest_tavus.scenario.values.matcher_values import matchers_in
from pytest_tavus.scenario.values.model import JudgeRules
from pytest_tavus.spans import Loc


class LoadedPal(Struct, frozen=True, kw_only=True):
    """A PAL with its source, its problems and its lints."""

    pal: Pal | None
    "`None` if the definition cannot be understood."

    source: LocatedSource
    at: Loc = ()
    judge_rules: JudgeRules = field(default_factory=JudgeRules)
    problems: tuple[Problem, ...] = ()
    lints: tuple[Problem, ...] = ()
    unheard: Mapping[str, Problem] = field(default_factory=dict[str, Problem])
    "By tool: the lint for a scenario that expects to hear an answer the PAL never gets."


PalCache = MutableMapping[tuple[str, int, int], LoadedPal]
"""PALs by path, time of change and size of their file."""


def read_pal(path: Path, files: Files, cache: PalCache) -> LoadedPal:
    """Return the PAL of a file, from the cache if the file did not change.

    Raises:
        ScenarioError: the file cannot be read at all.

    """
    stat = path.stat()
    key = (os.path.abspath(path), stat.st_mtime_ns, stat.st_size)
    if (known := cache.get(key)) is not None:
        return known
    ledger = ProblemLog()
    # A problem log of its own: the cached PAL serves many scenario files, and each reports it.
    alone = Files(root=files.root, limits=files.limits, problem_log=ledger)
    data, document = alone.read(path)
    cache[key] = loaded = read_pal_data(data, document, ledger=ledger, limits=files.limits)
    return loaded


def read_pal_data(
    data: object, source: LocatedSource, *, ledger: ProblemLog, limits: FileLimits, at: Loc = ()
) -> LoadedPal:
    """Return the PAL of a definition; `at` is its path in `source`."""
    before = len(ledger)
    if mapping(data) is None:
        ledger.add(source, at, f"a PAL is a mapping, not {describe(data)}")
    # Nothing compares a value of a PAL, so a matcher there is a mistake.
    for loc, matcher in matchers_in(data):
        shown = "a matcher" if is_secret(loc) else f"the matcher {matcher!r}"
        message = f"{shown} cannot stand in a PAL: nothing is compared there"
        ledger.add(source, (*at, *loc), message, hint="write the value itself")
    if len(ledger) > before:
        return LoadedPal(pal=None, source=source, at=at, problems=ledger.problems())
    pal, refusals = bind(Pal, data, ())
    ledger.add_all(source, at, refusals)
    if pal is None:
        return LoadedPal(pal=None, source=source, at=at, problems=ledger.problems())
    refused = {refusal.loc[:length] for refusal in refusals for length in range(len(refusal.loc))}
    for rule in (*problems(pal), *host_problems(pal, limits.hosts)):
        if rule.rule == "delivery_channel" and rule.loc in refused:
            continue  # `api` is missing only because a value in it was refused
        if not (limits.local_tools and is_allowed_locally(rule, pal)):
            ledger.add(source, (*at, *rule.loc), rule.message, hint=rule.hint)
    rules = _rules(pal, source, at, ledger)
    return LoadedPal(
        pal=pal,
        source=source,
        at=at,
        judge_rules=rules,
        problems=ledger.problems(),
        lints=(*_lints(pal, source, at), *_collect_unsent(pal, source, at, limits.carries)),
        unheard=_collect_unheard(pal, source, at),
    )


def _rules(pal: Pal, source: LocatedSource, at: Loc, ledger: ProblemLog) -> JudgeRules:
    if pal.judge_rules is None:
        return JudgeRules()
    here = (*at, "judge_rules")
    found, refusals = bind(JudgeRules, pal.judge_rules, here)
    ledger.add_all(source, here, refusals)
    rules = JudgeRules() if found is None else found
    tools = [tool.name for tool in pal.tools]
    for loc, name in rule_tools(rules):
        if name not in tools:
            message, hint = describe_unknown_tool(name, tools)
            ledger.add(source, loc, message, hint=hint)
    return rules


def _lints(pal: Pal, source: LocatedSource, at: Loc) -> tuple[Problem, ...]:
    ledger = ProblemLog()
    for lint in lints(pal):
        ledger.add(source, (*at, *lint.loc), lint.message, hint=lint.hint)
    return ledger.problems()


def _collect_unsent(
    pal: Pal, source: LocatedSource, at: Loc, carries: Carries
) -> tuple[Problem, ...]:
    """Return a lint for each parameter that no request carries to the handler."""
    ledger = ProblemLog()
    for index, tool in enumerate(pal.tools):
        for name in list_parameters(tool.parameters):
            if not carries(tool, name):
                loc = (*at, "tools", index, "parameters", "properties", name)
                ledger.add(
                    source, loc, describe_unsent(tool, name), hint=suggest_placement(tool, name)
                )
    return ledger.problems()


def _collect_unheard(pal: Pal, source: LocatedSource, at: Loc) -> dict[str, Problem]:
    found: dict[str, Problem] = {}
    for index, tool in enumerate(pal.tools):
        if (lint := check_answer_heard(tool)) is not None:
            span = source.span((*at, "tools", index, *lint.loc))
            found[tool.name] = Problem(message=lint.message, span=span, hint=lint.hint)
    return found


class PalFinder(Struct, frozen=True, kw_only=True):
    """Finds the PAL of a value of `pal`, which is a path or a definition."""

    files: Files
    problem_log: ProblemLog
    cache: PalCache

    def find(self, value: object, at: Loc, source: LocatedSource) -> LoadedPal | None:
        """Return the PAL and note its problems; return `None` if its file cannot be read."""
        if isinstance(value, Pal):
            for rule in host_problems(value, self.files.limits.hosts):
                self.problem_log.add(source, (*at, *rule.loc), rule.message, hint=rule.hint)
            return LoadedPal(pal=value, source=source, at=at)
        if not isinstance(value, str):
            ledger = ProblemLog()
            limits = self.files.limits
            loaded = read_pal_data(value, source, ledger=ledger, limits=limits, at=at)
            self.problem_log.ready.extend(loaded.problems)
            return loaded
        if not self.files.limits.other_files:
            message = f"the PAL file {value!r} is not read: this scenario may read no file"
            self.problem_log.add(source, at, message, hint=IN_PLACE)
            return None
        # A path is relative to the file that contains it, which may be an included file.
        home = source.resolve_origin(at)[0] if isinstance(source, Document) else None
        base = self.files.root if home is None else (self.files.root / home.path).parent
        path = base / value
        if not file_exists(path):
            message = f"the PAL file {format_value(value)} does not exist"
            looked = f"looked for {format_value(self.files.format_path(path))[1:-1]}"
            close = suggest_file(path)
            self.problem_log.add(
                source, at, message, hint=f"{looked}; {close}" if close else looked
            )
            return None
        try:
            loaded = self.read(path)
        except ScenarioError as error:
            self.problem_log.ready.extend(error.problems)
            return None
        self.problem_log.ready.extend(loaded.problems)
        return loaded

    def read(self, path: Path) -> LoadedPal:
        """Return the PAL of a file, from the cache if the file did not change.

        Raises:
            ScenarioError: the file cannot be read at all.

        """
        return read_pal(path, self.files, self.cache)
