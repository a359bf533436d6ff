"""The stub answers with which the requests of tavus-cli 0.11.0 were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_tavus.simulator.account.requests.api import ApiAnswer

PAL: Mapping[str, Any] = {
    "pal_id": "p1",
    "pal_name": "A",
    "default_face_id": "r1",
    "document_ids": ["d1", "d404"],
    "document_tags": ["x"],
    "layers": {
        "conversational_flow": {"wake_phrase": "w"},
        "conferencing": {"username": "u", "email": "e"},
        "knowledge_base": {"rag_n_chunks": 1},
    },
}
BARE_PAL: Mapping[str, Any] = {
    "pal_id": "pbare",
    "pal_name": "B",
    "layers": {"perception": {"perception_model": "off"}},
}
PAL_TOOLS: list[dict[str, Any]] = [
    {
        "tool_id": "t1",
        "name": "see",
        "origin": "vision",
        "delivery": {"app_message": True},
        "parameters": {"properties": {"a": {}, "b": {}}},
        "description": "d",
    },
    {
        "tool_id": "t3",
        "name": "end_call",
        "is_system_tool": True,
        "delivery": {"app_message": True},
    },
]
TOOLS: list[dict[str, Any]] = [
    {"tool_id": "t9", "name": "n", "origin": "llm", "description": "d", "secret": 1},
    {"tool_id": "t8", "name": "m", "origin": "llm"},
]
DEPLOYMENT: Mapping[str, Any] = {
    "deployment_id": "dep1",
    "pal_id": "p1",
    "channel": "embed",
    "status": "inactive",
    "name": "A Embed",
}
CHAT = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


def answer(method: str, path: str, body: Any) -> ApiAnswer:
    """Answer a request as the recorder did."""
    if method == "DELETE" or path.endswith("/end"):
        return ApiAnswer(status=204)
    resource, *rest = path.strip("/").split("/")
    found = _ANSWERS.get(resource, _anything)(method, rest, body)
    return found if isinstance(found, ApiAnswer) else ApiAnswer(body=found)


def _pals(method: str, rest: list[str], body: Any) -> Any:  # noqa: PLR0911 - a row for each route
    match method, rest:
        case "GET", []:
            return {"data": [{"pal_id": "p1", "pal_name": "A", "more": 1}], "total_count": 7}
        case "POST", []:
            return {"pal_id": "pnew", "pal_name": body.get("pal_name")}
        case "PATCH", [_]:
            return ApiAnswer(status=304)
        case _, ["pbare"]:
            return BARE_PAL
        case _, [_]:
            return PAL
        case _, [_, "tools", *_]:
            return {"data": PAL_TOOLS}
        case _:
            return {"data": {"memory": {"skill_id": "memory", "config": {}}}}


def _tools(method: str, rest: list[str], body: Any) -> Any:
    if method == "POST":
        return {**body, "tool_id": "tn"}
    return {"data": TOOLS, "total_count": 2} if not rest else TOOLS[0]


def _deployments(method: str, rest: list[str], body: Any) -> Any:
    if method == "POST":
        return {**DEPLOYMENT, "channel": body["channel"], "status": body["status"]}
    if not rest:
        return {"data": [DEPLOYMENT], "total": 9}
    channel = "landing-page" if rest[0] == "dep2" else "embed"
    return {**DEPLOYMENT, "deployment_id": rest[0], "channel": channel}


def _documents(_method: str, rest: list[str], _body: Any) -> Any:
    missing = rest == ["d404"]
    return ApiAnswer(status=404, body={"error": "no"}) if missing else {"data": [{"id": 1}]}


def _conversations(method: str, _rest: list[str], _body: Any) -> Any:
    url = {"conversation_url": "https://room"} if method == "POST" else {}
    return {"conversation_id": "c1", **url}


def _builder(method: str, rest: list[str], _body: Any) -> Any:
    return {"session": {"chat_history": CHAT}} if method == "GET" and rest else {"sessions": []}


def _faces(_method: str, _rest: list[str], _body: Any) -> Any:
    return {"data": [{"face_id": "rstock", "face_name": "S"}], "total_count": 1}


def _anything(_method: str, _rest: list[str], _body: Any) -> Any:
    return {"data": [{"id": 1}, {"id": 2}], "total_count": 2}


_ANSWERS = {
    "pals": _pals,
    "tools": _tools,
    "deployments": _deployments,
    "documents": _documents,
    "conversations": _conversations,
    "builder": _builder,
    "faces": _faces,
}
