"""One secret in the place of another is still seen to be another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.trace.disguise import MASK
from pytest_tavus.trace.redact import Redaction
from tests.strategies import secrets


def test_two_secrets_have_two_masks() -> None:
    redaction = Redaction(["first-secret", "other-secret"])

    assert redaction.value({"a": "first-secret", "b": "other-secret"}) == {
        "a": MASK,
        "b": f"{MASK}#2",
    }


def test_secrets_that_touch_leave_one_mask() -> None:
    redaction = Redaction(["first-secret", "other-secret"])

    assert redaction.text("<first-secretother-secret>") == f"<{MASK}>"


def test_the_same_secret_twice_is_one() -> None:
    redaction = Redaction(["first-secret", "first-secret", "other-secret"])

    assert redaction.text("other-secret") == f"{MASK}#2"


@pytest.mark.parametrize("strange", ["**#2", "*#", "#2#2"])
def test_a_secret_that_looks_like_a_mask_keeps_masks_plain(strange: str) -> None:
    redaction = Redaction([strange, "other-secret"])

    assert redaction.text("other-secret") == MASK


@given(st.lists(secrets, min_size=2, max_size=4, unique=True), st.data())
def test_no_number_of_secrets_leaves_any_of_them(known: list[str], data: st.DataObject) -> None:
    redaction = Redaction(known)
    text = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4).map(" ".join))

    redacted = redaction.text(text)

    assert not [one for one in known if len(one) >= 4 and one in redacted]
    assert redaction.text(redacted) == redacted
