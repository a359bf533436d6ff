"""Resources and prompts: like the official server, it lists none of them [client]."""

from __future__ import annotations

from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp_types import (
    INVALID_PARAMS,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

Context = ServerRequestContext[object, object]
Page = PaginatedRequestParams | None


async def list_no_resources(_context: Context, _page: Page) -> ListResourcesResult:
    """Answer ``resources/list``."""
    return ListResourcesResult(resources=[])


async def list_no_templates(_context: Context, _page: Page) -> ListResourceTemplatesResult:
    """Answer ``resources/templates/list``."""
    return ListResourceTemplatesResult(resource_templates=[])


async def list_no_prompts(_context: Context, _page: Page) -> ListPromptsResult:
    """Answer ``prompts/list``."""
    return ListPromptsResult(prompts=[])


async def refuse_resource(
    _context: Context, params: ReadResourceRequestParams
) -> ReadResourceResult:
    """Refuse ``resources/read``."""
    uri = str(params.uri)
    raise MCPError(INVALID_PARAMS, f"Resource not found: {uri!r}", {"uri": uri})


async def refuse_prompt(_context: Context, params: GetPromptRequestParams) -> GetPromptResult:
    """Refuse ``prompts/get``."""
    raise MCPError(INVALID_PARAMS, f"Unknown prompt: {params.name!r}")
