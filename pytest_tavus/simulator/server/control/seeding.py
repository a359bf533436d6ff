"""Creates the PALs of scenario files in the account.

It uses the API as a client would, and also creates their tools, objectives and guardrails.
"""

from __future__ import annotations

from pytest_tavus.contract.body import JsonDict, json_object
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
"""The prompt of a PAL whose file has none, because the API requires a prompt."""


class PalSeeder:
    """Creates each PAL and each tool once, however many scenarios share them."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._api = Api(account)
        self._pals: list[tuple[Pal, str]] = []
        self._tools: dict[str, tuple[Tool, str]] = {}

    def clear(self) -> None:
        """Forget every PAL and tool. Call this after the account was emptied."""
        self._pals.clear()
        self._tools.clear()

    async def add(self, pal: Pal) -> str:
        """Create a PAL and return its id. A PAL with an equal definition is not created again.

        Raises:
            ServiceError: the API refuses a part of the PAL, or an equally named tool differs.

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
            created = await self._post("/objectives", pal.objectives.to_written())
            body["objectives_id"] = created["objectives_id"]
        if pal.guardrails:
            guardrails = [
                await self._post("/guardrails", guardrail.to_written())
                for guardrail in pal.guardrails
            ]
            body["guardrail_ids"] = [
                *pal.guardrail_ids,
                *(guardrail["guardrail_id"] for guardrail in guardrails),
            ]
        created = await self._post("/pals", {key: value for key, value in body.items() if value})
        return self._assign_id(created["pal_id"], pal.pal_id)

    def _has_pal(self, pal_id: str | None) -> bool:
        return pal_id is not None and self._account.pals.get(pal_id) is not None

    def _assign_id(self, created_id: str, pal_id: str | None) -> str:
        """Replace the id that the API assigned by the id of the scenario file."""
        if pal_id is None:
            return created_id
        table = self._account.pals
        data = table.get(created_id) or {}
        table.delete(created_id)
        table.put(pal_id, {**data, "pal_id": pal_id})
        return pal_id

    async def _create_tool(self, tool: Tool) -> str:
        known = self._tools.get(tool.name)
        if known is not None:
            if known[0] == tool:
                return known[1]
            message = (
                f"two PALs define the tool {tool.name!r} differently, and an account has only one "
                "tool of a name"
            )
            raise ServiceError(message)
        created = await self._post("/tools", tool.to_written())
        tool_id = str(created["tool_id"])
        self._tools[tool.name] = (tool, tool_id)
        return tool_id

    async def _post(self, path: str, body: JsonDict) -> JsonDict:
        answer = await self._api.call("POST", path, body=body)
        found = json_object(answer.body)
        if answer.status >= 400 or found is None:
            message = f"POST {path} was refused with {answer.status}: {answer.body}"
            raise ServiceError(message)
        return found


def _build_defaults(pal: Pal) -> JsonDict:
    """Return the fields that the API requires and a scenario file may omit."""
    required = {"default_face_id": FACES[0][0]}
    return {**required, "system_prompt": NO_PROMPT} if pal.pipeline_mode == "full" else required
