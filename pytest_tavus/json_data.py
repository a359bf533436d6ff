"""JSON data as types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Any JSON value. `json_object` and `json_list` narrow it."""

JsonMapping: TypeAlias = "Mapping[str, Json]"
"""A JSON object that is only read."""

JsonObject: TypeAlias = "dict[str, Json]"
"""A JSON object that its holder may change."""
