"""A PAL as a conversation needs it: what the account keeps apart, written out in one value.

What is returned holds secrets: it is for a conversation, never for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from pytest_tavus.contract.body import Json, json_list
from pytest_tavus.contract.pal.objective import Guardrail, ObjectiveSet
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.reading import read_pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import HarnessError
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account


def pal_of(account: Account, pal_id: str) -> Pal:
    """Return a PAL with its tools, objectives and guardrails, and all secrets.

    It may break a rule that no route enforces: a vision tool, say, is attached before perception
    is turned on. Its tools were held to theirs when they were written.

    Raises:
        ApiRefusal: there is no such PAL.
        HarnessError: the account holds what is none.

    """
    record = PALS.get(account, pal_id)
    parts = {
        "tools": list(_tools(account, record)),
        "guardrails": list(_guardrails(account, record)),
        "objectives": _objectives(account, record),
    }
    reading = read_pal({**_fields(Pal, record), **parts})
    if reading.value is None:
        wrong = "; ".join(problem.message for problem in reading.problems)
        message = f"the account holds a PAL {pal_id!r} that is none: {wrong}"
        raise HarnessError(message)
    return reading.value


def _tools(account: Account, pal: Json) -> Iterator[Json]:
    for tool_id in pal["tool_ids"]:
        tool = account["tools"].get(tool_id)
        if tool is not None:
            yield _fields(Tool, tool)


def _objectives(account: Account, pal: Json) -> Json | None:
    row = account["objectives"].get(pal["objectives_id"] or "")
    return None if row is None else _fields(ObjectiveSet, row)


def _guardrails(account: Account, pal: Json) -> Iterator[Json]:
    """Yield the guardrails that a PAL names, has the tags of, or has in its older set; each once.

    [doc] onboarding-guide: tags take in every guardrail that has one of them.
    """
    named, tags = set(pal["guardrail_ids"]), set(pal["guardrail_tags"])
    for row in account["guardrails"].rows():
        held = json_list(row.get("data"))
        if held is not None:
            if row.get("guardrails_id") == pal["guardrails_id"]:
                yield from (_fields(Guardrail, each) for each in held)
        elif row.get("guardrail_id") in named or not tags.isdisjoint(row.get("tags") or ()):
            yield _fields(Guardrail, row)


def _fields(model: type[BaseModel], record: Json) -> Json:
    return {key: value for key, value in record.items() if key in model.model_fields}
