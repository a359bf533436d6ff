"""Masks secrets in answers. The account's records hold the secrets; no answer does.

Tavus shows eight asterisks instead of the secret of a tool [doc]. API keys in the layers of a PAL
are masked likewise [inferred].
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.body import JsonDict, json_list, json_object
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.auth import SECRET_MASK
from pytest_tavus.spans import Loc

AUTH_SECRETS = frozenset({"token", "password", "value", "secret", "client_secret"})
"""The masked fields of `delivery.api.auth` [doc]."""

LAYER_SECRETS = frozenset({"api_key"})
"""The masked fields of a layer."""


def mask_auth(auth: JsonDict) -> JsonDict:
    return {key: _mask_secret(auth[key]) if key in AUTH_SECRETS else auth[key] for key in auth}


def mask_layers(layers: JsonDict) -> JsonDict:
    return {name: _mask_layer(layer) for name, layer in layers.items()}


def unmask_layers(layers: JsonDict, stored: JsonDict) -> JsonDict:
    """Return layers with each mask replaced by the secret of `stored`."""
    return {name: _unmask_layer(layer, stored.get(name)) for name, layer in layers.items()}


def mask_problems(written: object, loc: Loc = ()) -> Iterator[RuleProblem]:
    """Yield each place that has a mask instead of a secret: Tavus refuses it ([doc], [client])."""
    if written == SECRET_MASK:
        yield RuleProblem(
            loc=loc,
            message=f"expected the value itself, found {SECRET_MASK}, "
            "which stands for a hidden secret",
            hint="leave it out to keep the one there is",
            rule="secret_masked",
        )
    for key, value in (json_object(written) or {}).items():
        yield from mask_problems(value, (*loc, key))
    for index, value in enumerate(json_list(written) or ()):
        yield from mask_problems(value, (*loc, index))


def _mask_secret(value: object) -> object:
    return SECRET_MASK if value else value


def _mask_layer(written: object) -> object:
    layer = json_object(written)
    if layer is None:
        return written
    return {key: _mask_secret(layer[key]) if key in LAYER_SECRETS else layer[key] for key in layer}


def _unmask_layer(written: object, stored: object) -> object:
    layer, before = json_object(written), json_object(stored) or {}
    if layer is None:
        return written
    return {
        key: before.get(key, value) if key in LAYER_SECRETS and value == SECRET_MASK else value
        for key, value in layer.items()
    }
