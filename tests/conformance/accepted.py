"""The differences between the official MCP server's answers and ours that may be, and why."""

from __future__ import annotations

from tests.conformance.differences import Accepted

WORDS = "The texts are the official client's own; here they are written anew, in the same places."

_HANDOVER = (
    "tavus_pal_preview",
    "tavus_quickstart",
    "tavus_pal_build_and_verify",
)

ACCEPTED: tuple[Accepted, ...] = (
    Accepted(
        tools=("tavus_mcp_health_check",),
        path="/auth/source",
        reason="A key that came with the request is from no variable of the server's.",
    ),
    Accepted(tools=("tavus_pal_from_template",), path="/system_prompt", reason=WORDS),
    Accepted(tools=("tavus_scaffold_embed",), path="/files/*/content", reason=WORDS),
    Accepted(tools=("tavus_scaffold_embed",), path="/files/*/description", reason=WORDS),
    Accepted(tools=("tavus_scaffold_embed",), path="/notes/*", reason=WORDS),
    Accepted(tools=("tavus_tool_create",), path="/_tool_reuse_advisory/guidance", reason=WORDS),
    Accepted(tools=_HANDOVER, path="/deployment_options/*/description", reason=WORDS),
    Accepted(tools=_HANDOVER, path="/deployment_options/*/how_to_set_up", reason=WORDS),
    Accepted(tools=_HANDOVER, path="/next_step", reason=WORDS),
    Accepted(
        tools=("tavus_deployment_get", "tavus_deployment_create"),
        path="/integration/next_step",
        reason=WORDS,
    ),
    Accepted(tools=("tavus_deployment_get",), path="/integration/prompt_header", reason=WORDS),
    Accepted(tools=("tavus_deployment_create",), path="/integration/warning", reason=WORDS),
    Accepted(tools=("tavus_pal_capability_catalog",), path="/*/description", reason=WORDS),
    Accepted(tools=("tavus_pal_capability_catalog",), path="/*/config/*", reason=WORDS),
    Accepted(
        tools=("tavus_pal_capabilities_list",), path="/capabilities/*/description", reason=WORDS
    ),
    Accepted(tools=("tavus_pal_capabilities_list",), path="/capabilities/*/config/*", reason=WORDS),
    Accepted(
        tools=("tavus_describe_pal_options",), path="*/pal_capabilities/*/description", reason=WORDS
    ),
    Accepted(
        tools=("tavus_describe_pal_options",), path="*/pal_capabilities/*/config/*", reason=WORDS
    ),
    Accepted(
        tools=("tavus_chat_turn",),
        path="/warning",
        reason="A PAL without a script does not happen at Tavus; here a warning tells of it.",
        only_words=False,
    ),
    *(
        Accepted(
            tools=("tavus_describe_pal_options",),
            path=f"/schemas/pal_patch_model/{place}",
            reason=(
                "The official client shows the schema that pydantic makes of its model; ours is "
                "made of the rules of the API. Both name the same fields."
            ),
            only_words=False,
        )
        for place in ("title", "$defs", "properties/*/*")
    ),
)
