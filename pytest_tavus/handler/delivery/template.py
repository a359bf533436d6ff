"""Fills the placeholders of a tool's HTTP request with the arguments of a call.

How a value is written depends on where it stands, never on what it is: percent-encoded in a URL,
plain text inside longer text, and as the JSON value it is where a value of `body_template` is
exactly one placeholder [inferred].
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import quote

from msgspec import Struct

from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.delivery.profile import MissingArgument

_OMITTED: Final = object()


class Filler(Struct, frozen=True, kw_only=True):
    """The values of one call, and what to do where there is none."""

    values: Mapping[str, Any]
    missing: MissingArgument = "omit"

    def text(self, template: str) -> str:
        """Fill a text that stays a text."""
        if "{" not in template:
            return template
        return PLACEHOLDER.sub(self._as_text, template)

    def url(self, template: str) -> str:
        """Fill a URL: whatever a value holds, it adds no segment and no parameter."""
        if "{" not in template:
            return template
        return PLACEHOLDER.sub(lambda match: percent_encode(self._as_text(match)), template)

    def query(self, parameters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Fill the values of `query_params`; yield what is to be sent, not yet encoded."""
        for name, template in parameters.items():
            value = self._fill_value(template)
            if value is not _OMITTED:
                yield name, as_text(value)

    def body(self, template: Any) -> Any:
        """Fill the values inside `body_template`, at any depth; keys stay as they are."""
        if isinstance(template, str):
            return self._fill_value(template)
        if isinstance(template, dict):
            members = cast("dict[str, Any]", template)
            filled = ((key, self.body(value)) for key, value in members.items())
            return {key: value for key, value in filled if value is not _OMITTED}
        if isinstance(template, list):
            items = (self.body(item) for item in cast("list[object]", template))
            return [item for item in items if item is not _OMITTED]
        return template

    def _fill_value(self, template: str) -> Any:
        match = PLACEHOLDER.fullmatch(template)
        if match is None:
            return self.text(template)
        name = match[1]
        if name in self.values:
            return self.values[name]
        if self._keeps_placeholder(name):
            return template
        by_policy = {"omit": _OMITTED, "empty": "", "null": None}
        return by_policy[self.missing]

    def _as_text(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.values:
            return as_text(self.values[name])
        return match[0] if self._keeps_placeholder(name) else ""

    def _keeps_placeholder(self, name: str) -> bool:
        return self.missing == "braces" or name.startswith(RESERVED_PREFIX)


def as_text(value: Any) -> str:
    """Write a JSON value as text: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def percent_encode(text: str) -> str:
    """Encode everything that could mean something in a URL.

    A value of one or two dots is encoded too, or it would be taken for a step up the path. What
    UTF-8 has no bytes for, half of a surrogate pair, becomes a question mark.
    """
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    return quote(text, safe="", errors="replace")
