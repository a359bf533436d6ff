"""A PAL: the body of ``POST /v2/pals``, and the PAL of a file with its tools and objectives.

Tavus attaches tools, objectives and guardrails by id. A PAL file contains them, under `tools`,
`objectives` and `guardrails`, each in its own vocabulary. `judge_rules` is this project's own.

A PAL for a simulated conversation may be partial. So a missing `system_prompt` or face, which
Tavus would refuse on create, is a lint and not an error here.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from msgspec import field

from pytest_tavus.contract.annotations import HIDDEN
from pytest_tavus.contract.body import Body, Items, json_object
from pytest_tavus.contract.pal.objective import Guardrail, ObjectiveSet
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.contract.tool.tool import Tool

ALIASES: Mapping[str, str] = {
    "persona_id": "pal_id",
    "persona_name": "pal_name",
    "persona_type": "pal_type",
    "persona_description": "pal_description",
    "default_replica_id": "default_face_id",
}
"""Older spellings of PAL fields. The API accepts both spellings on either route ([client]; the
rows for type and description are [inferred])."""

FLOW_ALIASES: Mapping[str, str] = {
    "replica_interruptibility": "face_interruptibility",
    "pal_interruptibility": "face_interruptibility",
}
"""Older spellings inside `layers.conversational_flow` ([client], and [wild] for `pal_`)."""


class PalBody(Body, frozen=True, kw_only=True):
    """A PAL in a request to the API, in the present vocabulary ([doc], [client]).

    The body has no field that the server sets, and no resource that Tavus stores elsewhere.
    """

    pal_name: str | None = None
    system_prompt: str | None = None
    pipeline_mode: Literal["full", "echo", "speech-to-speech"] = "full"
    default_face_id: str | None = None
    greeting: str | None = None
    context: str | None = None
    layers: Annotated[dict[str, Any], HIDDEN] = field(default_factory=dict[str, Any])
    memories: Items[str] = ()
    objectives_id: str | None = None
    guardrail_ids: Items[str] = ()
    guardrail_tags: Items[str] = ()
    guardrails_id: str | None = None
    "A legacy guardrail set [doc]; the client has no such field since 0.8.0."

    document_ids: Items[str] = ()
    document_tags: Items[str] = ()
    tool_ids: Items[str] = ()
    is_template: bool | None = None
    pal_description: str | None = None
    disclosure_type: str | None = None
    verbal_disclosure: str | None = None
    visual_disclosure: str | None = None


class Pal(PalBody, frozen=True, kw_only=True):
    """One PAL with its tools."""

    pal_name: str = "Agentic Tavus PAL"  # pyright: ignore[reportIncompatibleVariableOverride]  # frozen
    "The default is the client's [client]."

    pal_id: str | None = None
    "The server or the client sets this field and the seven below; a pasted PAL may have them."

    pal_type: str | None = None
    is_published: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    pal_url: str | None = None
    test_url: str | None = None
    deploy_url: str | None = None

    tools: Items[Tool] = ()
    objectives: ObjectiveSet | None = None
    guardrails: Items[Guardrail] = ()
    judge_rules: dict[str, Any] | None = None
    "Rules for the deterministic judge, as the author wrote them; never sent to Tavus."

    @classmethod
    def rewrite(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body in the present vocabulary."""
        body = _rename_keys(data, ALIASES)
        if (layers := json_object(body.get("layers"))) is None:
            return body
        if (flow := json_object(layers.get("conversational_flow"))) is None:
            return body
        layers = {**layers, "conversational_flow": _rename_keys(flow, FLOW_ALIASES)}
        return {**body, "layers": layers}

    def tool(self, name: str) -> Tool | None:
        """Return the tool of that name, `None` if there is none."""
        for tool in self.tools:
            if tool.name == name:
                return tool
        return None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield every secret of the tools and layers, each after the name of its source."""
        for name, layer in self.layers.items():
            key = (json_object(layer) or {}).get("api_key")
            if isinstance(key, str) and key:
                yield f"api_key of {name}", key
        for tool in self.tools:
            yield from ((f"secret of {tool.name}", secret) for secret in tool.secrets())


def _rename_keys(body: dict[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    # Equal values under both spellings are allowed: a pasted PAL may have both.
    result = {key: value for key, value in body.items() if key not in aliases}
    for old, new in aliases.items():
        if old not in body:
            continue
        if result.get(new, body[old]) != body[old]:
            refuse(f"{old} and {new} are two spellings of one field and have different values")
        result[new] = body[old]
    return result
