"""Pronunciation dictionaries: `/pronunciation-dictionaries` [doc], limits [client].

PALs keep the id of a deleted dictionary [inferred].
"""

from __future__ import annotations

from functools import partial

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.contract.resources.dictionary import PronunciationDictionary, dictionary_problems
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import Paging
from pytest_tavus.simulator.account.requests.refusals import not_found
from pytest_tavus.simulator.account.resource import JsonResource


def _read(body: object) -> JsonDict:
    dictionary = read_body(PronunciationDictionary, body, rules=dictionary_problems)
    rules = [rule.to_json(nulls=False) for rule in dictionary.rules]
    for rule in rules:
        if rule["type"] == "ipa":
            rule["alphabet"] = "ipa"
    return {"name": dictionary.name, "rules": rules, "rules_count": len(rules)}


DICTIONARIES = JsonResource(
    table=lambda account: account.pronunciation_dictionaries,
    path="/pronunciation-dictionaries",
    key="pronunciation_dictionary_id",
    placeholder="dictionary_id",
    missing=partial(not_found, "Pronunciation dictionary not found"),
    prefix="pd_",
    length=16,
    read=_read,
    patchable_fields=("name", "rules"),
    created_status=201,
    paging=Paging(limit=25, first=0, order="desc"),
    # The official client reads the id of a row from `uuid` [client].
    row_view=lambda _account, row, _query: {"uuid": row["pronunciation_dictionary_id"], **row},
    plain={"create": "doc", "listing": "doc", "show": "doc", "change": "doc", "delete": "doc"},
)
ROUTES = DICTIONARIES.routes()
