"""The scenarios of one file: which there are, with which defaults and rows, under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from msgspec import Struct

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.text import describe
from pytest_tavus.scenario.language.heads import DEFAULTS, FileHead, Parametrize
from pytest_tavus.scenario.load.assemble import Defaults, assemble
from pytest_tavus.scenario.load.defaults import LoadedFile, Values, build_common
from pytest_tavus.scenario.load.pals import PalFinder
from pytest_tavus.scenario.rules.saved import PlaceholderUse, collect_placeholders
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.values.forms import list_stands_for
from pytest_tavus.scenario.values.matcher_values import matchers_in
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.scenario.values.templates import (
    MissingValue,
    as_text,
    has_placeholders,
    lookup,
    render,
    root,
)
from pytest_tavus.spans import Loc

LONGEST_ID = 60
"""Characters. A longer id is replaced by the number of the row."""


class Row(Struct, frozen=True, kw_only=True):
    """One row: what `{row.x}` reads, and what the scenario is called by."""

    id: str
    values: dict[str, Any]
    index: int
    "Counted from 0."


def rows(document: Parametrize) -> tuple[Row, ...]:
    """Return the rows, every id once."""
    found: list[Row] = []
    taken: set[str] = set()
    for index, values in enumerate(_values(document)):
        wanted = _id(values, index)
        unique = wanted if wanted not in taken else f"{wanted}-{index + 1}"
        taken.add(unique)
        found.append(Row(id=unique, values=values, index=index))
    return tuple(found)


def _values(document: Parametrize) -> Iterator[dict[str, Any]]:
    if document.rows is not None:
        yield from document.rows
    elif document.matrix is not None:
        names = list(document.matrix)
        for combination in product(*document.matrix.values()):
            yield dict(zip(names, combination, strict=True))


def _id(values: dict[str, Any], index: int) -> str:
    if "id" in values:
        return as_text(values["id"])
    plain = all(value is None or isinstance(value, (str, int, float)) for value in values.values())
    joined = "-".join(as_text(value) for value in values.values())
    fits = plain and 0 < len(joined) <= LONGEST_ID and joined.isprintable()
    return joined if fits else f"row{index + 1}"


_NO_DEFAULTS = Defaults(values=Values({}, {}), data={})


class ScenarioLoader(Struct, frozen=True, kw_only=True):
    """The loading of one file."""

    source: LocatedSource
    problem_log: ProblemLog
    pals: PalFinder
    name: str
    "What a scenario without a name is called."

    search_path: tuple[str, ...]

    def load_file(self, data: Any) -> tuple[Scenario, ...]:
        """Return the scenarios of a file, noting every problem."""
        entries = mapping(data)
        if entries is None:
            found = "the file is empty" if data is None else f"the file holds {describe(data)}"
            self._complain((), f"{found}, and no scenario", _SCENARIOS)
            return ()
        if "scenarios" not in entries:
            scenarios = self._load_single_file(entries)
        else:
            scenarios = tuple(self._load_list(entries))
            self._refuse_same_names(scenarios)
        self._refuse_unselectable(scenarios)
        return scenarios

    def load_single(self, data: Any) -> Scenario | None:
        """Return the one scenario that data is, noting every problem."""
        found = self._scenarios(data, (), _NO_DEFAULTS, alone=True)
        if len(found) > 1:
            self._complain(("parametrize",), "one scenario is wanted, and there are rows", None)
        return next(iter(found), None)

    def _load_single_file(self, entries: dict[str, Any]) -> tuple[Scenario, ...]:
        if "turns" in entries:
            return self._scenarios(entries, (), _NO_DEFAULTS, alone=True)
        before = len(self.problem_log)
        self._site().bind_head(FileHead, {k: v for k, v in entries.items() if k != "name"}, ())
        if len(self.problem_log) == before:
            self._complain((), "the file has no scenario", _SCENARIOS)
        return ()

    def _load_list(self, entries: dict[str, Any]) -> Iterator[Scenario]:
        written = entries["scenarios"]
        shared = {key: value for key, value in entries.items() if key != "scenarios"}
        defaults = self._defaults(shared)
        if not is_list(written) or not written:
            self._complain(("scenarios",), "scenarios is a list of scenarios", _SCENARIOS)
            return
        items = written
        for index, item in enumerate(items):
            at = ("scenarios", index)
            yield from self._scenarios(item, at, defaults, alone=len(items) == 1)

    def _defaults(self, data: Mapping[str, Any]) -> Defaults:
        site = self._site()
        head = site.bind_head(FileHead, data, ())
        values = Values({}, {}) if head is None else build_common(head, (), site)
        for key in DEFAULTS:
            if key in data:
                values.at.setdefault(key, (key,))  # known, though it could not be bound
        return Defaults(values=values, data=data, placeholders=collect_placeholders(data, ()))

    def _scenarios(
        self, data: Any, at: Loc, defaults: Defaults, *, alone: bool
    ) -> tuple[Scenario, ...]:
        entries = mapping(data)
        if entries is None:
            message = f"a scenario is a mapping, not {describe(data)}"
            self._complain(at, message, "begin it with - name:")
            return ()
        name = self._name(entries, at, alone=alone)
        if "parametrize" not in entries:
            made = assemble(entries, at, self._site(), defaults=defaults, name=name)
            return () if made is None else (made,)
        return tuple(self._rows(entries, at, defaults, name))

    def _rows(
        self, entries: dict[str, Any], at: Loc, defaults: Defaults, name: str
    ) -> Iterator[Scenario]:
        here = (*at, "parametrize")
        written = list_stands_for("rows")(entries["parametrize"])
        document = self._site().bind(Parametrize, written, here)
        if document is None:
            return
        body = {key: value for key, value in entries.items() if key != "parametrize"}
        found = rows(document)
        self._refuse_unread(found, (*collect_placeholders(body, at), *defaults.placeholders), here)
        for row in found:
            if not self._has_values(body, at, row):
                continue
            scope = {"row": row.values}
            filled = render(body, scope, only=("row",))
            shared = defaults
            if has_placeholders(defaults.data):
                if not self._has_values(defaults.data, (), row):
                    continue
                shared = self._defaults(render(defaults.data, scope, only=("row",)))
            title = str(render(name, scope, only=("row",)))
            title = title.replace("{{", "{").replace("}}", "}")
            made = assemble(filled, at, self._site(), defaults=shared, name=f"{title}[{row.id}]")
            if made is not None:
                yield made

    def _refuse_unread(
        self, found: Sequence[Row], asked: Iterable[PlaceholderUse], at: Loc
    ) -> None:
        """Refuse rows that nothing reads: two such scenarios would prove what one does."""
        names = dict.fromkeys(name for row in found for name in row.values)
        if names and not any(root(one.path) == "row" for one in asked):
            message = "nothing reads {row.…}: every row would be the same scenario"
            hint = f"write {{row.{next(iter(names))}}} where its value belongs"
            self._complain(at, message, hint)

    def _has_values(self, data: Mapping[str, Any], at: Loc, row: Row) -> bool:
        """Tell whether a row has every value that is asked for; note those it has not."""
        complete = True
        for one in collect_placeholders(data, at):
            if root(one.path) != "row":
                continue
            try:
                lookup(one.path, {"row": row.values})
            except MissingValue as missing:
                known = f"the row has: {', '.join(row.values)}"
                hint = did_you_mean(one.path.rpartition(".")[2], missing.available) or known
                message = f"{{{one.path}}} has no value in row {row.index + 1}"
                self._complain(one.at, message, hint)
                complete = False
        return complete and self._suits_matchers(data, at, row)

    def _suits_matchers(self, data: Mapping[str, Any], at: Loc, row: Row) -> bool:
        """Tell whether each matcher can be built with the values of a row; note those that cannot.

        A row stands in the file, so that its values are no secrets.
        """
        suited = True
        for place, matcher in matchers_in(data, at):
            try:
                render(matcher, {"row": row.values}, only=("row",))
            except MissingValue as missing:
                cause = missing.__context__
                why = missing.reason if cause is None else str(cause)
                message = f"{matcher!r} cannot be built with row {row.index + 1}: {why}"
                self._complain(place, message, None)
                suited = False
        return suited

    def _name(self, entries: dict[str, Any], at: Loc, *, alone: bool) -> str:
        name = entries.get("name", self.name if alone else None)
        if isinstance(name, str) and name.strip() and name.isprintable():
            return name
        if name is None:
            self._complain(at, "a scenario in a list needs a name", "begin it with - name:")
        else:
            message = f"the name of a scenario is one line of text, not {describe(name)}"
            self._complain((*at, "name"), message, None)
        return self.name

    def _refuse_same_names(self, found: tuple[Scenario, ...]) -> None:
        first: dict[str, Scenario] = {}
        for scenario in found:
            other = first.setdefault(scenario.name, scenario)
            if other is not scenario:
                message = f"two scenarios are named {scenario.name!r}"
                hint = f"the other is in line {other.span.line}"
                self._complain((*scenario.at, "name"), message, hint)

    def _refuse_unselectable(self, found: tuple[Scenario, ...]) -> None:
        """Refuse names that pytest takes apart where they stand behind the file of a node id."""
        for scenario in found:
            if "::" in scenario.name.partition("[")[0]:
                message = f"no scenario can be selected by the name {scenario.name!r}"
                hint = "pytest parts a node id at '::', so write one colon, or none"
                self._complain((*scenario.at, "name"), message, hint)

    def _site(self) -> LoadedFile:
        return LoadedFile(
            source=self.source,
            problem_log=self.problem_log,
            find_pal=lambda value, at: self.pals.find(value, at, self.source),
            search_path=self.search_path,
            carries=self.pals.files.limits.carries,
        )

    def _complain(self, loc: Loc, message: str, hint: str | None) -> None:
        self.problem_log.add(self.source, loc, message, hint=hint)


_SCENARIOS = "write scenarios: with a list of them, or turns: for a single one"
