"""``/pals``: create, list, show, change, publish, delete.

At Tavus a PAL has a draft and a live version, whose rules are not documented. Here it has one: what
is changed is at once what new conversations have, and publishing only says so [inferred].
"""

from __future__ import annotations

import re

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.contract.pal.rules import new_pal_problems, pal_body_problems
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.json_patch import UNCHANGED
from pytest_tavus.simulator.account.requests.pages import Paging, choice, flag, having, page
from pytest_tavus.simulator.account.requests.refusals import bad_field, invalid_id
from pytest_tavus.simulator.account.resources.pal_changes import (
    SKILLS,
    changed_pal,
    kept_fields,
    shown_pal,
)
from pytest_tavus.simulator.account.route import Route
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_held

PAGING = Paging(limit=10)
"""Ten a page [doc]; the first is 1 [doc], and 0 as well [client]. The oldest first [client]."""

NAMELESS = "Untitled PAL"
"""The name of a PAL that was given none: ours."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Create a PAL. On this route it needs a face; on the older one it does not [doc]."""
    body = read_body(PalBody, request.body, rules=new_pal_problems)
    if body.default_face_id is None and not request.former:
        raise bad_field("default_face_id", "default_face_id is missing")
    return ApiAnswer(body=shown_pal(keep_pal(account, body)))


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """List PALs, of one type if `pal_type` says which [doc]."""
    kind = choice(request.query, "pal_type", ("user", "system"))
    found = having(account["pals"].rows(), pal_type=kind)
    return ApiAnswer(body=page(map(shown_pal, found), request.query, paging=PAGING))


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Show one PAL. `verbose` and `include_settings` are read; all is shown anyway [inferred]."""
    for name in ("verbose", "include_settings"):
        flag(request.query, name)
    shown = shown_pal(found_pal(account, request.params["pal_id"]))
    return ApiAnswer(body={"data": [shown]} if account.options.wrapped_pal else shown)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a PAL by JSON Patch; 304 where that changes nothing [doc]."""
    record = found_pal(account, request.params["pal_id"])
    after = changed_pal(account, record, request.body)
    if after is None:
        return UNCHANGED
    after["pal_name"] = _name(account, after["pal_name"])
    after["updated_at"] = account.timestamp()
    return ApiAnswer(body=shown_pal(account["pals"].replace(record["pal_id"], after)))


def delete(account: Account, request: ApiRequest) -> ApiAnswer:
    """Delete a PAL; conversations with it go on."""
    pal_id = found_pal(account, request.params["pal_id"])["pal_id"]
    account["pals"].delete(pal_id)
    return ApiAnswer(status=204)


def publish(account: Account, request: ApiRequest) -> ApiAnswer:
    """Publish a PAL. The path is [inferred] from the name of the documents' page."""
    record = found_pal(account, request.params["pal_id"])
    record.update(is_published=True, updated_at=account.timestamp())
    return ApiAnswer(body=shown_pal(record))


def found_pal(account: Account, pal_id: str) -> Json:
    """Return the record of a PAL, its secrets included.

    Raises:
        ApiRefusal: there is none: 400, in the older word [doc].

    """
    return account["pals"].require(pal_id, invalid_id("persona_id"))


def keep_pal(account: Account, written: PalBody | Json) -> Json:
    """Keep a new PAL and return its record. A mapping is a draft, which may lack its prompt.

    Raises:
        ApiRefusal: a field is wrong, or names a tool or a face that is not there.

    """
    if isinstance(written, PalBody):
        body = written
    else:
        body = read_body(PalBody, dict(written), rules=pal_body_problems)
    check_held(account, body)
    pal_id, now = account.ids.new("p"), account.timestamp()
    record: Json = {
        "pal_id": pal_id,
        **kept_fields(body),
        "pal_name": _name(account, body.pal_name or NAMELESS),
        "pal_type": "user",
        "is_published": False,
        "created_at": now,
        "updated_at": now,
        SKILLS: {},
    }
    return account["pals"].add(pal_id, record)


def _name(account: Account, name: str | None) -> str:
    """Return a name as it is kept: at Tavus punctuation is said to be lost [wild]."""
    name = name or NAMELESS
    return re.sub(r"[^\w\s-]", "", name) if account.options.plain_names else name


ROUTES = (
    Route(method="POST", path="/pals", operation=create, source="doc"),
    Route(method="GET", path="/pals", operation=listing, source="doc"),
    Route(method="GET", path="/pals/{pal_id}", operation=show, source="client"),
    Route(method="PATCH", path="/pals/{pal_id}", operation=change, source="doc"),
    Route(method="DELETE", path="/pals/{pal_id}", operation=delete, source="doc"),
    Route(method="POST", path="/pals/{pal_id}/publish", operation=publish, source="inferred"),
)
