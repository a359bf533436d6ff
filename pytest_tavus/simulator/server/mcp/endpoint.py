"""The endpoint at `/mcp`: streamable HTTP in both eras of the protocol, without sessions.

It uses the SDK's low-level server, which sends the recorded definitions unchanged. This module adds
the results of failed calls and the notifications of changes. The tool box validates arguments and
runs the tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

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

from pytest_tavus.contract.body import JsonDict, json_object
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

Context = ServerRequestContext[object, object]


class Tools(Protocol):
    """Tools by name, with the definitions that ``tools/list`` answers."""

    def definitions(self) -> Sequence[Mapping[str, object]]: ...

    async def call(self, name: str, arguments: Mapping[str, object]) -> McpToolResult:
        """Run a tool. An unknown name and invalid arguments give a result with an error."""
        ...


NAME = "tavus"
"""The name of the official server [client]. The official server also sends instructions for models;
this server sends none, because their text belongs to Tavus."""


def build_mcp_endpoint(
    tools: Tools,
    *,
    version: str,
    protect: Callable[[ASGIApp], ASGIApp],
    accepts_token: Callable[[str], bool],
) -> McpEndpoint:
    """Build the MCP server. `protect` wraps it, and refuses requests without authorization."""
    changes = ChangeStreams()
    manager = StreamableHTTPSessionManager(
        app=_build_server(tools, version, changes), json_response=True, stateless=True
    )
    app = EarlierEraStream(_ValueLimit(StreamableHTTPASGIApp(manager)), changes=changes)
    return McpEndpoint(
        endpoint=Endpoint(routes=(Route("/mcp", endpoint=protect(app)),), lifespan=manager.run),
        notify_tools_changed=changes.publish,
        end_streams=changes.end,
        accepts_token=accepts_token,
    )


class _ValueLimit:
    """Refuses a message of too many values, because the SDK would block the loop to parse it."""

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


class _AnnouncingServer(Server[object]):
    """Announces notifications of changes in the handshake. The SDK has no argument for that."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, JsonDict] | None = None,
        extensions: dict[str, JsonDict] | None = None,
    ) -> InitializationOptions:
        return super().create_initialization_options(
            notification_options or NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
        )


def _build_server(tools: Tools, version: str, changes: ChangeStreams) -> Server[object]:
    async def list_tools(
        _context: Context, _page: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[Tool.model_validate(tool) for tool in tools.definitions()])

    async def call_tool(_context: Context, params: CallToolRequestParams) -> CallToolResult:
        return await _call_tool(tools, params.name, params.arguments or {})

    def find_schema(name: str) -> JsonDict | None:
        schemas = (tool["inputSchema"] for tool in tools.definitions() if tool["name"] == name)
        return json_object(next(schemas, None))

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
    # Otherwise the SDK, since 2.3, lists every tool before each call to find its schema.
    server.get_tool_input_schema = find_schema
    return server


async def _call_tool(tools: Tools, name: str, arguments: Mapping[str, object]) -> CallToolResult:
    """Call a tool. Every failure is a result with an error, as at the official server [client].

    The protocol treats an unknown tool as an error of the request; the official server answers it
    as a failed call.
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


def _build_result(value: object) -> CallToolResult:
    """Return JSON as text, an object also as structured content, `None` as no content [client]."""
    text = json_text(value)
    return CallToolResult(
        content=[] if value is None else [TextContent(text=text)],
        structured_content=json_object(value),
        is_error=False,
    )


def _build_error_result(sentence: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=sentence)], is_error=True)
