"""The door at `/mcp`: streamable HTTP in both eras of the protocol, without sessions.

It is made of the SDK's low-level server, which sends stored definitions as they are and leaves the
rest to us: what a failed call looks like, and how a client hears that the list has changed. What a
tool does, and whether its arguments are right, is the tool box's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp_types import (
    PARSE_ERROR,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.toolbox import McpToolResult
from pytest_tavus.simulator.server.http.body_limits import replay_body
from pytest_tavus.simulator.server.http.json_text import (
    JsonTextError,
    json_text,
    require_few_values,
)
from pytest_tavus.simulator.server.mcp.changes import ChangeStreams, EarlierEraStream
from pytest_tavus.simulator.server.mcp.empty import (
    list_no_prompts,
    list_no_resources,
    list_no_templates,
    refuse_prompt,
    refuse_resource,
)
from pytest_tavus.simulator.server.mcp.late import McpEndpoint
from pytest_tavus.simulator.server.site import Endpoint

Context = ServerRequestContext[Any, Any]


class Tools(Protocol):
    """Tools by name: how they are listed, and a way to call them."""

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """Return the definitions, as they are listed."""
        ...

    async def call(self, name: str, arguments: Mapping[str, Any]) -> McpToolResult:
        """Do what a tool is for. An unknown name and wrong arguments are results too."""
        ...


NAME = "tavus"
"""What the server calls itself, as the official one does [client]. That one also gives a model
instructions; they are Tavus's own words, and none stand in for them here."""


def build_mcp_endpoint(
    tools: Tools,
    *,
    version: str,
    protect: Callable[[ASGIApp], ASGIApp],
    knows: Callable[[str], bool],
) -> McpEndpoint:
    """Open the MCP server. `protect` stands before it, and lets through who may use it.

    `knows` tells whether an access token is good.
    """
    changes = ChangeStreams()
    manager = StreamableHTTPSessionManager(
        app=_build_server(tools, version, changes), json_response=True, stateless=True
    )
    app = EarlierEraStream(_ValueLimit(StreamableHTTPASGIApp(manager)), changes=changes)
    return McpEndpoint(
        endpoint=Endpoint(routes=(Route("/mcp", endpoint=protect(app)),), lifespan=manager.run),
        notify_tools_changed=changes.publish,
        end_streams=changes.end,
        accepts_token=knows,
    )


class _ValueLimit:
    """Refuses a message of too many values, which the SDK would parse with everybody waiting."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        try:
            require_few_values(body.decode("utf-8", "replace"))
        except JsonTextError as error:
            problem = {"code": PARSE_ERROR, "message": f"the body {error}"}
            refusal = {"jsonrpc": "2.0", "id": None, "error": problem}
            await JSONResponse(refusal, status_code=400)(scope, receive, send)
        else:
            await self._app(scope, replay_body(body, receive), send)


class _AnnouncingServer(Server[Any]):
    """Says in the handshake that it tells of changes. The SDK has no argument for it."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        return super().create_initialization_options(
            notification_options or NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
        )


def _build_server(tools: Tools, version: str, changes: ChangeStreams) -> Server[Any]:
    async def list_tools(
        _context: Context, _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[Tool.model_validate(each) for each in tools.definitions()])

    async def call_tool(_context: Context, params: CallToolRequestParams) -> CallToolResult:
        return await _call_tool(tools, params.name, params.arguments or {})

    def schema_of(name: str) -> Mapping[str, Any] | None:
        return next((t["inputSchema"] for t in tools.definitions() if t["name"] == name), None)

    server = _AnnouncingServer(
        NAME,
        version=version,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_subscriptions_listen=changes.listen,
        on_list_resources=list_no_resources,
        on_list_resource_templates=list_no_templates,
        on_read_resource=refuse_resource,
        on_list_prompts=list_no_prompts,
        on_get_prompt=refuse_prompt,
    )
    # Without it, each call lists every tool first. The SDK asks for it since 2.3.
    server.get_tool_input_schema = schema_of
    return server


async def _call_tool(tools: Tools, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """Call a tool. Whatever goes wrong is a result that says so, as at the official one [client].

    The protocol would have an unknown tool be an error of the request; the official server tells
    it as a failed call.
    """
    try:
        result = await tools.call(name, arguments)
    except Exception as error:  # noqa: BLE001 - a tool that breaks must not break the connection
        return _build_error_result(
            f"Error calling tool {name!r}: {str(error) or type(error).__name__}"
        )
    return (
        _build_result(result.value) if result.error is None else _build_error_result(result.error)
    )


def _build_result(value: Any) -> CallToolResult:
    """Return an answer as text, an object beside it as an object, nothing as nothing [client]."""
    text = json_text(value)
    return CallToolResult(
        content=[] if value is None else [TextContent(text=text)],
        structured_content=json_object(value),
        is_error=False,
    )


def _build_error_result(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)
