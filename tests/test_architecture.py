"""The wings, and the sizes: what a reader of the package may rely on."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.floors import GROUND, PAIRS, THROUGH, WINGS, known, may_import, room_of, unit_of
from tests.house import SHORT, lines
from tests.source import PACKAGE, functions, imports, label, modules

LATE = frozenset(
    {
        "__init__.py",
        "cli/__init__.py",
        "plugin/__init__.py",
        "plugin/api/conversation.py",
        "plugin/failure.py",
        "plugin/fixtures.py",
        "plugin/settings.py",
        "run/conclusion.py",
        "run/runner.py",
        "verdict/checks/calls.py",
        "contract/schema/dialect.py",
        "handler/delivery/flow.py",
        "handler/open.py",
        "scenario/values/matcher_values.py",
        "simulator/server/compose.py",
        "simulator/server/standin/daily/__init__.py",
        "simulator/pal/llm.py",
    }
)
"""Only these may import inside a function: the import takes long, and few runs need it."""

ONLY_IN = {
    "yaml": {"scenario/text/yamlfile.py"},
    "jsonpatch": {"simulator/account/requests/json_patch.py"},
    "jsonschema": {"contract/schema/dialect.py"},
    "openai": {"simulator/pal/llm.py"},
}
"""Third-party packages with one door."""

ONLY_IN_ROOM: Mapping[str, str] = dict.fromkeys(
    ("mcp", "mcp_types", "starlette", "uvicorn", "websockets"), "simulator/server"
)
"""And those with one room."""

DEFINED_ONCE = frozenset({("matching/matcher.py", "_classes")})
"""Tables that fill up while classes are being defined, and never after."""

FILE_LINES, FUNCTION_LINES, PARAMETERS, BEFORE_THE_STAR, KEYWORD_ONLY = 400, 40, 5, 2, 8

MODULES = pytest.mark.parametrize("path", modules(), ids=label)


def parts_of(path: Path) -> tuple[str, ...]:
    """Return the path of a module inside the package, without its suffix."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def room(path: Path) -> str:
    """The wing or ground room a module is in."""
    return room_of(parts_of(path))


def rooms_imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the rooms a module really imports, with the line."""
    for found in imports(ast.parse(path.read_text())):
        parts = found.target.split(".")
        if parts[0] == "pytest_tavus" and not found.typing_only:
            yield room_of(parts[1:]), found.line


@MODULES
def test_a_module_imports_only_what_its_wing_may(path: Path) -> None:
    importer, inside = room(path), path.relative_to(PACKAGE).as_posix()
    assert importer in known(), f"{importer} is no wing: add it to WINGS"
    assert [
        f"{label(path)}:{line}: {importer} may not import {imported}"
        for imported, line in rooms_imported(path)
        if not may_import(importer, imported) or THROUGH.get((importer, imported), inside) != inside
    ] == []


def test_a_wing_imports_only_wings_below_it() -> None:
    order = [*WINGS]
    for wing, others in WINGS.items():
        assert {order.index(other) < order.index(wing) for other in others} <= {True}, wing
    ground = [*GROUND]
    for name, others in GROUND.items():
        assert {ground.index(other) < ground.index(name) for other in others} <= {True}, name


def test_the_scan_sees_an_import_that_is_not_allowed() -> None:
    assert not may_import("trace", "run")
    assert not may_import("handler", "verdict")
    assert not may_import("matching", "trace")
    assert may_import("verdict", "scenario")
    assert may_import("trace", "matching")


def test_few_pairs_of_wings_import_one_another() -> None:
    pairs = {
        (importer, imported)
        for path in modules()
        for importer in [room(path).partition("/")[0]]
        for imported in {found.partition("/")[0] for found, _ in rooms_imported(path)}
        if importer != imported
    }

    assert len(pairs) <= PAIRS


def test_a_public_class_name_is_defined_once() -> None:
    names = Counter(
        statement.name
        for path in modules()
        for statement in ast.parse(path.read_text()).body
        if isinstance(statement, ast.ClassDef) and not statement.name.startswith("_")
    )

    assert names["Scenario"] == 1
    assert [name for name, times in names.items() if times > 1] == []


PARTICIPLES = frozenset(
    (
        *("begun", "bound", "broken", "built", "chosen", "done", "drawn", "found", "given", "gone"),
        *("heard", "held", "kept", "left", "made", "met", "seen", "sent", "shown", "spoken"),
        *("taken", "thrown", "told", "written"),
    )
)
"""Irregular ones; `read`, `put`, `set`, `run`, `cut` and `split` are verbs as well."""

NOUNS = {"red", "need", "embed", "seed", "feed", "speed"}

PUBLIC = {"pytest_tavus/trace/log.py: opened", "pytest_tavus/trace/log.py: saved"}
"""Methods of `Trace` that tests of users call."""


def _is_participle(name: str) -> bool:
    word = name.strip("_").partition("_")[0]
    return word in PARTICIPLES or (word.endswith("ed") and word not in NOUNS)


def test_a_function_is_not_named_by_a_participle() -> None:
    """A noun may begin with one, such as `malformed_placeholder_lints`."""
    named = [
        f"{label(path)}: {function.name}"
        for path in modules()
        for function in functions(ast.parse(path.read_text()))
        if _is_participle(function.name) and "_" not in function.name.strip("_")
        if not function.decorator_list
    ]

    assert _is_participle("_told")
    assert _is_participle("asserted")
    assert set(named) == PUBLIC


@pytest.mark.parametrize("wing", [*WINGS, "matching"])
def test_the_rooms_of_a_wing_have_no_circle(wing: str) -> None:
    graph: dict[str, set[str]] = {}
    for path in modules():
        if room(path) == wing:
            needs = graph.setdefault(unit_of(parts_of(path)), set())
            needs.update(_units_imported(path, wing))

    assert _knot(graph) == {}


def _units_imported(path: Path, wing: str) -> Iterator[str]:
    """Yield the rooms of its own wing that a module names, for its types too."""
    for found in imports(ast.parse(path.read_text())):
        parts = found.target.split(".")
        if parts[0] == "pytest_tavus" and room_of(parts[1:]) == wing:
            yield unit_of(parts[1:])


def _knot(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what is left of a graph when its leaves are taken away again and again."""
    while leaves := [name for name, needs in graph.items() if not needs & graph.keys() - {name}]:
        for name in leaves:
            del graph[name]
    return graph


def test_a_circle_of_modules_does_not_exist() -> None:
    graph = {label(path): set(_modules_imported(path)) for path in modules()}

    assert _knot(graph) == {}


def _modules_imported(path: Path) -> Iterator[str]:
    for found in imports(ast.parse(path.read_text())):
        if found.typing_only or found.lazy or not found.target.startswith("pytest_tavus."):
            continue
        parts = found.target.split(".")[1:]
        for depth in (len(parts), len(parts) - 1):
            module = PACKAGE.joinpath(*parts[:depth])
            for file in (module.with_suffix(".py"), module / "__init__.py"):
                if depth and file.exists():
                    yield label(file)


@MODULES
def test_a_module_imports_at_its_top(path: Path) -> None:
    late = [found.line for found in imports(ast.parse(path.read_text())) if found.lazy]
    assert not late or path.relative_to(PACKAGE).as_posix() in LATE, (
        f"{label(path)}: imports in functions, lines {late}"
    )


@MODULES
def test_a_module_keeps_to_public_pytest_and_to_the_doors(path: Path) -> None:
    inside = str(path.relative_to(PACKAGE))
    for found in imports(ast.parse(path.read_text())):
        package = found.target.split(".")[0]
        assert package != "_pytest", f"{label(path)}:{found.line}"
        assert inside in ONLY_IN.get(package, {inside}), f"{label(path)}:{found.line}"
        assert room(path) == ONLY_IN_ROOM.get(package, room(path)), f"{label(path)}:{found.line}"


@MODULES
def test_a_module_begins_by_saying_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@MODULES
def test_a_module_fits_in_its_lines(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= FILE_LINES


def test_few_modules_are_short() -> None:
    sizes = [lines(path) for path in modules() if path.name != "__init__.py"]

    assert sum(size < SHORT for size in sizes) <= len(sizes) / 8


@MODULES
def test_a_function_fits_in_its_lines(path: Path) -> None:
    long = [
        f"{label(path)}:{function.lineno} {function.name}: {lines} lines"
        for function in functions(ast.parse(path.read_text()))
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


@MODULES
def test_a_function_has_few_parameters_and_names_the_rest(path: Path) -> None:
    many = [
        f"{label(path)}:{function.lineno} {function.name}"
        for function in functions(ast.parse(path.read_text()))
        if not _few(function)
    ]
    assert many == []


def _few(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = function.args
    positional = [
        argument
        for argument in (*arguments.posonlyargs, *arguments.args)
        if argument.arg not in {"self", "cls"}
    ]
    private_or_ours = function.name.startswith("_")
    allowed = PARAMETERS if private_or_ours else BEFORE_THE_STAR + 1
    return len(positional) <= allowed and len(arguments.kwonlyargs) <= KEYWORD_ONLY


@MODULES
def test_a_module_keeps_no_state(path: Path) -> None:
    tree, inside = ast.parse(path.read_text()), str(path.relative_to(PACKAGE))
    mutable = [
        f"{label(path)}:{node.lineno}"
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and _empty_container(node.value)
        and (inside, _name(node)) not in DEFINED_ONCE
    ]
    changed = [
        f"{label(path)}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Global)
    ]
    assert mutable + changed == []


def _name(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _empty_container(value: ast.expr | None) -> bool:
    """An empty container at module level is there to be filled."""
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    if isinstance(value, ast.Dict):
        return not value.keys
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in {"dict", "list", "set", "defaultdict"}
