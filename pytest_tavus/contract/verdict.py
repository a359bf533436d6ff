"""A judge's verdict in Tavus's own shape, as ``judge-transcript`` answers it [client].

Whoever makes one - the rules, Tavus, a language model - makes this; checks read nothing else.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ValidationError

from pytest_tavus.contract.body import Body, Items
from pytest_tavus.errors import ServiceError
from pytest_tavus.spans import format_loc

Overall = Literal["pass", "partial", "fail"]
"""`pass` and `partial` are [client]; `fail` is [inferred]."""


class ObjectiveVerdict(Body):
    """Whether one objective was reached."""

    name: str
    satisfied: bool
    evidence: str = ""


class GuardrailVerdict(Body):
    """Whether one guardrail held."""

    name: str
    held: bool
    evidence: str = ""


class KnowledgeVerdict(Body):
    """Whether the knowledge base was used."""

    used: bool = False
    evidence: str = ""


class ToolVerdict(Body):
    """Whether one tool was called."""

    name: str
    invoked: bool
    evidence: str = ""


class TavusVerdict(Body):
    """The whole verdict of one conversation.

    The defaults are what the official client falls back on when a judge answers nothing usable:
    empty lists and an overall `partial` [client].
    """

    objectives: Items[ObjectiveVerdict] = ()
    guardrails: Items[GuardrailVerdict] = ()
    knowledge_base: KnowledgeVerdict = KnowledgeVerdict()
    tools: Items[ToolVerdict] = ()
    overall: Overall = "partial"
    summary: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as JSON data, every field in it."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, data: Any) -> TavusVerdict:
        """Read a verdict from JSON data.

        Raises:
            ServiceError: if it does not have the shape of a verdict.

        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = format_loc(first["loc"]) or "the verdict"
            message = f"a verdict came in an unknown shape: {place}: {first['msg']}"
            raise ServiceError(message) from None
