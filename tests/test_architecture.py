"""The floors, and the sizes: what a reader of the package may rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.floors import BESIDE, floor, known, may_import
from tests.source import PACKAGE, functions, imports, label, modules

LATE = frozenset(
    {"plugin", "stage", "conclusion", "cli", "fixtures", "outcome", "settings", "__init__"}
)
"""Only these may import inside a function."""

LATE_DOORS = frozenset(
    {
        "checks/calls.py",
        "contract/dialect.py",
        "delivery/flow.py",
        "gateway/open.py",
        "scenario/matcher_values.py",
        "server/compose.py",
        "server/standin/daily/__init__.py",
        "simulator/llm.py",
    }
)
"""And these: what is behind them takes long to import, and few runs need it."""

ONLY_IN = {
    "yaml": {"scenario/yamlfile.py"},
    "jsonpatch": {"service/json_patch.py"},
    "jsonschema": {"contract/dialect.py"},
    "openai": {"simulator/llm.py"},
}
"""Third-party packages with one door."""

ONLY_IN_ROOM: Mapping[str, str] = dict.fromkeys(
    ("mcp", "mcp_types", "starlette", "uvicorn", "websockets"), "server"
)
"""And those with one room."""

DEFINED_ONCE = frozenset({("matching/matchers.py", "_classes")})
"""Tables that fill up while classes are being defined, and never after."""

FILE_LINES, FUNCTION_LINES, PARAMETERS, BEFORE_THE_STAR = 400, 40, 5, 2

MODULES = pytest.mark.parametrize("path", modules(), ids=label)


def room(path: Path) -> str:
    """The room a module is in: the folder, or the file at the top."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def rooms_imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the rooms a module really imports, with the line."""
    for found in imports(ast.parse(path.read_text())):
        parts = found.target.split(".")
        if parts[0] == "pytest_tavus" and not found.typing_only:
            yield (parts[1] if parts[1] in known() else "__init__"), found.line


@MODULES
def test_a_module_imports_only_lower_floors(path: Path) -> None:
    importer = room(path)
    assert importer in known(), f"{importer} is on no floor: add it to FLOORS"
    assert [
        f"{label(path)}:{line}: {importer} may not import {imported}"
        for imported, line in rooms_imported(path)
        if not may_import(importer, imported)
    ] == []


def test_the_floors_have_no_circle_beside_each_other() -> None:
    assert not {(b, a) for a, b in BESIDE} & BESIDE
    assert all(floor(a) == floor(b) for a, b in BESIDE)


def test_the_scan_sees_an_import_of_a_higher_floor() -> None:
    assert not may_import("trace", "stage")
    assert not may_import("gateway", "delivery")
    assert may_import("delivery", "gateway")


def test_a_circle_of_modules_does_not_exist() -> None:
    graph = {label(path): set(_modules_imported(path)) for path in modules()}
    while leaves := [name for name, needs in graph.items() if not needs & graph.keys() - {name}]:
        for name in leaves:
            del graph[name]

    assert graph == {}


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
    may = room(path) in LATE or str(path.relative_to(PACKAGE)) in LATE_DOORS
    assert not late or may, f"{label(path)}: imports in functions, lines {late}"


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
    return len(positional) <= allowed and len(positional + arguments.kwonlyargs) <= PARAMETERS


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
