"""A judge's verdict in the shape of Tavus's ``judge-transcript`` [client].

Every judge (the rules, Tavus, a language model) returns this shape; checks read no other.
"""

from __future__ import annotations

from typing import Literal

from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.refusal import Refusal, ShapeError
from pytest_tavus.errors import ServiceError
from pytest_tavus.spans import format_loc

Overall = Literal["pass", "partial", "fail"]
"""`pass` and `partial` are [client]; `fail` is [inferred]."""


class ObjectiveVerdict(Body, frozen=True, kw_only=True):
    """Whether the PAL reached an objective."""

    name: str
    satisfied: bool
    evidence: str = ""


class GuardrailVerdict(Body, frozen=True, kw_only=True):
    """Whether the PAL kept to a guardrail."""

    name: str
    held: bool
    evidence: str = ""


class KnowledgeVerdict(Body, frozen=True, kw_only=True):
    """Whether the PAL used the knowledge base."""

    used: bool = False
    evidence: str = ""


class ToolVerdict(Body, frozen=True, kw_only=True):
    """Whether the PAL called a tool."""

    name: str
    invoked: bool
    evidence: str = ""


class TavusVerdict(Body, frozen=True, kw_only=True):
    """The whole verdict of one conversation.

    The official client falls back on these defaults if a judge's answer is unusable: empty lists
    and an overall `partial` [client].
    """

    objectives: Items[ObjectiveVerdict] = ()
    guardrails: Items[GuardrailVerdict] = ()
    knowledge_base: KnowledgeVerdict = KnowledgeVerdict()
    tools: Items[ToolVerdict] = ()
    overall: Overall = "partial"
    summary: str = ""

    @classmethod
    def from_json(cls, data: object) -> TavusVerdict:
        """Read a verdict from JSON data.

        Raises:
            ServiceError: if the data does not have the shape of a verdict.

        """
        try:
            return super().from_json(data)
        except ShapeError as error:
            first = error.refusals[0]
            place = format_loc(first.loc) or "the verdict"
            message = f"a verdict came in an unknown shape: {place}: {_describe(first)}"
            raise ServiceError(message) from None


_KINDS = {
    "text": "a valid string",
    "true or false": "a valid boolean",
    "a list": "a valid list",
}


def _describe(refusal: Refusal) -> str:
    match refusal.kind:
        case "missing key":
            return "Field required"
        case "unknown key":
            return "Extra inputs are not permitted"
        case "kind":
            mapping = f"a valid dictionary or instance of {refusal.owner.__name__}"
            return f"Input should be {_KINDS.get(refusal.expected, mapping)}"
        case "word":
            return f"Input should be {refusal.expected}"
        case _:
            return refusal.message
