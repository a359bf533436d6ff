"""An account with one record of each kind, created through the tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pytest_tavus.contract.body import json_list
from pytest_tavus.scenario.values.model import Scenario
from tests.simulator.mcp.box import ToolBoxFixture, open_toolbox

FACE = "r90bbd427f71"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The ids of the records."""

    pal_id: str
    tool_id: str
    vision_id: str
    document_id: str
    guardrail_id: str
    objectives_id: str
    dictionary_id: str
    deployment_id: str
    builder_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class FilledAccount:
    """A tool box, and the ids of the records behind it."""

    toolbox: ToolBoxFixture
    ids: Ids

    def fill_ids(self, arguments: dict[str, object]) -> dict[str, object]:
        """Replace placeholders such as ``{pal_id}`` by ids."""
        return {key: self._fill_value(value) for key, value in arguments.items()}

    def _fill_value(self, value: object) -> object:
        if (items := json_list(value)) is not None:
            return [self._fill_value(each) for each in items]
        if isinstance(value, str) and value.startswith("{"):
            return getattr(self.ids, value[1:-1], value)
        return value


@asynccontextmanager
async def fill_account(*scripts: Scenario) -> AsyncGenerator[FilledAccount]:
    """Open an account, and create one record of each kind."""
    async with open_toolbox(*scripts) as toolbox:
        yield FilledAccount(toolbox, await _create_records(toolbox))


async def _create_records(toolbox: ToolBoxFixture) -> Ids:
    tool = await toolbox.value("tavus_tool_create", name="find", description="Finds a table.")
    vision = await toolbox.value(
        "tavus_tool_create", name="see", description="Sees a badge.", origin="vision"
    )
    document = await toolbox.value(
        "tavus_document_create", document_url="https://example.com/a.pdf"
    )
    guardrail = await toolbox.value(
        "tavus_guardrail_create", guardrail_name="no_advice", guardrail_prompt="Give no advice."
    )
    goal = {"objective_name": "greet", "objective_prompt": "Greet the caller."}
    objectives = await toolbox.value("tavus_objective_create", data=[goal], name="Goals")
    dictionary = await toolbox.value("tavus_pronunciation_dictionary_create", name="Names")
    pal = await toolbox.value(
        "tavus_pal_create",
        system_prompt="You help.",
        pal_name="Ada",
        default_face_id=FACE,
        document_ids=[document["document_id"]],
        guardrail_ids=[guardrail["guardrail_id"]],
        objectives_id=objectives["objectives_id"],
        tool_ids=[tool["tool_id"]],
    )
    pal_id = pal["pal_id"]
    await toolbox.value("tavus_pal_skill_attach", pal_id=pal_id, skill_id="memory")
    deployment = await toolbox.value(
        "tavus_deployment_create",
        pal_id=pal_id,
        channel="embed",
        unique_memory_per_visitor=True,
        allowed_origins=["https://example.com"],
    )
    builder = await toolbox.value("tavus_builder_create", name="A builder", persona_id=pal_id)
    conversation = await toolbox.value("tavus_chat_start", pal_id=pal_id)
    return Ids(
        pal_id=pal_id,
        tool_id=tool["tool_id"],
        vision_id=vision["tool_id"],
        document_id=document["document_id"],
        guardrail_id=guardrail["guardrail_id"],
        objectives_id=objectives["objectives_id"],
        dictionary_id=dictionary["pronunciation_dictionary_id"],
        deployment_id=deployment["deployment_id"],
        builder_id=builder["builder_id"],
        conversation_id=conversation["conversation_id"],
    )
