"""What must hold for the body of ``POST /v2/pals``, beyond its shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.layer_rules import layer_problems
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.auth import SECRET_MASK
from pytest_tavus.contract.tool.rules import attached_problems


def pal_body_problems(pal: PalBody) -> Iterator[RuleProblem]:
    """Yield what is wrong with a PAL that is there; a draft may still lack its prompt."""
    yield from layer_problems(pal.layers)
    yield from _masked_keys(pal.layers)
    yield from _mode_problems(pal)
    yield from attached_problems(pal.tool_ids)


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
