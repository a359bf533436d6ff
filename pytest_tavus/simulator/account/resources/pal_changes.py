"""How a PAL is kept and answered, and what a JSON Patch makes of it.

It is applied to the PAL as it is shown, so that no operation can read a secret; hidden keys that
are still in their places afterwards are what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import Json, json_object
from pytest_tavus.contract.pal.layer_rules import LAYERS
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.contract.pal.rules import pal_body_problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.simulator.account.requests.bodies import read_body, refuse_if
from pytest_tavus.simulator.account.requests.json_patch import patched, read_patch, same
from pytest_tavus.simulator.account.requests.masks import (
    mask_problems,
    masked_layers,
    unmasked_layers,
)
from pytest_tavus.simulator.account.requests.refusals import bad_request
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.known import check_held

SERVER_SET = ("pal_id", "pal_type", "is_published", "created_at", "updated_at")
"""Fields that only the server sets."""

SKILLS = "skills"
"""Where a record keeps its skills; they are shown below ``/pals/{pal_id}/skills`` only."""

INVITED_AT = "tavusinvite.com"
"""Where meetings are told of [doc] conferencing username check."""

EMPTY_LAYERS: Mapping[str, None] = MappingProxyType(
    {name: None for name in LAYERS if name != "mcp"}
)
"""The layers that every PAL has ([client] schemas/pal.py; that they are null is [inferred])."""


def kept_fields(body: PalBody) -> Json:
    """Return what a record keeps of a body."""
    fields = body.model_dump(mode="json")
    return {**fields, "layers": {**EMPTY_LAYERS, **body.layers, **_invited(body.layers)}}


def _invited(layers: Json) -> Json:
    """Return the layer whose `email` is the server's: the address to invite a PAL by [client]."""
    conferencing = json_object(layers.get("conferencing"))
    if conferencing is None or not conferencing.get("username"):
        return {}
    address = f"{conferencing['username']}@{INVITED_AT}"
    return {"conferencing": {**conferencing, "email": address}}


def shown_pal(record: Json) -> Json:
    """Return a PAL as the API answers it ([client], [doc])."""
    shown = {key: value for key, value in record.items() if key != SKILLS}
    return {**shown, "layers": masked_layers(record["layers"])}


LIVE_OWNED = "/layers/conferencing"
"""Is not changed in one patch with anything that the author writes [client] meetings.py."""


def changed_pal(account: Account, record: Json, patch: Any) -> Json | None:
    """Return the record after a patch; `None` where it is the same as before.

    Raises:
        ApiRefusal: it is no patch, it cannot be applied, or a PAL cannot be so.

    """
    operations = read_patch(patch)
    _refuse_mixed(operations)
    refuse_if(
        problem
        for index, operation in enumerate(operations)
        for problem in mask_problems(operation.get("value"), (index, "value"))
    )
    before = shown_pal(record)
    after = patched(before, operations)
    refuse_if(_fixed(before, after))
    written = {key: value for key, value in after.items() if key not in SERVER_SET}
    body = read_body(PalBody, _unmasked(written, record), rules=pal_body_problems)
    check_held(account, body)
    result = {**record, **kept_fields(body)}
    return None if same(result, record) else result


def _unmasked(written: Json, record: Json) -> Json:
    layers = json_object(written.get("layers"))
    if layers is None:
        return written
    return {**written, "layers": unmasked_layers(layers, record["layers"])}


def _fixed(before: Json, after: Json) -> Iterator[RuleProblem]:
    """Yield what only the server sets, where a patch would change it."""
    for name in SERVER_SET:
        if not same(after.get(name), before.get(name)):
            message = f"{name} is set by the server and cannot be changed"
            yield RuleProblem(loc=(name,), message=message, rule="server_set")


def _refuse_mixed(operations: list[Json]) -> None:
    changing = [operation["path"] for operation in operations if operation["op"] != "test"]
    owned = [path for path in changing if f"{path}/".startswith(f"{LIVE_OWNED}/")]
    if owned and len(owned) < len(changing):
        raise bad_request(
            "conferencing cannot be changed together with authored fields: "
            "send it in a patch of its own"
        )
