from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.verdict import TavusVerdict
from pytest_tavus.errors import ServiceError

WHOLE: dict[str, Any] = {
    "objectives": [{"name": "collect_email", "satisfied": True, "evidence": "a@b.example"}],
    "guardrails": [{"name": "no_prices", "held": True, "evidence": ""}],
    "knowledge_base": {"used": False, "evidence": ""},
    "tools": [{"name": "get_order_status", "invoked": False, "evidence": "never called"}],
    "overall": "pass",
    "summary": "All is well.",
}


def test_a_verdict_is_written_as_it_was_read() -> None:
    assert TavusVerdict.from_json(WHOLE).to_json() == WHOLE


def test_a_verdict_of_nothing_is_partial() -> None:
    assert TavusVerdict().to_json() == {
        "objectives": [],
        "guardrails": [],
        "knowledge_base": {"used": False, "evidence": ""},
        "tools": [],
        "overall": "partial",
        "summary": "",
    }


named = st.fixed_dictionaries({"name": st.text(), "evidence": st.text()})


@given(
    st.lists(st.tuples(named, st.booleans())),
    st.lists(st.tuples(named, st.booleans())),
    st.sampled_from(["pass", "partial", "fail"]),
)
def test_every_verdict_survives_a_round_trip(
    objectives: list[tuple[dict[str, str], bool]],
    tools: list[tuple[dict[str, str], bool]],
    overall: str,
) -> None:
    data = {
        **WHOLE,
        "objectives": [{**name, "satisfied": state} for name, state in objectives],
        "tools": [{**name, "invoked": state} for name, state in tools],
        "overall": overall,
    }
    read = TavusVerdict.from_json(data)
    assert read.to_json() == data
    assert TavusVerdict.from_json(read.to_json()) == read


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            {**WHOLE, "overall": "great"},
            "overall: Input should be 'pass', 'partial' or 'fail'",
        ),
        (
            {**WHOLE, "tools": [{"name": "a", "invoked": "yes"}]},
            "tools[0].invoked: Input should be a valid boolean",
        ),
        ({**WHOLE, "score": 3}, "score: Extra inputs are not permitted"),
        (
            [],
            "the verdict: Input should be a valid dictionary or instance of TavusVerdict",
        ),
    ],
)
def test_what_is_no_verdict_is_refused_with_its_place(data: Any, text: str) -> None:
    with pytest.raises(ServiceError) as caught:
        TavusVerdict.from_json(data)
    assert str(caught.value) == f"a verdict came in an unknown shape: {text}"
