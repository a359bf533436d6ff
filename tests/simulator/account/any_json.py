"""What any client may send: bodies and queries of any shape."""

from __future__ import annotations

from hypothesis import strategies as st

FIELDS = st.sampled_from(
    [
        "action",
        "brief",
        "briefs",
        "channel",
        "config",
        "crawl",
        "current",
        "customization",
        "data",
        "default_face_id",
        "delivery",
        "description",
        "document_ids",
        "document_url",
        "from",
        "guardrail_name",
        "guardrail_prompt",
        "layers",
        "message",
        "messages",
        "name",
        "objective_name",
        "op",
        "origin",
        "pal_id",
        "path",
        "persona_id",
        "persona_spec",
        "properties",
        "replica_id",
        "rules",
        "skills",
        "smoke_transcript",
        "system_prompt",
        "tags",
        "text",
        "tool_ids",
        "value",
    ]
)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from(["add", "replace", "/layers", "/data/0", "https://api.example.com/x", "p1"]),
)


JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(FIELDS | st.text(max_size=4), inner)
    ),
    max_leaves=12,
)


QUERY_NAMES = (
    "channel",
    "collection",
    "face_type",
    "hard",
    "include_settings",
    "legacy",
    "limit",
    "name_or_uuid",
    "offset",
    "page",
    "pal_id",
    "pal_type",
    "persona_id",
    "search",
    "sort",
    "status",
    "tags",
    "type",
    "verbose",
)


QUERIES = st.dictionaries(
    st.sampled_from(QUERY_NAMES),
    st.sampled_from(["", "0", "1", "-1", "101", "asc", "desc", "true", "all", "x", "٣", "9" * 30]),
    max_size=3,
)
