"""What the configuration of a skill may be [client] capabilities.py.

An empty one is always taken: the official builder attaches a presentation before it names the
slides [client] carrier_builder.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list
from pytest_tavus.simulator.account.requests.refusals import bad_field

KEYS: Mapping[str, tuple[str, ...] | None] = MappingProxyType(
    {
        "magic_canvas": None,
        "presentation": ("document_ids", "slides_trigger", "prompt"),
        "internet_search": (),
        "memory": (),
    }
)
"""The keys that each skill takes; `None` is any."""

TRIGGERS = ("on_demand", "walk_the_deck")


def refuse_config(skill_id: str, config: Mapping[str, Any]) -> None:
    """Refuse what a skill does not take.

    Raises:
        ApiRefusal: 400.

    """
    known = KEYS.get(skill_id)
    for key in config:
        if known is not None and key not in known:
            expected = f"one of {', '.join(known)}" if known else "none: it has no configuration"
            raise bad_field("config", f"unknown key {key!r} for {skill_id}: expected {expected}")
    if skill_id == "presentation":
        _refuse_presentation(config)


def _refuse_presentation(config: Mapping[str, Any]) -> None:
    ids = json_list(config.get("document_ids", ()))
    if ids is None or not all(isinstance(each, str) and each for each in ids):
        raise bad_field("config", "document_ids must be a list of ids")
    trigger = config.get("slides_trigger", TRIGGERS[0])
    if trigger is not None and trigger not in TRIGGERS:
        expected = " or ".join(TRIGGERS)
        raise bad_field("config", f"slides_trigger must be {expected}, found {trigger!r}")
