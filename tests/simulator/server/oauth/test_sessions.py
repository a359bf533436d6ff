"""Sessions and their tokens without HTTP, and the terms of the sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.server.oauth.sessions import Sessions
from pytest_tavus.simulator.server.oauth.terms import OAuthTerms
from tests.simulator.server.constants import GRANT, START, ManualClock, seeded_tokens


def test_a_code_can_be_redeemed_once_after_its_grant_was_read() -> None:
    kept = Sessions(terms=OAuthTerms(), now=ManualClock(START), generate_token=seeded_tokens(1))
    code = kept.issue_code(GRANT)

    assert kept.find_grant(code) == GRANT
    assert kept.redeem(code) is not None
    assert kept.redeem(code) is None
    assert kept.find_grant(code) is None


def test_tokens_of_an_ended_session_are_not_rotated() -> None:
    kept = Sessions(terms=OAuthTerms(), now=ManualClock(START), generate_token=seeded_tokens(1))
    pair = kept.redeem(kept.issue_code(GRANT))

    assert pair is not None
    assert kept.revoke(pair.refresh, "another client") is False
    assert kept.revoke(pair.refresh, "c") is True
    assert kept.revoke(pair.refresh, "c") is False
    assert kept.rotate(pair.refresh, ("mcp",)) is None


def test_a_second_use_of_a_code_ends_only_the_session_of_its_first_use() -> None:
    watch = ManualClock(START)
    kept = Sessions(terms=OAuthTerms(), now=watch, generate_token=seeded_tokens(1))
    code, other = kept.issue_code(GRANT), kept.issue_code(GRANT)
    first, bystander = kept.redeem(code), kept.redeem(other)
    assert first is not None
    assert bystander is not None
    rotated = kept.rotate(first.refresh, ("mcp",))
    assert rotated is not None
    watch.time += 3600  # the code itself is long too old

    assert kept.find_grant(code) is None

    assert [kept.find_refresh(pair.refresh) for pair in (first, rotated)] == [None, None]
    assert kept.find_access(rotated.access) is None
    assert kept.find_refresh(bystander.refresh) is not None


_STEPS = st.lists(
    st.tuples(st.sampled_from(["rotate", "wait", "revoke"]), st.integers(0, 4), st.floats(0, 100)),
    max_size=20,
)


@given(steps=_STEPS)
def test_no_token_of_a_session_outlives_it(steps: list[tuple[str, int, float]]) -> None:
    """A model in three lines: open until revoked, or until a token is late by its first use."""
    watch = ManualClock(START)
    kept = Sessions(terms=OAuthTerms(), now=watch, generate_token=seeded_tokens(1))
    first = kept.redeem(kept.issue_code(GRANT))
    assert first is not None
    pairs, used, is_open = [first], dict[str, float](), True
    for step, index, seconds in steps:
        token = pairs[index % len(pairs)].refresh
        if step == "wait":
            watch.time += seconds
        elif step == "revoke":
            is_open = is_open and not kept.revoke(token, "c")
        else:
            pair = kept.rotate(token, ("mcp",))
            is_open = is_open and watch.time - used.setdefault(token, watch.time) <= 60
            assert (pair is not None) is is_open
            pairs += [] if pair is None else [pair]
        assert (kept.find_refresh(pairs[0].refresh) is not None) is is_open
    assert is_open or not [pair for pair in pairs if kept.find_access(pair.access)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"access_seconds": 0}, "access_seconds: expected a positive number of seconds, found 0"),
        ({"code_seconds": -1}, "code_seconds: expected a positive number of seconds, found -1"),
        ({"scopes": ()}, "scopes: expected at least one name of a scope, found none"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        OAuthTerms(**changed)


def test_sign_ins_need_approval_by_default() -> None:
    assert OAuthTerms().auto_approve is False
