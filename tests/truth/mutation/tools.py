"""Mutants of the PAL: what its tools send, and what is heard of a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pytest_tavus.contract.behaviour import OnCall, OnResolve
from tests.truth.mutation.examples import Example
from tests.truth.mutation.leaves import GONE, Path, put
from tests.truth.mutation.mutant import Mutant, in_tool

SENT_BY_BODY = {"POST", "PUT", "PATCH"}
SECRET_KEYS = ("token", "password", "value", "client_secret", "secret")


def of_tools(example: Example, called: set[str]) -> Iterator[Mutant]:
    """Yield the mutants of the tools that the conversation calls."""
    for tool in example.pal["tools"]:
        if tool["name"] not in called:
            continue
        yield from _heard(example, tool)
        yield from _named(example, tool)
        api = tool.get("delivery", {}).get("api")
        if api is not None:
            yield from _sent(example, tool, api)
            yield from _proved(example, tool, api)


def _heard(example: Example, tool: dict[str, Any]) -> Iterator[Mutant]:
    name = tool["name"]
    for word in get_args(OnResolve):
        if word != tool.get("on_resolve"):
            yield in_tool(example, name, f"on_resolve {word}", ("on_resolve",), word)
    for word in get_args(OnCall):
        if word == tool.get("on_call"):
            continue
        changed = {key: value for key, value in tool.items() if key != "static_filler"}
        if word == "static_filler":
            changed["static_filler"] = "Hold the line."
        yield in_tool(example, name, f"on_call {word}", (), {**changed, "on_call": word})
    if "static_filler" in tool:
        yield in_tool(example, name, "filler another", ("static_filler",), "Hold the line.")


def _named(example: Example, tool: dict[str, Any]) -> Iterator[Mutant]:
    name = tool["name"]
    yield in_tool(example, name, "name another", ("name",), f"{name}_2")
    parameters = tool.get("parameters", {})
    for key, schema in parameters.get("properties", {}).items():
        other = "boolean" if schema.get("type") != "boolean" else "integer"
        path = ("parameters", "properties", key, "type")
        yield in_tool(example, name, f"type of {key}", path, other)


def _sent(example: Example, tool: dict[str, Any], api: dict[str, Any]) -> Iterator[Mutant]:
    """Drop each argument from each place that carries it, or send another one's value there."""
    name = tool["name"]
    at: Path = ("delivery", "api")
    names = list(tool.get("parameters", {}).get("properties", {}))
    method = api.get("method", "POST")
    by_body = method in SENT_BY_BODY and api.get("auth", {}).get("type") != "hmac"
    template = api.get("body_template")
    whole = template or {key: f"{{{key}}}" for key in names}
    if by_body and names:
        yield in_tool(example, name, "body of_nothing", (*at, "body_template"), {"all": True})
        for key in whole:
            path = (*at, "body_template")
            less = put(whole, (key,), GONE) or {"all": True}
            yield in_tool(example, name, f"body {key} dropped", path, less)
            fixed = {**whole, key: "fixed"}
            yield in_tool(example, name, f"body {key} fixed", path, fixed)
            texts = {**whole, key: f"<{whole[key]}>"}
            yield in_tool(example, name, f"body {key} in_a_text", path, texts)
            for other in names:
                if whole[key] != f"{{{other}}}":
                    swapped = {**whole, key: f"{{{other}}}"}
                    yield in_tool(example, name, f"body {key} as_{other}", path, swapped)
    for key in api.get("query_params", {}):
        path = (*at, "query_params", key)
        yield in_tool(example, name, f"query {key} dropped", path, GONE)
        yield in_tool(example, name, f"query {key} fixed", path, "fixed")
    for key in names:
        if f"{{{key}}}" in api["url"]:
            url = api["url"].replace(f"{{{key}}}", "fixed")
            yield in_tool(example, name, f"path {key} fixed", (*at, "url"), url)
    yield in_tool(example, name, "path another", (*at, "url"), f"{api['url']}-2")
    other = "PUT" if method != "PUT" else "POST"
    yield in_tool(example, name, f"method {other}", (*at, "method"), other)
    yield in_tool(
        example, name, "method GET", (*at, "method"), "GET" if method != "GET" else "HEAD"
    )


def _proved(example: Example, tool: dict[str, Any], api: dict[str, Any]) -> Iterator[Mutant]:
    at = ("delivery", "api", "auth")
    auth = api.get("auth")
    if auth is None:
        return
    yield in_tool(example, tool["name"], "auth dropped", at, GONE)
    for key in SECRET_KEYS:
        if key in auth:
            yield in_tool(example, tool["name"], f"auth {key}_another", (*at, key), "wrong")
            yield in_tool(example, tool["name"], f"auth {key}_stars", (*at, key), "*********")
