"""Arguments of another type than their tool's: those that are read, and those that are not."""

from __future__ import annotations

from typing import Any

LIMIT, TAGS = ("tavus_pal_list", "limit"), ("tavus_document_tags", "limit")
VERBOSE = ("tavus_document_list", "verbose")
SECONDS = ("tavus_chat_turn", "timeout_s")
BESIDE = {"tavus_chat_turn": {"conversation_id": "c1", "text": "Hi."}}

READ: list[tuple[tuple[str, str], Any, Any]] = [
    *((LIMIT, given, 1) for given in (1, 1.0, "1", " 1 ", "1\n", "1.0", "1.00", "+1", "01", True)),
    (LIMIT, "1_0", 10),
    (LIMIT, "-1", -1),
    (LIMIT, "9" * 60, int("9" * 60)),
    (LIMIT, 10**30, 10**30),
    (TAGS, "1", 1),
    (TAGS, False, 0),
    (TAGS, None, None),
    *((VERBOSE, given, True) for given in (1, 1.0, "1", "true", "TRUE", "t", "Y", "yes", "On")),
    *((VERBOSE, given, False) for given in (0, -0.0, "0", "false", "f", "N", "no", "off")),
    *((SECONDS, given, 5.0) for given in (5, "5", " 5 ", "5.", "0.5e1", "5_0e-1")),
    (SECONDS, True, 1.0),
]
"""As tavus-mcp 0.11.0 took them."""

UNREADABLE: list[tuple[tuple[str, str], Any]] = [
    *((LIMIT, given) for given in ("", "one", "1.5", 1.5, "1.", ".0", "1e2", "0x1", "_1", "1__0")),
    *((LIMIT, given) for given in ("1 0", "+ 1", "\u0663", "true", 1e300, None, [1], {"a": 1})),
    *((TAGS, given) for given in ("null", "", 1.5)),
    *((VERBOSE, given) for given in (2, "", "oui", " true ", "true\n", "1.0", None, [True])),
    *((SECONDS, given) for given in ("", "x", "0x1", "1,5", None, [1])),
    *((SECONDS, given) for given in ("nan", "inf", "-Infinity")),
    (("tavus_pal_get", "pal_id"), 5),
    (("tavus_pal_get", "pal_id"), True),
    (("tavus_pal_list", "pal_type"), 1.5),
    (("tavus_tool_list", "sort"), "ASC"),
    (("tavus_tool_list", "sort"), None),
    (("tavus_document_list", "tags"), "a"),
    (("tavus_document_list", "tags"), '["a"]'),
    (("tavus_document_list", "tags"), [1]),
    (("tavus_pal_create", "layers"), "{}"),
    (("tavus_pal_create", "layers"), []),
]
"""As tavus-mcp 0.11.0 refused them, but for numbers that JSON has not, at which it broke later."""
