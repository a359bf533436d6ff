"""The known differences between the tools of the hosted server and of the local server.

All differences are [client], from the notes of tavus-cli 0.11.0. The hosted list was never
recorded, so all other tools are taken to be the same [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import split_names

RECORDED = "tavus-mcp-0.11.0.json"
"""The unchanged result of ``tools/list`` from the official server."""

Definition = dict[str, Any]
"""One tool as the server lists it: `name`, `title`, `inputSchema`, `annotations`, ..."""


def load_recorded_definitions() -> tuple[Definition, ...]:
    """Return the 81 recorded definitions, in the order of the official server [client]."""
    text = files("pytest_tavus.simulator.mcp").joinpath(RECORDED).read_text(encoding="utf-8")
    return tuple(json.loads(text)["tools"])


RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "tavus_pal_capability_catalog": "tavus_pal_capabilities_catalog",
        "tavus_pal_knowledge_settings_patch": "tavus_pal_knowledge_settings",
    }
)
"""From the local name to the hosted one."""

ABSENT = frozenset(
    split_names(
        "tavus_document_upload tavus_pal_knowledge_upload tavus_builder_create tavus_builder_list "
        "tavus_builder_get tavus_builder_delete tavus_builder_publish tavus_builder_chat_history"
    )
)
"""Tools that read local files or administer builder sessions. The choice among the eight builder
tools is [inferred]: the notes name the tools for a PAL's history as hosted."""

BUILD = "tavus_pal_build_and_verify"

_BUILD_ARGUMENTS: Mapping[str, Definition] = MappingProxyType(
    {
        name: {"anyOf": [kind, {"type": "null"}], "default": None}
        for name, kind in {
            "pal_id": {"type": "string"},
            "briefs": {"additionalProperties": {"type": "string"}, "type": "object"},
            "transcript": {
                "items": {"additionalProperties": True, "type": "object"},
                "type": "array",
            },
        }.items()
    }
)
"""Further arguments of the hosted tool: the PAL to change, a brief for each artifact, and the
interview. `pal_id` and `briefs` are [client]; the name `transcript` is [inferred]."""


def build_hosted_definitions(local: Iterable[Definition]) -> tuple[Definition, ...]:
    return tuple(_build_hosted_definition(each) for each in local if each["name"] not in ABSENT)


def _build_hosted_definition(definition: Definition) -> Definition:
    name = definition["name"]
    if name == BUILD:
        schema = definition["inputSchema"]
        properties = {**schema["properties"], **_BUILD_ARGUMENTS}
        return {**definition, "inputSchema": {**schema, "properties": properties}}
    if name in RENAMED:
        return {**definition, "name": RENAMED[name]}
    return definition


def local_name(hosted: str) -> str:
    return next((name for name, other in RENAMED.items() if other == hosted), hosted)
