"""Fills the placeholders of a tool's HTTP request with the arguments of a call.

The encoding of a value depends on its place, never on its type: percent-encoded in a URL, plain
text inside longer text. A value of `body_template` that is exactly one placeholder becomes the
JSON value itself [inferred].
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.delivery.profile import MissingArgument

_OMITTED: Final = object()


class Filler(Struct, frozen=True, kw_only=True):
    """The values of one call, and the policy for missing values."""

    values: Mapping[str, object]
    missing: MissingArgument = "omit"

    def text(self, template: str) -> str:
        """Fill a template whose result is text, even if it is exactly one placeholder."""
        if "{" not in template:
            return template
        return PLACEHOLDER.sub(self._as_text, template)

    def url(self, template: str) -> str:
        """Fill a URL. A value is encoded, so it cannot add a segment or a parameter."""
        if "{" not in template:
            return template
        return PLACEHOLDER.sub(lambda match: percent_encode(self._as_text(match)), template)

    def query(self, parameters: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Fill the values of `query_params`; yield the pairs to send, not yet encoded."""
        for name, template in parameters.items():
            value = self._fill_value(template)
            if value is not _OMITTED:
                yield name, as_text(value)

    def body(self, template: object) -> object:
        """Fill the values inside `body_template`, at any depth; keys stay as they are."""
        if isinstance(template, str):
            return self._fill_value(template)
        if (members := json_object(template)) is not None:
            filled = ((key, self.body(value)) for key, value in members.items())
            return {key: value for key, value in filled if value is not _OMITTED}
        if (items := json_list(template)) is not None:
            values = (self.body(item) for item in items)
            return [value for value in values if value is not _OMITTED]
        return template

    def _fill_value(self, template: str) -> object:
        match = PLACEHOLDER.fullmatch(template)
        if match is None:
            return self.text(template)
        name = match[1]
        if name in self.values:
            return self.values[name]
        if self._keeps_placeholder(name):
            return template
        return {"omit": _OMITTED, "empty": "", "null": None}[self.missing]

    def _as_text(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.values:
            return as_text(self.values[name])
        return match[0] if self._keeps_placeholder(name) else ""

    def _keeps_placeholder(self, name: str) -> bool:
        return self.missing == "braces" or name.startswith(RESERVED_PREFIX)


def as_text(value: object) -> str:
    """Format a JSON value as text: text stays as it is, every other value becomes JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def percent_encode(text: str) -> str:
    """Encode every character that has a meaning in a URL.

    Half of a surrogate pair, for which UTF-8 has no bytes, becomes a question mark.
    """
    # A path segment of one or two dots would mean this or the parent directory.
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    return quote(text, safe="", errors="replace")
