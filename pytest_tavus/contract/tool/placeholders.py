"""Finds the placeholders for arguments in a tool's HTTP request, as ``{order_id}``.

The scan covers the same texts as the official client's scan [client]: the URL, the values of
`query_params` and every text value inside `body_template`. Keys and headers are not scanned.
Nothing is known about placeholders in headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from msgspec import Struct

from pytest_tavus.contract.tool.tool import ApiDelivery, Tool
from pytest_tavus.spans import Loc

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""One placeholder; its group is the name [client]."""


class TemplateText(Struct, frozen=True, kw_only=True):
    """One text of a tool with room for placeholders."""

    loc: Loc
    "The path inside the tool."

    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the text's placeholders, each once, in order of appearance."""
        return names_in(self.text)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once, in order of appearance."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def names_in_tool(tool: Tool) -> tuple[str, ...]:
    """Return the names of a tool's placeholders, each once, in order of appearance."""
    return tuple(dict.fromkeys(name for text in texts_of(tool) for name in text.names))


def texts_of(tool: Tool) -> Iterator[TemplateText]:
    """Yield every scanned text of a tool: URL, query, then body."""
    if tool.delivery.api is not None:
        yield from _api_texts(tool.delivery.api, ("delivery", "api"))


def _api_texts(api: ApiDelivery, at: Loc) -> Iterator[TemplateText]:
    yield TemplateText(loc=(*at, "url"), text=api.url)
    yield from _value_texts(api.query_params, (*at, "query_params"))
    if api.body_template is not None:
        yield from _value_texts(api.body_template, (*at, "body_template"))


def _value_texts(value: object, at: Loc) -> Iterator[TemplateText]:
    if isinstance(value, str):
        yield TemplateText(loc=at, text=value)
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield from _value_texts(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("Sequence[object]", value)):
            yield from _value_texts(inner, (*at, index))
