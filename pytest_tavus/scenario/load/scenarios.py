"""Builds the scenarios of one file: their names, their defaults and their rows."""

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
"""Characters. The number of the row replaces a longer id."""


class Row(Struct, frozen=True, kw_only=True):
    """A row: the values that `{row.x}` reads, and the id of its scenario."""

    id: str
    values: dict[str, Any]
    index: int
    "Counted from 0."


def rows(document: Parametrize) -> tuple[Row, ...]:
    """Return the rows, with unique ids."""
    found: list[Row] = []
    taken: set[str] = set()
    for index, values in enumerate(_values(document)):
        row_id = _id(values, index)
        unique = row_id if row_id not in taken else f"{row_id}-{index + 1}"
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
    """Loads the scenarios of one file."""

    source: LocatedSource
    problem_log: ProblemLog
    pals: PalFinder
    name: str
    "The name of a scenario that has none of its own."

    search_path: tuple[str, ...]

    def load_file(self, data: object) -> tuple[Scenario, ...]:
        """Return the scenarios of a file, and note every problem."""
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

    def load_single(self, data: object) -> Scenario | None:
        """Return the scenario of the data, and note every problem."""
        found = self._scenarios(data, (), _NO_DEFAULTS, alone=True)
        if len(found) > 1:
            self._complain(("parametrize",), "one scenario is wanted, and there are rows", None)
        return next(iter(found), None)

    def _load_single_file(self, entries: dict[str, Any]) -> tuple[Scenario, ...]:
        if "turns" in entries:
            return self._scenarios(entries, (), _NO_DEFAULTS, alone=True)
        # A misspelt key is the likely cause of a missing scenario, so it is reported instead.
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

    def _defaults(self, data: Mapping[str, object]) -> Defaults:
        site = self._site()
        head = site.bind_head(FileHead, data, ())
        values = Values({}, {}) if head is None else build_common(head, (), site)
        for key in DEFAULTS:
            if key in data:
                # The file has the key, so a refused value is not reported as a missing key too.
                values.at.setdefault(key, (key,))
        return Defaults(values=values, data=data, placeholders=collect_placeholders(data, ()))

    def _scenarios(
        self, data: object, at: Loc, defaults: Defaults, *, alone: bool
    ) -> tuple[Scenario, ...]:
        entries = mapping(data)
        if entries is None:
            message = f"a scenario is a mapping, not {describe(data)}"
            self._complain(at, message, "begin it with - name:")
            return ()
        name = self._name(entries, at, alone=alone)
        if "parametrize" not in entries:
            scenario = assemble(entries, at, self._site(), defaults=defaults, name=name)
            return () if scenario is None else (scenario,)
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
            # Without a placeholder in the defaults, all rows share one built value.
            shared = defaults
            if has_placeholders(defaults.data):
                if not self._has_values(defaults.data, (), row):
                    continue
                shared = self._defaults(render(defaults.data, scope, only=("row",)))
            title = str(render(name, scope, only=("row",)))
            # No second rendering of the name follows, so the doubled braces are replaced here.
            title = title.replace("{{", "{").replace("}}", "}")
            scenario = assemble(
                filled, at, self._site(), defaults=shared, name=f"{title}[{row.id}]"
            )
            if scenario is not None:
                yield scenario

    def _refuse_unread(self, found: Sequence[Row], uses: Iterable[PlaceholderUse], at: Loc) -> None:
        """Refuse rows that no placeholder reads: all their scenarios would be the same."""
        names = dict.fromkeys(name for row in found for name in row.values)
        if names and not any(root(use.path) == "row" for use in uses):
            message = "nothing reads {row.…}: every row would be the same scenario"
            hint = f"write {{row.{next(iter(names))}}} where its value belongs"
            self._complain(at, message, hint)

    def _has_values(self, data: Mapping[str, object], at: Loc, row: Row) -> bool:
        """Tell whether a row has every value that the data reads, and note each missing value."""
        complete = True
        for use in collect_placeholders(data, at):
            if root(use.path) != "row":
                continue
            try:
                lookup(use.path, {"row": row.values})
            except MissingValue as missing:
                known = f"the row has: {', '.join(row.values)}"
                hint = did_you_mean(use.path.rpartition(".")[2], missing.available) or known
                message = f"{{{use.path}}} has no value in row {row.index + 1}"
                self._complain(use.at, message, hint)
                complete = False
        return complete and self._suits_matchers(data, at, row)

    def _suits_matchers(self, data: Mapping[str, object], at: Loc, row: Row) -> bool:
        """Tell whether each matcher can be built with the values of a row, and note the others.

        The values of a row are in the file, so they are no secrets.
        """
        suited = True
        for loc, matcher in matchers_in(data, at):
            try:
                render(matcher, {"row": row.values}, only=("row",))
            except MissingValue as missing:
                # The context is the refusal of the matcher, which may quote the value of a row.
                cause = missing.__context__
                why = missing.reason if cause is None else str(cause)
                message = f"{matcher!r} cannot be built with row {row.index + 1}: {why}"
                self._complain(loc, message, None)
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
        """Refuse names with `::`, because pytest splits a node id there."""
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
