"""Types of JSON data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Every JSON value. `json_object` and `json_list` narrow it."""

JsonMapping: TypeAlias = "Mapping[str, Json]"
"""A JSON object that its reader must not change."""

JsonObject: TypeAlias = "dict[str, Json]"
"""A JSON object that its owner may change."""
