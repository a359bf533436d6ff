"""Words for what pydantic refuses: kinds, bounds, the names of Tavus's own mappings."""

from __future__ import annotations

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
    }
)
"""Keys below which a value may be a secret: it is never shown."""

BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
