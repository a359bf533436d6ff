"""Words for what pydantic refuses: kinds, bounds, the names of Tavus's own mappings."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_list
from pytest_tavus.spans import Loc

WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
TAVUS_PARTS = {
    "Pal": "a PAL",
    "Tool": "a tool",
    "Delivery": "delivery",
    "ApiDelivery": "delivery.api",
    "ObjectiveSet": "objectives",
    "Objective": "an objective",
    "Guardrail": "a guardrail",
    "NoAuth": "auth",
    "BearerAuth": "auth of type bearer",
    "BasicAuth": "auth of type basic",
    "ApiKeyAuth": "auth of type api_key",
    "OAuth2Auth": "auth of type oauth2_client_credentials",
    "HmacAuth": "auth of type hmac",
}
BRANCHES = frozenset({"<call>", "<group>", "<wave>"})
"""Steps by which pydantic tells the models of one place apart."""

AUTH_TYPES = frozenset({"none", "bearer", "basic", "api_key", "oauth2_client_credentials", "hmac"})
SECRET = frozenset(
    {
        "token",
        "access_token",
        "password",
        "value",
        "client_secret",
        "secret",
        "api_key",
        "headers",
        "query_params",
        "auth",
        "env",
        "layers",
    }
)
"""Keys at and below which a value may be a secret: it is never shown, nor is a key of it."""

_KINDS: Mapping[type[object], str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
}


def is_secret(loc: Loc) -> bool:
    """Tell whether what stands at this path may be a secret."""
    return any(isinstance(step, str) and step in SECRET for step in loc)


def kind_of(value: object) -> str:
    """Name the kind of a value without showing any of it."""
    if value is None:
        return "nothing"
    if isinstance(value, Matcher):
        return "a matcher"
    if is_list(value):
        return "a list"
    return _KINDS.get(type(value), "a mapping")


BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
