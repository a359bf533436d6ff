"""The body of ``POST /v2/pals``: what a client may write about a PAL, and what must hold for it.

Nothing that Tavus keeps elsewhere is in it, and nothing that the server sets. What a PAL file of
this project may hold beyond that is in `pal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from pytest_tavus.contract.auth import SECRET_MASK
from pytest_tavus.contract.body import Body, Items, json_object
from pytest_tavus.contract.layer_rules import layer_problems
from pytest_tavus.contract.limits import TOOLS_PER_PAL
from pytest_tavus.contract.problem import RuleProblem


class PalBody(Body):
    """A PAL as it is written to the API, in the present vocabulary ([doc], [client])."""

    pal_name: str | None = None
    system_prompt: str | None = None
    pipeline_mode: Literal["full", "echo", "speech-to-speech"] = "full"
    default_face_id: str | None = None
    greeting: str | None = None
    context: str | None = None
    layers: dict[str, Any] = Field(default_factory=dict, repr=False)
    memories: Items[str] = ()
    objectives_id: str | None = None
    guardrail_ids: Items[str] = ()
    guardrail_tags: Items[str] = ()
    guardrails_id: str | None = None
    document_ids: Items[str] = ()
    document_tags: Items[str] = ()
    tool_ids: Items[str] = ()
    is_template: bool | None = None
    pal_description: str | None = None
    disclosure_type: str | None = None
    verbal_disclosure: str | None = None
    visual_disclosure: str | None = None


def pal_body_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Yield what is wrong with a PAL that is there; a draft may still lack its prompt."""
    yield from layer_problems(pal.layers)
    yield from _masked_keys(pal.layers)
    yield from _mode_problems(pal)
    yield from _tool_id_problems(pal)


def new_pal_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Yield what is wrong with a PAL that is to be created [client]."""
    if pal.pipeline_mode == "full" and not pal.system_prompt:
        yield RuleProblem(
            loc=("system_prompt",),
            message="system_prompt is missing: expected it because pipeline_mode is 'full'",
            rule="system_prompt_missing",
        )
    yield from pal_body_problems(pal)


def _mode_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Refuse a prompt where no language model reads it [client]."""
    if pal.pipeline_mode == "full":
        return
    for name in ("system_prompt", "context"):
        if getattr(pal, name):
            yield RuleProblem(
                loc=(name,),
                message=f"{name} must be absent when pipeline_mode is {pal.pipeline_mode!r}",
                rule="mode_prompt",
            )


def _tool_id_problems(pal: PalBody) -> Iterator[RuleProblem]:
    if len(set(pal.tool_ids)) > TOOLS_PER_PAL:
        yield RuleProblem(
            loc=("tool_ids",),
            message=f"a PAL can have at most {TOOLS_PER_PAL} tools, found {len(set(pal.tool_ids))}",
            rule="tool_count",
        )
    for index, tool_id in enumerate(pal.tool_ids):
        if not tool_id:
            message = "a tool id must not be empty"
            yield RuleProblem(loc=("tool_ids", index), message=message, rule="tool_id")


def _masked_keys(layers: dict[str, Any]) -> Iterator[RuleProblem]:
    """Refuse what stands for a hidden key in place of the key [inferred]."""
    for name, layer in layers.items():
        if (json_object(layer) or {}).get("api_key") == SECRET_MASK:
            yield RuleProblem(
                loc=("layers", name, "api_key"),
                message=f"api_key must be the value itself, found {SECRET_MASK}, "
                "which stands for a hidden secret",
                hint="leave it out to keep the one there is",
                rule="secret_masked",
            )
