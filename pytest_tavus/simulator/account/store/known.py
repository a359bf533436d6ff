"""Links between records: checks the ids in a request, and finds the PALs that use an id."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_tavus.contract.body import JsonDict, json_list
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.simulator.account.requests.refusals import bad_field, invalid_id
from pytest_tavus.simulator.account.store.account import Account, Table


def check_references(account: Account, body: PalBody) -> None:
    """Refuse unknown ids in a PAL. Tavus's own sentences are not known [inferred]."""
    check_ids(account.tools, body.tool_ids, field="tool_ids")
    check_ids(account.guardrails, body.guardrail_ids, field="guardrail_ids")
    if body.objectives_id:
        check_ids(account.objectives, [body.objectives_id], field="objectives_id")
    if body.default_face_id:
        check_face(account, body.default_face_id)


def check_ids(table: Table[JsonDict], ids: Iterable[str], *, field: str) -> None:
    """Refuse the first id without a record; `field` is the field of the request with the ids."""
    for each in ids:
        if table.get(each) is None:
            raise bad_field(field, f"no record has the id {each!r}")


def check_face(account: Account, face_id: str) -> None:
    """Refuse an unknown face by the former word `replica_id`, unless `any_face` is on."""
    if not account.options.any_face and account.faces.get(face_id) is None:
        raise invalid_id("replica_id")


def remove_from_pals(account: Account, field: str, key: str) -> None:
    """Remove an id from a field of every PAL; the field holds one id or a list of ids."""
    for pal in account.pals.rows():
        value = pal.get(field)
        if (ids := json_list(value)) is not None:
            pal[field] = [each for each in ids if each != key]
        elif value == key:
            pal[field] = None


def list_pals_with(account: Account, field: str, key: str) -> list[JsonDict]:
    """Return the PALs with an id in a field, the oldest first."""
    return [
        pal
        for pal in account.pals.rows()
        if pal.get(field) == key or key in (json_list(pal.get(field)) or ())
    ]
