"""Warnings about allowed settings of a tool that are probably mistakes.

The most common mistake is the default of `on_resolve`, `fire_and_forget`: the PAL never hears the
tool's answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.schema.rules import list_parameters, list_required_parameters
from pytest_tavus.contract.tool.placeholders import TemplateText, texts_of
from pytest_tavus.contract.tool.tool import Tool

_HEAR = "set on_resolve: generate_response, or response_in_result to have it spoken word for word"

_FACT = (
    r"(?:status|state|price|cost|balance|details|availability|information|info|eta|weather|"
    r"list|results?|forecast|history|schedule|stock)"
)

PROMISE = re.compile(
    r"\breturns (?:the|whether|if|all|any|every|current|a list|json)\b"
    r"|\blook(?:s|ing)? up\b"
    r"|\btells? (?:the |you |whether|if|how|what|when|where|which|who)"
    rf"|\b(?:gets?|fetch(?:es)?|retrieves?|finds?|reads?|checks?) (?:\S+ ){{0,4}}?{_FACT}\b"
    r"|\bchecks? (?:whether|if)\b"
    r"|\bsearch(?:es)? (?:for|the)\b",
    re.IGNORECASE,
)
"""Words of a description that promise an answer. The list is short, because a missed promise costs
less than a warning about a correct tool."""

_ALMOST = re.compile(r"\{\s*[A-Za-z_][\w.\- ]*\}|\{\{[^{}]*\}\}")


def tool_lints(tool: Tool) -> Iterator[RuleProblem]:
    """Yield the probable mistakes of one tool, each with its path inside the tool."""
    yield from _answer_lints(tool)
    yield from _filler_lints(tool)
    yield from _required_lints(tool)
    for text in texts_of(tool):
        yield from _optional_placeholder_lints(tool, text)
        yield from _malformed_placeholder_lints(text)


def check_answer_heard(tool: Tool) -> RuleProblem | None:
    """Return a problem if a scenario expects a tool's answer that the PAL never hears.

    The path begins inside the tool.
    """
    if tool.effective_on_resolve != "fire_and_forget":
        return None
    written = tool.on_resolve is not None
    cause = "is fire_and_forget" if written else "is not written, which means fire_and_forget"
    return RuleProblem(
        loc=("on_resolve",),
        message=f"the answer of {tool.name!r} is expected to be heard, but its on_resolve {cause}: "
        "the PAL never hears it",
        hint=_HEAR,
        rule="answer_unheard",
    )


def _answer_lints(tool: Tool) -> Iterator[RuleProblem]:
    if tool.is_perception or tool.is_post_call or tool.effective_on_resolve != "fire_and_forget":
        return
    written = tool.on_resolve is not None
    promise = PROMISE.search(tool.description)
    if promise is not None:
        cause = "is fire_and_forget" if written else "is not written, which means fire_and_forget"
        yield RuleProblem(
            loc=("on_resolve",),
            message=f"the description of {tool.name!r} promises an answer ({promise.group()!r}), "
            f"but its on_resolve {cause}: the PAL never hears it",
            hint=_HEAR,
            rule="promise_unheard",
        )
    elif not written:
        yield RuleProblem(
            loc=("on_resolve",),
            message=f"on_resolve of {tool.name!r} is not written, which means fire_and_forget: "
            "the PAL never hears the answer",
            hint="write on_resolve: fire_and_forget where that is meant",
            rule="on_resolve_default",
        )


def _filler_lints(tool: Tool) -> Iterator[RuleProblem]:
    if tool.static_filler is None or tool.is_perception or tool.is_post_call:
        return
    if tool.effective_on_call != "static_filler":
        yield RuleProblem(
            loc=("static_filler",),
            message=f"static_filler is never said: on_call is {tool.effective_on_call!r}",
            hint="set on_call: static_filler",
            rule="static_filler_unspoken",
        )


def _required_lints(tool: Tool) -> Iterator[RuleProblem]:
    known = list_parameters(tool.parameters)
    for index, name in enumerate(list_required_parameters(tool.parameters)):
        if name not in known:
            yield RuleProblem(
                loc=("parameters", "required", index),
                message=f"{name!r} is required but not described in parameters.properties: "
                "the model is not told what it is",
                rule="required_undeclared",
            )


def _optional_placeholder_lints(tool: Tool, text: TemplateText) -> Iterator[RuleProblem]:
    # Tavus's replacement of a placeholder whose argument is missing is not known.
    optional = set(list_parameters(tool.parameters)) - set(
        list_required_parameters(tool.parameters)
    )
    for name in text.names:
        if name in optional and not name.startswith(RESERVED_PREFIX):
            yield RuleProblem(
                loc=text.loc,
                message=f"the placeholder {{{name}}} stands for an optional parameter: "
                "a call may leave it out, and what is sent then is not known",
                hint=f"add {name} to parameters.required",
                rule="placeholder_optional",
            )


def _malformed_placeholder_lints(text: TemplateText) -> Iterator[RuleProblem]:
    known = {f"{{{name}}}" for name in text.names}
    for found in _ALMOST.findall(text.text):
        if found not in known:
            yield RuleProblem(
                loc=text.loc,
                message=f"{found!r} is not a placeholder and is not replaced as one: "
                "expected a name of letters, digits and _ in single braces",
                rule="placeholder_malformed",
            )
