"""Reads each file of a load once, and follows its `include` keys and `!include` tags."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from pytest_tavus.errors import ScenarioError, did_you_mean
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.text.problems import ProblemLog
from pytest_tavus.scenario.text.reader import TagError, load_yaml
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.text.unshown import redact_problems
from pytest_tavus.scenario.text.yamlfile import read_text
from pytest_tavus.scenario.values.call_values import ADDED
from pytest_tavus.scenario.values.forms import format_value
from pytest_tavus.scenario.values.matcher_values import from_tag
from pytest_tavus.spans import Loc

IN_PLACE = "write it out in its place"


class _Include(Struct, frozen=True):
    """Replaces ``!include path`` until the file is read."""

    target: str


class _TagReader:
    """Reads the tags of one file, and records whether the file includes another."""

    def __init__(self) -> None:
        self.has_includes = False

    def __call__(self, name: str, payload: object) -> object:
        if name != "include":
            return from_tag(name, payload)
        if not isinstance(payload, str) or not payload:
            raise TagError("!include takes the path of a YAML file", hint="!include parts.yaml")
        self.has_includes = True
        return _Include(payload)


class Files(Struct, kw_only=True):
    """Reads files with their includes. The problem log gets their problems."""

    root: Path
    "Messages show paths relative to this directory."

    limits: FileLimits
    problem_log: ProblemLog
    _known: dict[str, tuple[Any, Document]] = field(
        default_factory=dict[str, "tuple[Any, Document]"]
    )
    _include_count: int = 0

    def format_path(self, path: Path) -> str:
        """Return a path for messages, relative to `root` if the path is inside."""
        full, base = os.path.abspath(path), os.path.abspath(self.root)
        inside = full.startswith(base.rstrip(os.sep) + os.sep)
        return Path(full[len(base) :].lstrip(os.sep) if inside else full).as_posix()

    def read(self, path: Path, *, via: tuple[str, ...] = ()) -> tuple[Any, Document]:
        """Return the data of a file, with its includes, and its source.

        Raises:
            ScenarioError: the file cannot be read at all.

        """
        full = os.path.abspath(path)
        if (known := self._known.get(full)) is not None:
            return known
        shown = self.format_path(path)
        text = read_text(path, shown, max_bytes=self.limits.max_bytes)
        tags = _TagReader()
        try:
            loaded = load_yaml(text, shown, limits=self.limits, tagged=tags)
        except ScenarioError as error:
            # `from None`: the first error quotes text of the file, which may be a secret.
            raise ScenarioError(redact_problems(error.problems, text)) from None
        self.problem_log.syntax.extend(redact_problems(loaded.problems, text))
        grafts: dict[Loc, tuple[Document, Loc]] = {}
        document = Document(path=shown, text=text, parts=loaded.parts, grafts=grafts)
        chain = (*via, full)
        data = loaded.data
        # The data of a file without `!include` needs no walk.
        if tags.has_includes:
            data = self._resolve_includes(data, (), _IncludingFile(document, grafts, path, chain))
        if (top := mapping(data)) is not None and "include" in top:
            data = self._merge_includes(top, _IncludingFile(document, grafts, path, chain))
        self._known[full] = (data, document)
        return data, document

    def _resolve_includes(self, value: object, at: Loc, site: _IncludingFile) -> object:
        """Replace each `!include` with the data of its file."""
        if isinstance(value, _Include):
            data, document = self._open(value.target, at, site)
            if document is not None:
                site.grafts[at] = (document, ())
            return data
        if (entries := mapping(value)) is not None:
            return {
                key: self._resolve_includes(item, (*at, key), site) for key, item in entries.items()
            }
        if is_list(value):
            items = value
            return [
                self._resolve_includes(item, (*at, index), site) for index, item in enumerate(items)
            ]
        return value

    def _merge_includes(self, own: dict[str, Any], site: _IncludingFile) -> dict[str, Any]:
        """Merge the keys of included files; own keys win, and later files win over earlier files.

        Forbidden calls add up: a file cannot allow a call that an included file forbids.
        """
        written = own["include"]
        merged: dict[str, Any] = {}
        forbidden = _list_forbidden(own.get(ADDED))
        targets = written if is_list(written) else [written]
        for index, target in enumerate(targets):
            at: Loc = ("include", index)
            if not isinstance(target, str) or not target:
                message = "include is the path of a YAML file, or a list of them"
                self.problem_log.add(site.document, at, message, hint="include: [shared.yaml]")
                continue
            data, document = self._open(target, at, site)
            entries = mapping(data)
            if document is None:
                continue
            if entries is None:
                message = f"{target!r} holds no mapping whose keys could be taken over"
                self.problem_log.add(
                    site.document, at, message, hint="use !include for other values"
                )
                continue
            merged.update(entries)
            # A problem of an included key is reported at its line in the included file.
            site.grafts.update({(key,): (document, (key,)) for key in entries if key not in own})
            for loc, item in _locate_forbidden(entries.get(ADDED)):
                site.grafts[ADDED, len(forbidden)] = (document, loc)
                forbidden.append(item)
        merged.update({key: value for key, value in own.items() if key != "include"})
        return {**merged, ADDED: forbidden} if forbidden else merged

    def _open(self, target: str, at: Loc, site: _IncludingFile) -> tuple[Any, Document | None]:
        path = site.path.parent / target
        # Without a cycle, includes still multiply if each file includes the next several times.
        self._include_count += 1
        problem: tuple[str, str | None] | None = None
        if not self.limits.other_files:
            problem = f"{target!r} is not included: this scenario may read no file", IN_PLACE
        elif self._include_count > self.limits.max_includes:
            message = f"more than {self.limits.max_includes} includes are followed"
            problem = message, "include fewer files, or each of them less often"
        elif os.path.abspath(path) in site.chain:
            names = [self.format_path(Path(link)) for link in (*site.chain, str(path))]
            problem = f"files include each other: {' -> '.join(names)}", "break the circle"
        elif not file_exists(path):
            problem = f"the included file {format_value(target)} does not exist", suggest_file(path)
        if problem is not None:
            self.problem_log.add(site.document, at, problem[0], hint=problem[1])
            return None, None
        try:
            return self.read(path, via=site.chain)
        except ScenarioError as error:
            self.problem_log.ready.extend(error.problems)
            return None, None


def _list_forbidden(value: object) -> list[Any]:
    return [item for _, item in _locate_forbidden(value)]


def _locate_forbidden(value: object) -> list[tuple[Loc, Any]]:
    """Return each call that a `never` forbids, with its path in the file."""
    if value is None:
        return []
    if is_list(value):
        return [((ADDED, index), item) for index, item in enumerate(value)]
    return [((ADDED,), value)]


class _IncludingFile(Struct, frozen=True):
    """The file that contains an include."""

    document: Document
    grafts: dict[Loc, tuple[Document, Loc]]
    path: Path
    chain: tuple[str, ...]


def file_exists(path: Path) -> bool:
    """Tell whether a file exists; no file exists at an invalid path."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long for the file system, or with a null character
        return False


def suggest_file(path: Path) -> str | None:
    """Return a hint for a missing file, such as a file of a similar name beside it."""
    try:
        there = path.parent.is_dir()
    except (OSError, ValueError):
        return "the path is longer than a file system allows"
    if not there:
        return f"there is no directory {format_value(path.parent.name)} there"
    names = [file.name for file in path.parent.iterdir() if file.suffix in {".yaml", ".yml"}]
    return did_you_mean(path.name, names) or "paths are relative to the file they stand in"
