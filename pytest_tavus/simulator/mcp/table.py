"""The table of the 81 tools: each tool is one request, or a function.

The recorded schema alone defines the arguments of a tool, with their types and defaults.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from functools import partial
from types import MappingProxyType

from msgspec import Struct, field

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import compact, without_call_link
from pytest_tavus.simulator.mcp.arguments import split_names
from pytest_tavus.simulator.mcp.building.build import build_and_verify
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.patching import (
    field_operations,
    pal_patch_paths,
    read_operations,
)
from pytest_tavus.simulator.mcp.tools import (
    account,
    capabilities,
    conversations,
    deployments,
    knowledge,
    pals,
    registry,
)

ToolFunction = Callable[..., Awaitable[Json]]
"""Takes an `ApiClient`, and by name every argument of the tool's schema but `intent`, defaults
included. Returns the answer. Raises `ToolRefusal`."""


class Request(Struct, frozen=True):
    """A tool that makes one request.

    An argument that the path names goes into the path. The other arguments are the query of a GET,
    and the body of any other method. Null arguments are not sent.
    """

    route: str
    "Method and path: ``GET /pals/{pal_id}``."

    omit_if_empty: tuple[str, ...] = ()
    "Arguments that are not sent if they are empty or false [client]."

    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    "The names under which arguments are sent."

    defaults: JsonMapping = field(default_factory=dict[str, Json])
    "Members of the query or the body that an argument of the same name replaces."

    build_payload: Callable[[JsonObject], Json] | None = None
    "Builds the query or the body from the members."

    build_answer: Callable[[Json], Json] | None = None
    "Builds the tool's answer from the API's."

    async def __call__(self, client: ApiClient, **arguments: Json) -> Json:
        method, _, path = self.route.partition(" ")
        others = {name: arguments[name] for name in arguments if f"{{{name}}}" not in path}
        # A copy, because a request stays in process and the API may keep its body.
        members = {**deepcopy(self.defaults), **self._build_arguments(others)}
        payload = self.build_payload(members) if self.build_payload else members
        path = path.format_map(arguments)
        if method == "GET":
            answer = await client.request(method, path, query=json_object(payload))
        else:
            answer = await client.request(method, path, body=payload if others else None)
        return self.build_answer(answer) if self.build_answer else answer

    def _build_arguments(self, arguments: JsonMapping) -> JsonObject:
        return {
            self.aliases.get(name, name): value
            for name, value in arguments.items()
            if (value if name in self.omit_if_empty else value is not None)
        }


def _without_empty_tags(query: JsonObject) -> JsonObject:
    lists = {name: items for name in query if (items := json_list(query[name])) is not None}
    return {**query, **{name: [item for item in lists[name] if item] for name in lists}}


_PAL_OF_A_SESSION = MappingProxyType({"pal_id": "persona_id"})
"""Conversations and builder sessions keep the old field names [client]."""

_OBJECTIVES = "/objectives/{objectives_id}"
_GUARDRAIL = "/guardrails/{guardrail_id}"
_DICTIONARY = "/pronunciation-dictionaries/{dictionary_id}"
_SKILL = "/pals/{pal_id}/skills/{skill_id}"
_BUILDER = "/builder/{builder_id}"
_END = Request("POST /conversations/{conversation_id}/end")

TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_mcp_health_check": account.check_health,
        "tavus_face_list": account.list_faces,
        "tavus_voice_list": Request("GET /voices", omit_if_empty=split_names("search sort tags")),
        "tavus_resource_list": account.list_resource,
        "tavus_pal_list": Request("GET /pals", build_answer=partial(compact, row=pals.list_row)),
        "tavus_pal_get": Request("GET /pals/{pal_id}"),
        "tavus_pal_create": pals.create,
        "tavus_pal_delete": Request("DELETE /pals/{pal_id}"),
        "tavus_patch_pal": Request(
            "PATCH /pals/{pal_id}",
            build_payload=lambda members: read_operations(members["ops"], paths=pal_patch_paths()),
        ),
        "tavus_pal_preview": pals.preview,
        "tavus_pal_from_template": pals.create_from_template,
        "tavus_quickstart": pals.create_at_once,
        "tavus_describe_pal_options": account.describe_options,
        "tavus_document_list": Request(
            "GET /documents", defaults={"sort": "desc"}, build_payload=_without_empty_tags
        ),
        "tavus_document_get": Request("GET /documents/{document_id}"),
        "tavus_document_create": Request("POST /documents"),
        "tavus_document_upload": knowledge.refuse_upload,
        "tavus_document_tags": Request("GET /documents/tags"),
        "tavus_document_chunks": Request("GET /documents/{document_id}/chunks"),
        "tavus_document_recrawl": Request("POST /documents/{document_id}/recrawl"),
        "tavus_pal_knowledge_list": knowledge.list_knowledge,
        "tavus_pal_knowledge_add": knowledge.add_knowledge,
        "tavus_pal_knowledge_remove": knowledge.remove_knowledge,
        "tavus_pal_knowledge_replace": knowledge.replace_knowledge,
        "tavus_pal_knowledge_settings_patch": knowledge.patch_knowledge_settings,
        "tavus_pal_knowledge_upload": knowledge.refuse_upload,
        "tavus_skill_list": Request("GET /skills"),
        "tavus_skill_get": Request("GET /skills/{skill_id}"),
        "tavus_pal_skills_list": Request("GET /pals/{pal_id}/skills/"),
        "tavus_pal_skill_attach": Request(f"PUT {_SKILL}", defaults={"config": {}}),
        "tavus_pal_skill_patch": Request(f"PATCH {_SKILL}"),
        "tavus_pal_skill_detach": Request(f"DELETE {_SKILL}"),
        "tavus_pal_capability_catalog": capabilities.read_catalog,
        "tavus_pal_capabilities_list": capabilities.list_capabilities,
        "tavus_pal_capability_attach": capabilities.attach,
        "tavus_pal_capability_patch": capabilities.patch,
        "tavus_pal_capability_detach": capabilities.detach,
        "tavus_meeting_configure": conversations.configure_meeting,
        "tavus_conversation_create": conversations.join_meeting,
        "tavus_conversation_end": _END,
        "tavus_chat_start": Request(
            "POST /conversations",
            omit_if_empty=split_names("custom_greeting conversation_name"),
            aliases=_PAL_OF_A_SESSION,
            defaults={"chat": True},
            build_answer=without_call_link,
        ),
        "tavus_chat_turn": conversations.chat,
        "tavus_chat_end": _END,
        "tavus_scaffold_embed": deployments.scaffold_embed,
        "tavus_deployment_list": Request(
            "GET /deployments",
            defaults={"include_thumbnails": False},
            build_answer=partial(compact, row=deployments.list_row, total="total"),
        ),
        "tavus_deployment_get": deployments.read_deployment,
        "tavus_deployment_create": deployments.create_deployment,
        "tavus_guardrail_list": Request(
            "GET /guardrails", omit_if_empty=split_names("name_or_uuid tags verbose")
        ),
        "tavus_guardrail_get": Request(f"GET {_GUARDRAIL}", omit_if_empty=split_names("verbose")),
        "tavus_guardrail_create": Request("POST /guardrails/", defaults={"tags": []}),
        "tavus_guardrail_patch": Request(f"PATCH {_GUARDRAIL}", build_payload=field_operations),
        "tavus_guardrail_delete": Request(f"DELETE {_GUARDRAIL}"),
        "tavus_guardrail_tags": Request("GET /guardrails/tags"),
        "tavus_objective_list": Request(
            "GET /objectives", omit_if_empty=split_names("name_or_uuid")
        ),
        "tavus_objective_get": Request(f"GET {_OBJECTIVES}"),
        "tavus_objective_create": Request("POST /objectives/"),
        "tavus_objective_patch": Request(
            f"PATCH {_OBJECTIVES}", build_payload=lambda members: read_operations(members["ops"])
        ),
        "tavus_objective_delete": Request(f"DELETE {_OBJECTIVES}"),
        "tavus_objective_validate": Request("POST /objectives/validate"),
        "tavus_tool_list": registry.list_tools,
        "tavus_tool_get": Request("GET /tools/{tool_id}"),
        "tavus_tool_create": registry.create_tool,
        "tavus_tool_patch": Request(
            "PATCH /tools/{tool_id}", build_payload=registry.check_placeholders
        ),
        "tavus_tool_delete": Request("DELETE /tools/{tool_id}"),
        "tavus_pal_tools_list": Request("GET /pals/{pal_id}/tools/"),
        "tavus_pal_tools_attach": registry.attach_tools,
        "tavus_pal_tools_detach": Request("DELETE /pals/{pal_id}/tools/{tool_id}"),
        "tavus_pronunciation_dictionary_list": Request("GET /pronunciation-dictionaries"),
        "tavus_pronunciation_dictionary_get": Request(f"GET {_DICTIONARY}"),
        "tavus_pronunciation_dictionary_create": Request(
            "POST /pronunciation-dictionaries/", defaults={"rules": []}
        ),
        "tavus_pronunciation_dictionary_patch": Request(
            f"PATCH {_DICTIONARY}", build_payload=field_operations
        ),
        "tavus_pronunciation_dictionary_delete": Request(f"DELETE {_DICTIONARY}"),
        "tavus_builder_create": Request("POST /builder", omit_if_empty=split_names("persona_id")),
        "tavus_builder_list": Request("GET /builder"),
        "tavus_builder_get": Request(f"GET {_BUILDER}"),
        "tavus_builder_delete": Request(f"DELETE {_BUILDER}"),
        "tavus_builder_chat_history": conversations.read_builder_chat,
        "tavus_builder_append_messages": Request(f"POST {_BUILDER}/append-messages"),
        "tavus_builder_publish": Request(f"POST {_BUILDER}/publish"),
        "tavus_pal_builder_history": Request("GET /builder/history", aliases=_PAL_OF_A_SESSION),
        "tavus_pal_build_and_verify": build_and_verify,
    }
)
