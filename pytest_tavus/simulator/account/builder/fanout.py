"""Drafting: `draft-fanout`, and the routes by which clients up to 0.3 drafted. [client].

The client of 0.11.0 patches prompt, name, description and greeting itself, from the last frame; all
else is attached here, as it is by the older routes. Frames before the last one are [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Callable

from pytest_tavus.contract.body import Json
from pytest_tavus.contract.resources.building import (
    BuilderRequest,
    CurrentPal,
    DraftRequest,
    PersonalityRequest,
)
from pytest_tavus.simulator.account.builder import drafting
from pytest_tavus.simulator.account.builder.artifacts import (
    ATTACHED,
    attach_guardrails,
    attach_objectives,
)
from pytest_tavus.simulator.account.builder.builder import SESSIONS, remember, remember_once
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account

STOP, BREAK = "[STOP]", "[BREAK]"
"""What stands after the text and after the data of the older chat stream [client] 0.3.2."""

TARGETS = ("personality", "greeting", "objectives", "guardrails")
"""The parts of a PAL that the older builder drafts [client] 0.3.2."""

DRAFTED = "I have what I need for a first draft. Apply it, then preview your PAL."
"""What the older chat answers: there is nothing it asks back."""


def draft(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft what there is a brief for: NDJSON frames, the last of type ``done``."""
    row = SESSIONS.find(account, request)
    wanted = read_body(DraftRequest, request.body)
    pal = PALS.get(account, row["pal_id"])
    remember_once(account, row, wanted.message)
    content = {**_words(wanted), **_attached(account, pal, wanted)}
    frames = [{"type": "artifact", "name": name, "content": part} for name, part in content.items()]
    done = {"type": "done", "persona_id": pal["pal_id"], "content": content}
    return ApiAnswer(lines=(*frames, done))


def chat(account: Account, request: ApiRequest) -> ApiAnswer:
    """Take a line of the creator and answer that a draft can be made: the older text stream."""
    row = SESSIONS.find(account, request)
    message = read_body(BuilderRequest, request.body).message
    remember(account, row, ("user", message), ("assistant", DRAFTED))
    told = {"suggestions": [], "draft_ready": True, "targets": list(TARGETS)}
    return ApiAnswer(text=f"{DRAFTED}{STOP}{json.dumps(told)}{BREAK}")


def update_personality(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft name and prompt, whichever is asked for, into the PAL."""
    pal = _pal_of(account, request)
    wanted = read_body(PersonalityRequest, request.body)
    current = _current(pal)
    drafted: Json = {}
    if wanted.pal_name:
        drafted["pal_name"] = drafting.name_of(wanted.message, current.name)
    if wanted.system_prompt:
        drafted["system_prompt"] = drafting.system_prompt(wanted.message, wanted.message, current)
    return _applied(account, pal, drafted)


def update_greeting(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft the greeting into the PAL."""
    pal = _pal_of(account, request)
    message = read_body(BuilderRequest, request.body).message
    name = drafting.name_of(message, _current(pal).name)
    return _applied(account, pal, {"greeting": drafting.greeting(message, name)})


def update_objectives(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft objectives and attach them to the PAL."""
    return _wished(account, request, attach_objectives)


def update_guardrails(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft guardrails and attach them to the PAL."""
    return _wished(account, request, attach_guardrails)


def _words(wanted: DraftRequest) -> Json:
    """Return the parts that the client writes into the PAL itself."""
    name = drafting.name_of(wanted.message, wanted.current.name)
    parts: Json = {}
    if brief := wanted.briefs.personality:
        parts["personality"] = {
            "system_prompt": drafting.system_prompt(brief, wanted.message, wanted.current),
            "persona_name": name,
            "persona_description": wanted.current.description
            or drafting.description_of(wanted.message),
        }
    if brief := wanted.briefs.greeting:
        parts["greeting"] = drafting.greeting(brief, name)
    return parts


def _attached(account: Account, pal: Json, wanted: DraftRequest) -> Json:
    """Attach the parts that are objects of their own, and return what they came to."""
    parts: Json = {}
    for artifact, attach in ATTACHED.items():
        brief: str = getattr(wanted.briefs, artifact)
        if brief:
            parts[artifact] = attach(account, pal, brief)
    return parts


def _wished(
    account: Account,
    request: ApiRequest,
    attach: Callable[[Account, Json, str], Json],
) -> ApiAnswer:
    pal = _pal_of(account, request)
    attached = attach(account, pal, read_body(BuilderRequest, request.body).message)
    return ApiAnswer(body={"pal_id": pal["pal_id"], **attached})


def _applied(account: Account, pal: Json, drafted: Json) -> ApiAnswer:
    pal |= {**drafted, "updated_at": account.timestamp()}
    return ApiAnswer(body={"pal_id": pal["pal_id"], **drafted})


def _pal_of(account: Account, request: ApiRequest) -> Json:
    return PALS.get(account, SESSIONS.find(account, request)["pal_id"])


def _current(pal: Json) -> CurrentPal:
    return CurrentPal(
        system_prompt=pal.get("system_prompt") or "",
        greeting=pal.get("greeting") or "",
        name=pal.get("pal_name") or "",
    )


ROUTES = tuple(
    SESSIONS.route("POST", f"/{{}}/{name}", operation, source="client")
    for name, operation in (
        ("draft-fanout", draft),
        ("chat", chat),
        ("update-personality", update_personality),
        ("update-greeting", update_greeting),
        ("update-objectives", update_objectives),
        ("update-guardrails", update_guardrails),
    )
)
