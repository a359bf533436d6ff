"""The JSON Schema of scenario files, for editors: derived from the shapes that read the files.

YAML tags are not JSON: an editor needs a list of the tags (``yaml.customTags``). The schema
describes the plain spelling of each matcher.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pytest_tavus.contract.json_schema import schema_of
from pytest_tavus.matching.matchers.registry import MATCHERS
from pytest_tavus.scenario.language.heads import FileHead, ScenarioHead
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.values.call_values import RESERVED
from pytest_tavus.scenario.values.forms import NonEmptyList
from pytest_tavus.scenario.values.turn_values import Turn


class WholeScenario(ScenarioHead, frozen=True, kw_only=True):
    """One conversation to be held, with all that must be seen in it."""

    turns: Annotated[NonEmptyList[Turn], "What is said, and what must follow."]


class WholeFile(FileHead, frozen=True, kw_only=True):
    """A scenario file: scenarios, and what holds for all of them where they do not say it."""

    scenarios: Annotated[NonEmptyList[WholeScenario], "The scenarios."]


DIALECT = "https://json-schema.org/draft/2020-12/schema"

SHIPPED = Path(__file__).with_name("schema.json")
"""The schema in the package."""


def json_schema() -> dict[str, Any]:
    """Return the schema of a file with a list of scenarios, or of a file with a single scenario."""
    file = schema_of(WholeFile)
    lone = schema_of(WholeScenario)
    defs = {**lone.pop("$defs"), **file.pop("$defs")}
    # A file with a single scenario may include other files; a scenario of a list may not.
    lone["properties"]["include"] = file["properties"]["include"]
    call = defs["CallExpectation"]["properties"]
    defs.update({"File": file, "Scenario": lone, **_short_forms(call)})
    whole = {
        "$schema": DIALECT,
        "title": "pytest-tavus scenarios",
        "if": {"required": ["scenarios"]},
        "then": {"$ref": "#/$defs/File"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": dict(sorted(defs.items())),
    }
    finished = _clean_schema(whole)
    return finished if is_dict(finished) else {}


def render_schema() -> str:
    """Return the text of `SHIPPED`, which `pytest-tavus schema` prints."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _short_forms(call: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas of mappings whose key is a name: no shape has such a key."""
    arguments = {"type": ["object", "null"]}
    beside = {key: call[key] for key in call if key in RESERVED - {"tool", "arguments"}}
    return {
        "ShortCall": {
            "description": "A tool with its arguments, beside what else must hold of the call.",
            "type": "object",
            "minProperties": 1,
            "properties": beside,
            "additionalProperties": arguments,
        },
        "ShortPattern": _single_key_schema("A tool with arguments.", arguments),
        "ShortEvent": _single_key_schema(
            "An event with its properties, or `absent` with an event.",
            {"type": ["object", "string", "null"]},
        ),
        "ShortMark": {
            "description": "A mark with its reason.",
            "type": "object",
            "minProperties": 1,
            "properties": {"skip": {"type": "string"}, "xfail": {"type": "string"}},
            "additionalProperties": False,
        },
        "Matcher": {
            "description": "A matcher in its plain spelling: `{$re: '^A-'}` is `!re '^A-'`.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                f"${tag}": {"description": _describe_payload(tag)} for tag in sorted(MATCHERS)
            },
            "additionalProperties": False,
        },
    }


def _single_key_schema(description: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": value,
    }


def _describe_payload(tag: str) -> str:
    return f"Takes {MATCHERS[tag].takes}."


def _clean_schema(value: object) -> Any:
    """Replace each `x-short` with a reference to the schema of that short spelling."""
    if is_list(value):
        return [_clean_schema(item) for item in value]
    if not is_dict(value):
        return value
    if "x-short" in value:
        return {"$ref": f"#/$defs/{value['x-short']}"}
    return {key: _clean_schema(item) for key, item in value.items()}
