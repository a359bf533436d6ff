"""Where a tool's HTTP request leaves room for arguments: ``{order_id}``.

What is scanned is what the official client scans [client]: the URL, the values of `query_params`
and every text value inside `body_template`. Keys are not scanned, and neither are headers; whether
Tavus fills placeholders in headers is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from msgspec import Struct

from pytest_tavus.contract.tool.tool import ApiDelivery, Tool
from pytest_tavus.spans import Loc

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""One placeholder; its group is the name [client]."""


class TemplateText(Struct, frozen=True, kw_only=True):
    """One text of a tool in which placeholders are filled."""

    loc: Loc
    "The path inside the tool."

    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders in it, as :func:`names_in` gives them."""
        return names_in(self.text)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once, in order of appearance."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def names_in_tool(tool: Tool) -> tuple[str, ...]:
    """Return the names of all placeholders of a tool, each once, in order of appearance."""
    return tuple(dict.fromkeys(name for text in texts_of(tool) for name in text.names))


def texts_of(tool: Tool) -> Iterator[TemplateText]:
    """Yield every text of a tool that is scanned for placeholders: URL, query, then body."""
    if tool.delivery.api is not None:
        yield from _api_texts(tool.delivery.api, ("delivery", "api"))


def _api_texts(api: ApiDelivery, at: Loc) -> Iterator[TemplateText]:
    yield TemplateText(loc=(*at, "url"), text=api.url)
    yield from _value_texts(api.query_params, (*at, "query_params"))
    if api.body_template is not None:
        yield from _value_texts(api.body_template, (*at, "body_template"))


def _value_texts(value: Any, at: Loc) -> Iterator[TemplateText]:
    if isinstance(value, str):
        yield TemplateText(loc=at, text=value)
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _value_texts(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("Sequence[Any]", value)):
            yield from _value_texts(inner, (*at, index))
