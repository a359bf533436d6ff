"""Arguments that are not as the recorded schema says: what is told, and where."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

import pytest

from pytest_tavus.simulator.mcp.arguments import read_arguments
from pytest_tavus.simulator.mcp.client import ToolRefusal
from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.mcp.table import TOOLS, Request
from tests.simulator.mcp.readings import BESIDE, READ, UNREADABLE

SCHEMAS = {one["name"]: one["inputSchema"] for one in load_recorded_definitions()}
DEPLOYED = {"pal_id": "p1", "channel": "landing-page", "unique_memory_per_visitor": True}

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("tavus_pal_get", {}, "pal_id: the argument is missing"),
    (
        "tavus_pal_tools_attach",
        {},
        "pal_id: the argument is missing; tool_ids: the argument is missing",
    ),
    (
        "tavus_pal_get",
        {"pal_id": "p1", "pal": "p1", "includesettings": True},
        (
            "pal: there is no such argument, did you mean 'pal_id'?; "
            "includesettings: there is no such argument, did you mean 'include_settings'?"
        ),
    ),
    ("tavus_pal_get", {"pal_id": 7}, "pal_id: expected string, found integer"),
    ("tavus_pal_list", {"limit": [1]}, "limit: expected integer, found array"),
    ("tavus_pal_list", {"limit": 1.5}, "limit: expected integer, found number"),
    ("tavus_pal_list", {"pal_type": 1}, "pal_type: expected string or null, found integer"),
    ("tavus_pal_list", {"sort": "up"}, "sort: expected one of 'asc', 'desc', found 'up'"),
    ("tavus_patch_pal", {"pal_id": "p1", "ops": {}}, "ops: expected array, found object"),
    ("tavus_patch_pal", {"pal_id": "p1", "ops": [1]}, "ops[0]: expected object, found integer"),
    ("tavus_document_list", {"tags": ["a", None]}, "tags[1]: expected string, found null"),
    (
        "tavus_deployment_create",
        {**DEPLOYED, "page_cta": [{"title": "", "link": "x"}]},
        (
            "page_cta[0].url: the argument is missing; page_cta[0].link: there is no such "
            "argument; page_cta[0].title: expected text that is not empty, found ''"
        ),
    ),
    (
        "tavus_builder_append_messages",
        {"builder_id": "b1", "messages": [{"role": 1}]},
        "messages[0].role: expected string, found integer",
    ),
]


@pytest.mark.parametrize(("tool", "given", "told"), REFUSED)
def test_wrong_arguments_are_named_with_their_paths(
    tool: str, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(ToolRefusal) as refusal:
        read_arguments(SCHEMAS[tool], given)

    assert sorted(str(refusal.value).split("; ")) == sorted(told.split("; "))


@pytest.mark.fidelity("mcp.arguments_are_read")
@pytest.mark.parametrize(("at", "given", "read"), READ)
def test_scalars_are_read_as_the_official_server_reads_them(
    at: tuple[str, str], given: Any, read: Any
) -> None:
    tool, name = at

    found = read_arguments(SCHEMAS[tool], {**BESIDE.get(tool, {}), name: given})[name]

    assert (found, type(found)) == (read, type(read))


@pytest.mark.fidelity("mcp.arguments_are_read")
@pytest.mark.parametrize(("at", "given"), UNREADABLE)
def test_a_value_that_the_official_server_refuses_is_refused(
    at: tuple[str, str], given: Any
) -> None:
    tool, name = at
    beside = {**BESIDE.get(tool, {}), **({"system_prompt": "x"} if name == "layers" else {})}

    with pytest.raises(ToolRefusal, match=rf"^{name}\b.*: expected "):
        read_arguments(SCHEMAS[tool], {**beside, name: given})


def test_a_value_that_may_be_a_secret_is_not_repeated() -> None:
    given = {"name": "n", "description": "d", "delivery": "sk-secret"}

    with pytest.raises(ToolRefusal) as refusal:
        read_arguments(SCHEMAS["tavus_tool_create"], given)

    assert str(refusal.value) == "delivery: expected object or null, found string"


def test_arguments_that_were_not_given_have_the_defaults_of_the_schema() -> None:
    arguments = read_arguments(SCHEMAS["tavus_guardrail_list"], {"page": 2})

    assert arguments == {
        "limit": 25,
        "page": 2,
        "type": "user",
        "name_or_uuid": None,
        "tags": None,
        "legacy": False,
        "verbose": False,
        "intent": None,
    }


WRITTEN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def written(schema: dict[str, Any]) -> str:
    """Write the type of a schema as an annotation does."""
    if "anyOf" in schema:
        return " | ".join(written(each) for each in schema["anyOf"])
    if "enum" in schema:
        return "str"
    if schema["type"] == "array":
        return f"list[{written(schema['items'])}]"
    return WRITTEN.get(schema["type"], "JsonObject")


def misfits(tool: Callable[..., Any], properties: Mapping[str, Any]) -> list[str]:
    """Return what a tool takes otherwise than its schema says, and what it does not take."""
    _client, *taken = inspect.signature(tool).parameters.values()
    named = {one.name: one for one in taken if one.kind is not one.VAR_KEYWORD}
    types = {name: written(schema) for name, schema in properties.items() if name != "intent"}
    missing = types.keys() - named.keys() if len(named) == len(taken) else set[str]()
    return sorted(missing) + [
        name
        for name, one in named.items()
        if one.annotation != types.get(name) or one.default is not one.empty
    ]


FUNCTIONS = {name: tool for name, tool in TOOLS.items() if not isinstance(tool, Request)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_the_arguments_of_the_recorded_schema(name: str) -> None:
    assert misfits(FUNCTIONS[name], SCHEMAS[name]["properties"]) == []


def test_arguments_that_the_schema_does_not_have_are_seen() -> None:
    async def tool(_client: object, *, pal_id: int, limit: int = 3, pal: str) -> None: ...

    properties = SCHEMAS["tavus_pal_builder_history"]["properties"]

    assert misfits(tool, properties) == ["pal_id", "limit", "pal"]
    assert misfits(tool, {**properties, "more": {"type": "string"}})[0] == "more"


REQUESTS = {name: tool for name, tool in TOOLS.items() if isinstance(tool, Request)}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_names_arguments_of_the_recorded_schema_only(name: str) -> None:
    request = REQUESTS[name]
    in_path = {field for _, field, _, _ in Formatter().parse(request.route) if field}

    assert {*in_path, *request.omit_if_empty, *request.aliases} <= {*SCHEMAS[name]["properties"]}
