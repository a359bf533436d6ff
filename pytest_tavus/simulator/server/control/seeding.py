"""Brings the PALs of scenario files into the account, so that they are there to be talked to.

They are made over the API, as a user would make them, with their tools, objectives and guardrails.
"""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import ServiceError
from pytest_tavus.simulator.account.builder.carrier import CARRIER_IDS
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.stock import FACES

_NOT_SENT = frozenset({"tools", "objectives", "guardrails", "judge_rules"})
_SET_BY_TAVUS = frozenset(
    {
        "pal_id",
        "pal_type",
        "is_published",
        "created_at",
        "updated_at",
        "pal_url",
        "test_url",
        "deploy_url",
    }
)

NO_PROMPT = "The scenario file gives this PAL no prompt."
"""A script does without one, and the API does not."""


class PalSeeder:
    """What was brought in so far, so that nothing is brought in twice."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._api = Api(account)
        self._pals: list[tuple[Pal, str]] = []
        self._tools: dict[str, tuple[Tool, str]] = {}

    def clear(self) -> None:
        """Forget what was brought in: the account was emptied."""
        self._pals.clear()
        self._tools.clear()

    async def add(self, pal: Pal) -> str:
        """Bring a PAL in and return its id; one with the same definition is there already.

        Raises:
            ServiceError: the API refuses a part of it, or a tool of that name differs.

        """
        for known, pal_id in self._pals:
            if known == pal:
                return pal_id
        pal_id = await self._create_pal(pal)
        self._pals.append((pal, pal_id))
        return pal_id

    async def _create_pal(self, pal: Pal) -> str:
        if pal.pal_id in CARRIER_IDS or self._has_pal(pal.pal_id):
            return pal.pal_id or ""
        body = {**_build_defaults(pal), **pal.to_written(without=_NOT_SENT | _SET_BY_TAVUS)}
        body["tool_ids"] = [*pal.tool_ids, *[await self._create_tool(tool) for tool in pal.tools]]
        if pal.objectives is not None:
            made = await self._post("/objectives", pal.objectives.to_written())
            body["objectives_id"] = made["objectives_id"]
        if pal.guardrails:
            made_all = [await self._post("/guardrails", one.to_written()) for one in pal.guardrails]
            body["guardrail_ids"] = [
                *pal.guardrail_ids,
                *(made["guardrail_id"] for made in made_all),
            ]
        made = await self._post("/pals", {key: value for key, value in body.items() if value})
        return self._assign_id(made["pal_id"], pal.pal_id)

    def _has_pal(self, pal_id: str | None) -> bool:
        return pal_id is not None and self._account["pals"].get(pal_id) is not None

    def _assign_id(self, made: str, wanted: str | None) -> str:
        """Give a PAL the id that its file says it has."""
        if wanted is None:
            return made
        table = self._account["pals"]
        data = table.get(made) or {}
        table.delete(made)
        table.add(wanted, {**data, "pal_id": wanted})
        return wanted

    async def _create_tool(self, tool: Tool) -> str:
        known = self._tools.get(tool.name)
        if known is not None:
            if known[0] == tool:
                return known[1]
            message = (
                f"two PALs define the tool {tool.name!r} in two ways, and an account has only one "
                "tool of a name"
            )
            raise ServiceError(message)
        made = await self._post("/tools", tool.to_written())
        self._tools[tool.name] = (tool, made["tool_id"])
        return str(made["tool_id"])

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._api.call("POST", path, body=body)
        found = json_object(answer.body)
        if answer.status >= 400 or found is None:
            message = f"POST {path} was refused with {answer.status}: {answer.body}"
            raise ServiceError(message)
        return found


def _build_defaults(pal: Pal) -> dict[str, Any]:
    """Return what the API requires of a PAL and a file may leave out."""
    required = {"default_face_id": FACES[0][0]}
    return {**required, "system_prompt": NO_PROMPT} if pal.pipeline_mode == "full" else required
