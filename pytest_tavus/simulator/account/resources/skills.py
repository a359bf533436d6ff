"""``/skills`` and ``/pals/{pal_id}/skills``: Tavus's add-ons and the rules of their settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from msgspec import field

from pytest_tavus.contract.body import Body, JsonDict, json_list, json_object
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.pages import Paging
from pytest_tavus.simulator.account.requests.refusals import bad_field, not_found
from pytest_tavus.simulator.account.resource import JsonResource
from pytest_tavus.simulator.account.resources.pals import PALS, SKILLS
from pytest_tavus.simulator.account.store.account import Account

KEYS: Mapping[str, tuple[str, ...] | None] = MappingProxyType(
    {
        "magic_canvas": None,
        "presentation": ("document_ids", "slides_trigger", "prompt"),
        "internet_search": (),
        "memory": (),
    }
)
"""The configuration keys of each skill; `None` allows any."""

TRIGGERS = ("on_demand", "walk_the_deck")


def check_config(skill_id: str, config: JsonDict) -> None:
    known = KEYS.get(skill_id)
    for key in config:
        if known is not None and key not in known:
            expected = f"one of {', '.join(known)}" if known else "none: it has no configuration"
            raise bad_field("config", f"unknown key {key!r} for {skill_id}: expected {expected}")
    if skill_id == "presentation":
        _check_presentation(config)


def _check_presentation(config: JsonDict) -> None:
    ids = json_list(config.get("document_ids", ()))
    if ids is None or not all(isinstance(each, str) and each for each in ids):
        raise bad_field("config", "document_ids must be a list of ids")
    trigger = config.get("slides_trigger", TRIGGERS[0])
    if trigger is not None and trigger not in TRIGGERS:
        expected = " or ".join(TRIGGERS)
        raise bad_field("config", f"slides_trigger must be {expected}, found {trigger!r}")


class SkillBody(Body, frozen=True, kw_only=True):
    """The configuration of one skill [client]."""

    config: JsonDict = field(default_factory=dict[str, Any])


class SkillPatch(Body, frozen=True, kw_only=True):
    """A change of one skill's configuration; null removes a key [doc]."""

    config: JsonDict


class SkillsBody(Body, frozen=True, kw_only=True):
    """All skills of a PAL by id [client]."""

    skills: JsonDict


def listing(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return a PAL's skills as an object by id [doc]."""
    return ApiAnswer(body=_build_skills_body(PALS.require_named(account, request)))


def show_one(account: Account, request: ApiRequest) -> ApiAnswer:
    pal, skill_id = _require_attached(account, request)
    return ApiAnswer(body=_build_skill_body(skill_id, pal[SKILLS][skill_id]))


def put(account: Account, request: ApiRequest) -> ApiAnswer:
    """Attach a skill, or replace its configuration [doc]."""
    pal, skill_id = PALS.require_named(account, request), request.params["skill_id"]
    REGISTRY.require(account, skill_id)
    config = read_body(SkillBody, {} if request.body is None else request.body).config
    return _store_skill(account, pal, skill_id, config)


def merge(account: Account, request: ApiRequest) -> ApiAnswer:
    """Merge into the configuration of an attached skill; null removes a key [doc]."""
    pal, skill_id = _require_attached(account, request)
    config = read_body(SkillPatch, request.body).config
    return _store_skill(account, pal, skill_id, _merge_config(pal[SKILLS][skill_id], config))


def detach(account: Account, request: ApiRequest) -> ApiAnswer:
    pal, skill_id = _require_attached(account, request)
    left = {key: config for key, config in pal[SKILLS].items() if key != skill_id}
    pal.update({SKILLS: left, "updated_at": account.timestamp()})
    return ApiAnswer(status=204)


def replace_all(account: Account, request: ApiRequest) -> ApiAnswer:
    """Replace all skills of a PAL by an object of configurations [doc]."""
    pal = PALS.require_named(account, request)
    skills: JsonDict = {}
    for skill_id, written in read_body(SkillsBody, request.body).skills.items():
        REGISTRY.require(account, skill_id)
        config = json_object({} if written is None else written)
        if config is None:
            raise bad_field("skills", f"expected an object for {skill_id!r}")
        skills[skill_id] = config
    _store_skills(account, pal, skills)
    return ApiAnswer(body=_build_skills_body(pal))


def _store_skill(account: Account, pal: JsonDict, skill_id: str, config: object) -> ApiAnswer:
    _store_skills(account, pal, {**pal[SKILLS], skill_id: config})
    return ApiAnswer(body=_build_skill_body(skill_id, pal[SKILLS][skill_id]))


def _store_skills(account: Account, pal: JsonDict, skills: JsonDict) -> None:
    for skill_id, config in skills.items():
        check_config(skill_id, config)
    pal.update({SKILLS: skills, "updated_at": account.timestamp()})


def _require_attached(account: Account, request: ApiRequest) -> tuple[JsonDict, str]:
    pal, skill_id = PALS.require_named(account, request), request.params["skill_id"]
    REGISTRY.require(account, skill_id)
    if skill_id not in pal[SKILLS]:
        raise not_found("Skill is not attached to this PAL")
    return pal, skill_id


def _merge_config(kept: object, written: object) -> object:
    """Apply a JSON Merge Patch (RFC 7396)."""
    change = json_object(written)
    if change is None:
        return written
    result = dict(json_object(kept) or {})
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge_config(result.get(key), value)
    return result


def _build_skills_body(pal: JsonDict) -> JsonDict:
    return {
        skill_id: _build_skill_body(skill_id, config) for skill_id, config in pal[SKILLS].items()
    }


def _build_skill_body(skill_id: str, config: JsonDict) -> JsonDict:
    return {"skill_id": skill_id, "config": dict(config)}


REGISTRY = JsonResource(
    table=lambda account: account.skills,
    path="/skills",
    key="skill_id",
    missing=partial(not_found, "Skill not found"),
    paging=Paging(limit=25),
    plain={"listing": "client", "show": "client"},
)
_ONE = "/{}/skills/{skill_id}"
ROUTES = (
    *REGISTRY.routes(),
    PALS.route("GET", "/{}/skills", listing, source="doc"),
    PALS.route("PUT", "/{}/skills", replace_all, source="doc"),
    PALS.route("GET", _ONE, show_one, source="doc"),
    PALS.route("PUT", _ONE, put, source="doc"),
    PALS.route("PATCH", _ONE, merge, source="doc"),
    PALS.route("DELETE", _ONE, detach, source="doc"),
)
