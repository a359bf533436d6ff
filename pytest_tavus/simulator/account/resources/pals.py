"""``/pals``: create, list, show, change, publish, delete.

At Tavus a PAL has a draft and a live version, whose rules are not documented. Here it has one
version: new conversations use each change at once, and publishing only sets a flag [inferred].

A JSON Patch applies to the masked PAL, so that no operation can read a secret. Afterwards each mask
that is still in its place is replaced by its secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

from pytest_tavus.contract.body import JsonDict, json_object
from pytest_tavus.contract.pal.layer_rules import LAYERS
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.contract.pal.rules import new_pal_problems, pal_body_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.json_patch import (
    UNCHANGED,
    apply_patch,
    is_same_json,
    read_patch,
)
from pytest_tavus.simulator.account.requests.masks import (
    mask_layers,
    mask_problems,
    unmask_layers,
)
from pytest_tavus.simulator.account.requests.pages import Query, equals, read_flag
from pytest_tavus.simulator.account.requests.refusals import bad_field, bad_request, invalid_id
from pytest_tavus.simulator.account.resource import JsonResource
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_references

NAMELESS = "Untitled PAL"
"""The name of a PAL whose creator sends none: ours."""

SERVER_SET = ("pal_id", "pal_type", "is_published", "created_at", "updated_at")
"""Fields that only the service sets."""

SKILLS = "skills"
"""The field of a record that only ``/pals/{pal_id}/skills`` answers."""

INVITE_DOMAIN = "tavusinvite.com"
"""The domain of the mail addresses of PALs [doc] conferencing username check."""

EMPTY_LAYERS: Mapping[str, None] = MappingProxyType(
    {name: None for name in LAYERS if name != "mcp"}
)
"""The layers of every PAL ([client] schemas/pal.py; their null values are [inferred])."""


PATCHED_ALONE = "/layers/conferencing"
"""A layer that needs a patch without any other field [client] meetings.py."""


def create(account: Account, request: ApiRequest) -> ApiAnswer:
    """Create a PAL. ``/pals`` requires a face; ``/personas`` does not [doc]."""
    body = read_body(PalBody, request.body, rules=new_pal_problems)
    if body.default_face_id is None and not request.former:
        raise bad_field("default_face_id", "default_face_id is missing")
    return PALS.answer(account, add_pal(account, body), request)


def show(account: Account, request: ApiRequest) -> ApiAnswer:
    """Show a PAL. `verbose` and `include_settings` make no difference here [inferred]."""
    for name in ("verbose", "include_settings"):
        read_flag(request.query, name)
    body = PALS.build_body(account, PALS.require_named(account, request), request.query)
    return ApiAnswer(body={"data": [body]} if account.options.wrapped_pal else body)


def change(account: Account, request: ApiRequest) -> ApiAnswer:
    """Change a PAL by JSON Patch; 304 if nothing changes [doc]."""
    record = PALS.require_named(account, request)
    after = _patch_record(account, record, request.body)
    if after is None:
        return UNCHANGED
    # A patch can bring back the punctuation that `plain_names` removes.
    after["pal_name"] = _name(account, after["pal_name"])
    after["updated_at"] = account.timestamp()
    return PALS.answer(account, account.pals.put(record["pal_id"], after), request)


def publish(account: Account, request: ApiRequest) -> ApiAnswer:
    """Publish a PAL. The path is [inferred] from the name of the documents' page."""
    record = PALS.require_named(account, request)
    record.update(is_published=True, updated_at=account.timestamp())
    return PALS.answer(account, record, request)


def add_pal(account: Account, written: PalBody | JsonDict) -> JsonDict:
    """Add a PAL and return its record. A JSON object is a draft, which may lack a prompt."""
    if isinstance(written, PalBody):
        body = written
    else:
        body = read_body(PalBody, dict(written), rules=pal_body_problems)
    check_references(account, body)
    fields: JsonDict = {
        **_fields(body),
        "pal_name": _name(account, body.pal_name or NAMELESS),
        "pal_type": "user",
        "is_published": False,
        SKILLS: {},
    }
    return PALS.add(account, fields)


def _name(account: Account, name: str | None) -> str:
    """Return the name to keep: Tavus is reported to remove punctuation [wild]."""
    name = name or NAMELESS
    return re.sub(r"[^\w\s-]", "", name) if account.options.plain_names else name


def _fields(body: PalBody) -> JsonDict:
    fields = body.to_json()
    return {**fields, "layers": {**EMPTY_LAYERS, **body.layers, **_build_conferencing(body.layers)}}


def _build_conferencing(layers: JsonDict) -> JsonDict:
    """Return the layer with `email`, the address that invites the PAL to a meeting [client]."""
    conferencing = json_object(layers.get("conferencing"))
    if conferencing is None or not conferencing.get("username"):
        return {}
    address = f"{conferencing['username']}@{INVITE_DOMAIN}"
    return {"conferencing": {**conferencing, "email": address}}


def _view(_account: Account, record: JsonDict, _query: Query) -> JsonDict:
    return {**PALS.strip_hidden(record), "layers": mask_layers(record["layers"])}


def _patch_record(account: Account, record: JsonDict, patch: object) -> JsonDict | None:
    """Return the record after a patch; `None` if nothing changes."""
    operations = read_patch(patch)
    _refuse_mixed(operations)
    refuse_if(
        problem
        for index, operation in enumerate(operations)
        for problem in mask_problems(operation.get("value"), (index, "value"))
    )
    before = _view(account, record, {})
    after = apply_patch(before, operations)
    refuse_if(_check_server_fields(before, after))
    written = {key: value for key, value in after.items() if key not in SERVER_SET}
    body = read_body(PalBody, _restore_secrets(written, record), rules=pal_body_problems)
    check_references(account, body)
    result = {**record, **_fields(body)}
    return None if is_same_json(result, record) else result


def _restore_secrets(written: JsonDict, record: JsonDict) -> JsonDict:
    layers = json_object(written.get("layers"))
    if layers is None:
        return written
    return {**written, "layers": unmask_layers(layers, record["layers"])}


def _check_server_fields(before: JsonDict, after: JsonDict) -> Iterator[RuleProblem]:
    """Yield each field of the service that a patch would change."""
    for name in SERVER_SET:
        if not is_same_json(after.get(name), before.get(name)):
            message = f"{name} is set by the server and cannot be changed"
            yield RuleProblem(loc=(name,), message=message, rule="server_set")


def _refuse_mixed(operations: list[JsonDict]) -> None:
    # A test operation changes nothing, so it may accompany either kind.
    changing = [operation["path"] for operation in operations if operation["op"] != "test"]
    alone = [path for path in changing if f"{path}/".startswith(f"{PATCHED_ALONE}/")]
    if alone and len(alone) < len(changing):
        raise bad_request(
            "conferencing cannot be changed together with authored fields: "
            "send it in a patch of its own"
        )


PALS = JsonResource(
    table=lambda account: account.pals,
    path="/pals",
    key="pal_id",
    missing=partial(invalid_id, "persona_id"),  # the former word [doc]
    prefix="p",
    # Ten rows a page from page 1 [doc], which is also page 0; the oldest row first [client].
    filters=(equals(pal_type=("user", "system")),),
    hidden=(SKILLS,),
    view=_view,
    plain={"listing": "doc", "delete": "doc"},
)
ROUTES = (
    *PALS.routes(),
    PALS.route("POST", "", create, source="doc"),
    PALS.route("GET", "/{}", show, source="client"),
    PALS.route("PATCH", "/{}", change, source="doc"),
    PALS.route("POST", "/{}/publish", publish, source="inferred"),
)
