"""The public surface. A name that comes or goes is a visible line here."""

from __future__ import annotations

import pytest

import pytest_tavus

PUBLIC = [
    "AsyncConversation",
    "AsyncTavus",
    "Conversation",
    "Cursor",
    "Finding",
    "HandlerError",
    "HarnessError",
    "PalSaid",
    "Problem",
    "Ruling",
    "Scenario",
    "ScenarioError",
    "ScenarioResult",
    "ServiceError",
    "Settings",
    "SourceSpan",
    "Tavus",
    "TavusError",
    "ToolCalled",
    "ToolResolved",
    "Trace",
    "UserSaid",
    "Verdict",
    "VerdictError",
    "load_scenarios",
]


def test_the_public_names_are_these() -> None:
    assert pytest_tavus.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(pytest_tavus, name).__doc__
    assert name in dir(pytest_tavus)


def test_another_name_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pytest_tavus' has no attribute 'Scenaro'"):
        _ = pytest_tavus.Scenaro
