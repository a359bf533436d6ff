"""How a PAL is kept, and how it is answered: every field there is, no secret.

A record has all fields of `PalBody` and all layers, empty ones as null, so that a JSON Patch
`replace` finds what it replaces, as the official client expects [client] carrier_builder.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.pal.layer_rules import LAYERS
from pytest_tavus.contract.pal.pal import PalBody
from pytest_tavus.simulator.account.requests.masks import masked_layers

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


def kept_fields(body: PalBody) -> dict[str, Any]:
    """Return what a record keeps of a body."""
    fields = body.model_dump(mode="json")
    return {**fields, "layers": {**EMPTY_LAYERS, **body.layers, **_invited(body.layers)}}


def _invited(layers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layer whose `email` is the server's: the address to invite a PAL by [client]."""
    conferencing = json_object(layers.get("conferencing"))
    if conferencing is None or not conferencing.get("username"):
        return {}
    address = f"{conferencing['username']}@{INVITED_AT}"
    return {"conferencing": {**conferencing, "email": address}}


def shown_pal(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a PAL as the API answers it ([client], [doc])."""
    shown = {key: value for key, value in record.items() if key != SKILLS}
    return {**shown, "layers": masked_layers(record["layers"])}
