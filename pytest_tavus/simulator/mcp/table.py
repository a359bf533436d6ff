"""Every tool by its local name, joined from the modules that have them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_tavus.simulator.mcp.building import building
from pytest_tavus.simulator.mcp.plain import ToolFunction
from pytest_tavus.simulator.mcp.tools import (
    builders,
    capabilities,
    chats,
    deployments,
    dictionaries,
    documents,
    embed,
    guardrails,
    health,
    knowledge,
    meetings,
    objectives,
    options,
    pals,
    registry,
    resources,
    skills,
)

TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        **health.TOOLS,
        **pals.TOOLS,
        **options.TOOLS,
        **documents.TOOLS,
        **knowledge.TOOLS,
        **skills.TOOLS,
        **capabilities.TOOLS,
        **resources.TOOLS,
        **meetings.TOOLS,
        **chats.TOOLS,
        **embed.TOOLS,
        **guardrails.TOOLS,
        **objectives.TOOLS,
        **registry.TOOLS,
        **dictionaries.TOOLS,
        **deployments.TOOLS,
        **builders.TOOLS,
        **building.TOOLS,
    }
)
"""What each of the tools does."""
