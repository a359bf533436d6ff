"""Pronunciation dictionaries: `/pronunciation-dictionaries` [doc], limits [client]."""

from __future__ import annotations

from typing import Any

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.dictionary import PronunciationDictionary, dictionary_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED, patched, read_patch, same
from pytest_tavus.simulator.account.requests.pages import Paging, page
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account

PAGING = Paging(limit=25, first=0, order="desc")


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a dictionary: 201 [doc]."""
    at = account.timestamp()
    dictionary_id = account.ids.new("pd_", length=16)
    row = {
        "pronunciation_dictionary_id": dictionary_id,
        **_written(_read(request.body)),
        "created_at": at,
        "updated_at": at,
    }
    return ApiAnswer(status=201, body=account["pronunciation_dictionaries"].add(dictionary_id, row))


def listed(account: Account, request: ApiRequest) -> ApiAnswer:
    """List the dictionaries, the latest first, each with its id as `uuid` too [client]."""
    kept = account["pronunciation_dictionaries"].rows()
    rows = ({"uuid": row["pronunciation_dictionary_id"], **row} for row in kept)
    return ApiAnswer(body=page(rows, request.query, paging=PAGING))


def get(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a dictionary."""
    return ApiAnswer(body=_found(account, request))


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change name or rules by JSON Patch [doc]."""
    row = _found(account, request)
    written = {"name": row["name"], "rules": row["rules"]}
    wanted = patched(written, read_patch(request.body))
    if same(wanted, written):
        return UNCHANGED
    row |= _written(_read(wanted)) | {"updated_at": account.timestamp()}
    return ApiAnswer(body=row)


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a dictionary; PALs that speak by it keep its id, which finds nothing [inferred]."""
    key = _found(account, request)["pronunciation_dictionary_id"]
    account["pronunciation_dictionaries"].delete(key)
    return ApiAnswer(status=204)


def _read(body: Any) -> PronunciationDictionary:
    return read_body(PronunciationDictionary, body, rules=dictionary_problems)


def _written(dictionary: PronunciationDictionary) -> Json:
    rules = [rule.model_dump(mode="json", exclude_none=True) for rule in dictionary.rules]
    for rule in rules:
        if rule["type"] == "ipa":
            rule["alphabet"] = "ipa"
    return {"name": dictionary.name, "rules": rules, "rules_count": len(rules)}


def _found(account: Account, request: ApiRequest) -> Json:
    refusal = not_found("Pronunciation dictionary not found")
    return account["pronunciation_dictionaries"].require(request.params["dictionary_id"], refusal)


_ALL = "/pronunciation-dictionaries"
_ONE = f"{_ALL}/{{dictionary_id}}"
ROUTES: tuple[Route, ...] = (
    Route(method="POST", path=_ALL, operation=create, source="doc"),
    Route(method="GET", path=_ALL, operation=listed, source="doc"),
    Route(method="GET", path=_ONE, operation=get, source="doc"),
    Route(method="PATCH", path=_ONE, operation=change, source="doc"),
    Route(method="DELETE", path=_ONE, operation=delete, source="doc"),
)
