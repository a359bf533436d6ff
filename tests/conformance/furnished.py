"""An account with one of everything, made over REST, alike each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.server.fixture import TavusServer

FACE = "r90bbd427f71"
"""A stock face."""

SEED = 1
PATIENCE = 20.0


class Account:
    """The account of a server, over REST."""

    def __init__(self, server: TavusServer) -> None:
        self._server = server
        self._http = httpx.Client(
            base_url=f"{server.url}/v2", headers={"x-api-key": server.api_key}, timeout=PATIENCE
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what a request that must be granted is answered with."""
        answer = self._http.request(method, path, json=body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def furnish(self) -> Ids:
        """Make the account as it is at the start, and put one of everything into it."""
        self._server.reset(seed=SEED)
        made = {name: self.ask("POST", path, body)[field] for name, field, path, body in _THINGS}
        pal_id = self.ask("POST", "/pals", _pal(made))["pal_id"]
        self.ask("PUT", f"/pals/{pal_id}/skills/memory", {})
        made["pal_id"] = pal_id
        for name, field, path, body in _things_of(pal_id):
            made[name] = self.ask("POST", path, body)[field]
        return Ids(made)


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of what there is, by the name of their field."""

    by_name: Mapping[str, str]

    def filled(self, value: Any) -> Any:
        """Put ids where a text asks for one: ``{pal_id}``."""
        if (found := json_object(value)) is not None:
            return {name: self.filled(each) for name, each in found.items()}
        if (items := json_list(value)) is not None:
            return [self.filled(each) for each in items]
        if isinstance(value, str) and value.startswith("{") and value[1:-1] in self.by_name:
            return self.by_name[value[1:-1]]
        return value

    def __getitem__(self, name: str) -> str:
        return self.by_name[name]


Thing = tuple[str, str, str, dict[str, Any]]
"""What its id is called here, and in the answer; where it is made, and of what."""

_FIND = {"name": "find", "description": "Finds.", "delivery": {"app_message": True}}
_SEE = {"name": "see", "description": "Sees a badge.", "origin": "vision"}
_BEARER = {"type": "bearer", "token": "swordfish"}
_SECRETIVE = {
    "name": "order",
    "description": "Orders.",
    "delivery": {"api": {"url": "https://api.example.com/orders", "auth": _BEARER}},
}
_GOAL = {"objective_name": "greet", "objective_prompt": "Greet the caller."}
_KIND = {"guardrail_name": "kind", "guardrail_prompt": "Be kind."}
_CRAWLED = {"document_url": "https://example.com", "crawl": {"depth": 1, "max_pages": 5}}
_DICTIONARIES = "/pronunciation-dictionaries"

_THINGS: tuple[Thing, ...] = (
    ("tool_id", "tool_id", "/tools", _FIND),
    ("vision_id", "tool_id", "/tools", _SEE),
    ("secretive_id", "tool_id", "/tools", _SECRETIVE),
    ("document_id", "document_id", "/documents", {"document_url": "https://example.com/a.pdf"}),
    ("crawled_id", "document_id", "/documents", _CRAWLED),
    ("guardrail_id", "guardrail_id", "/guardrails", _KIND),
    ("objectives_id", "objectives_id", "/objectives", {"name": "Goals", "data": [_GOAL]}),
    ("dictionary_id", "pronunciation_dictionary_id", _DICTIONARIES, {"name": "Names", "rules": []}),
)


def _pal(made: Mapping[str, str]) -> dict[str, Any]:
    return {
        "pal_name": "Ada",
        "system_prompt": "You help.",
        "default_face_id": FACE,
        "document_ids": [made["document_id"]],
        "guardrail_ids": [made["guardrail_id"]],
        "objectives_id": made["objectives_id"],
        "tool_ids": [made["tool_id"]],
    }


def _things_of(pal_id: str) -> tuple[Thing, ...]:
    deployed = {"pal_id": pal_id, "channel": "embed", "name": "Ada Embed"}
    origins = {"allowed_origins": ["https://example.com"]}
    chat = {"persona_id": pal_id, "chat": True}
    return (
        ("deployment_id", "deployment_id", "/deployments", {**deployed, **origins}),
        ("builder_id", "builder_id", "/builder", {"name": "A builder", "persona_id": pal_id}),
        ("conversation_id", "conversation_id", "/conversations", chat),
    )
