"""The reference page of the scenario language, derived from the shapes that read scenarios."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from pytest_tavus.contract.json_schema import describe_field
from pytest_tavus.contract.reader import plan_of
from pytest_tavus.matching.matchers.registry import MATCHERS
from pytest_tavus.scenario.language.heads import Parametrize
from pytest_tavus.scenario.language.schema import WholeFile, WholeScenario, json_schema
from pytest_tavus.scenario.text.plain import is_list
from pytest_tavus.scenario.values.answer_values import (
    CannedAnswer,
    ClientAnswer,
    HandlerSpec,
    TokenAnswer,
)
from pytest_tavus.scenario.values.call_values import (
    CallExpectation,
    CallPattern,
    PlayedCall,
    Times,
    Wave,
    WrittenGroup,
)
from pytest_tavus.scenario.values.forms import Part
from pytest_tavus.scenario.values.judge_values import (
    GuardrailRule,
    JudgeExpectation,
    JudgeRules,
    Mark,
    ObjectiveRule,
)
from pytest_tavus.scenario.values.turn_values import (
    EventExpectation,
    PlayedLater,
    Plays,
    SpeechExpectation,
    Turn,
)

PARTS: tuple[type[Part], ...] = (
    WholeFile,
    WholeScenario,
    Turn,
    CallExpectation,
    Times,
    WrittenGroup,
    CallPattern,
    SpeechExpectation,
    EventExpectation,
    Plays,
    PlayedCall,
    Wave,
    PlayedLater,
    HandlerSpec,
    CannedAnswer,
    TokenAnswer,
    ClientAnswer,
    JudgeExpectation,
    JudgeRules,
    ObjectiveRule,
    GuardrailRule,
    Mark,
    Parametrize,
)
"""The parts of the language, in the order of the page."""

_INTRODUCTION = """\
# The scenario language

Generated from the models that read the files; `pytest-tavus schema` prints the same as a JSON
Schema for editors. An unknown key is an error, with its line. A file has `scenarios`, or is itself
one scenario with `turns`; what a scenario says replaces what the file says.

Durations are `2s`, `300ms`, `1.5s`, or a number of seconds. Placeholders: `{order_id}` reads the
arguments of the calls, `{result.eta}` an answer, `{saved.x}` what an earlier turn kept, `{env.X}`
a variable named under `env`, `{row.x}` a row of `parametrize`; `{{` and `}}` are braces.
"""

_MATCHERS = """\
## Matchers

They stand where values are compared: in `arguments`, `result`, `when`, `properties`, `contains` and
`not`. `!re "^A-"` can also be written `{$re: "^A-"}`; data that looks so is `{$literal: {...}}`.

| matcher | takes | fits |
|---|---|---|
"""


def markdown() -> str:
    schema = json_schema()
    sections = "\n".join(_section(part, schema) for part in PARTS)
    rows = "".join(
        f"| `!{tag}` | {kind.takes} | {_first_line(kind)} |\n"
        for tag, kind in sorted(MATCHERS.items())
    )
    return f"{_INTRODUCTION}\n{sections}\n{_MATCHERS}{rows}"


def _section(part: type[Part], schema: dict[str, Any]) -> str:
    name = {"WholeFile": "File", "WholeScenario": "Scenario"}.get(part.__name__)
    # The schema names the whole file and the whole scenario without "Whole".
    found = schema["$defs"][name or part.__name__]
    rows = "".join(_rows(part, found))
    title = part.part[:1].upper() + part.part[1:]
    about = inspect.cleandoc(part.__doc__ or "")
    return f"## {title}\n\n{about}\n\n| key | value | meaning |\n|---|---|---|\n{rows}"


def _rows(part: type[Part], schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", [])
    for key, field in plan_of(part).fields.items():
        words = " or ".join(dict.fromkeys(_words(schema["properties"][key])))
        needed = " **Needed.**" if key in required else ""
        meaning = describe_field(field).replace("|", "\\|")
        yield f"| `{key}` | {words} | {meaning}{needed} |\n"


def _words(schema: dict[str, Any]) -> Iterator[str]:
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            yield from _words(choice)
    elif "$ref" in schema:
        yield _format_reference(schema["$ref"].rpartition("/")[2])
    # A longer list of words, such as the event types, would fill the cell of the table.
    elif "enum" in schema and len(schema["enum"]) > 8:
        yield "text"
    elif "enum" in schema or "const" in schema:
        yield from (f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    else:
        kinds = schema.get("type", "any value")
        for kind in kinds if is_list(kinds) else [kinds]:
            yield from _kind(str(kind), schema)


def _kind(kind: str, schema: dict[str, Any]) -> Iterator[str]:
    if kind == "null":
        return
    # A duration is text with this pattern: its schema has no name.
    if kind == "string" and "s|m" in schema.get("pattern", ""):
        yield "duration"
    elif kind == "array":
        inner = " or ".join(dict.fromkeys(_words(schema.get("items", {}))))
        yield f"list of ({inner})" if " or " in inner else f"list of {inner}"
    else:
        words = {"string": "text", "object": "mapping", "integer": "number", "boolean": "boolean"}
        yield words.get(kind, kind)


def _format_reference(name: str) -> str:
    part = next((part for part in PARTS if part.__name__ == name), None)
    if part is not None:
        anchor = part.part.replace(" ", "-")
        return f"[{part.part}](#{anchor})"
    shorts = {
        "ShortCall": "`{tool: arguments, ...}`",
        "ShortPattern": "`{tool: arguments}`",
        "ShortEvent": "`{type: properties}`",
        "ShortMark": "`{skip: reason}`",
        "Matcher": "matcher",
    }
    return shorts[name]


def _first_line(kind: type[object]) -> str:
    lines = inspect.cleandoc(kind.__doc__ or "").splitlines()
    return lines[0].replace("|", "\\|").replace("``", "`") if lines else ""
