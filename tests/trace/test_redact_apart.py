"""One secret in the place of another is still seen to be another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.matching.text import format_yaml
from pytest_tavus.trace.redaction.mask import escape_brackets, holds_mask, mask, read_masked
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from tests.strategies import json_values, secrets
from tests.trace.samples import build_redaction


def test_two_secrets_have_two_masks() -> None:
    apart = build_redaction("first-secret", "other-secret")

    assert apart.value({"a": "first-secret", "b": "other-secret"}) == {"a": "⟦s1⟧", "b": "⟦s2⟧"}


def test_two_secrets_of_one_source_are_numbered() -> None:
    both = Redaction([Secret("secret of book", "first-one"), Secret("secret of book", "other-one")])

    assert both.text("first-one other-one") == "⟦secret of book⟧ ⟦secret of book 2⟧"


def test_secrets_that_touch_leave_two_masks() -> None:
    touching = build_redaction("first-secret", "other-secret")

    assert touching.text("<first-secretother-secret>") == "<⟦s1⟧⟦s2⟧>"
    assert touching.text("<first-secretfirst-secret>") == "<⟦s1⟧⟦s1⟧>"


def test_the_same_secret_of_two_sources_has_the_mask_of_the_first() -> None:
    assert build_redaction("first-secret", "first-secret").text("first-secret") == "⟦s1⟧"


def test_an_encoded_secret_does_not_look_like_the_secret() -> None:
    assert build_redaction("a b&c=d").text("a b&c=d a%20b%26c%3Dd") == "⟦s1⟧ ⟦s1 encoded⟧"


def test_further_secrets_change_no_earlier_mask() -> None:
    before = build_redaction("first-secret")
    more = before.with_more([Secret("token", "tok-1234"), Secret("token", "tok-5678")])

    assert more.text("tok-1234 tok-5678 first-secret") == "⟦token⟧ ⟦token 2⟧ ⟦s1⟧"
    assert before.text("tok-1234 first-secret") == "tok-1234 ⟦s1⟧"


def test_a_text_that_looks_like_a_mask_is_escaped() -> None:
    assert build_redaction("first-secret").text("⟦s1⟧ first-secret") == "⟦⟦⟧s1⟧ ⟦s1⟧"
    assert not holds_mask(escape_brackets("⟦s1⟧"))
    assert holds_mask(mask("s1"))


@given(value=json_values)
def test_data_without_a_secret_is_unchanged_by_masking(value: object) -> None:
    assert read_masked(build_redaction().value(value)) == value


@given(st.lists(secrets, min_size=2, max_size=4, unique=True), st.data())
def test_any_number_of_secrets_is_masked(known: list[str], data: st.DataObject) -> None:
    apart = build_redaction(*known)
    text = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4).map(" ".join))

    redacted = apart.text(text)

    assert not [one for one in known if one in redacted]
    assert apart.mask_rendered(redacted) == redacted


@given(first=secrets, second=secrets)
def test_two_secrets_never_look_alike(first: str, second: str) -> None:
    apart = build_redaction(first, second)

    assert (apart.text(first) == apart.text(second)) is (first == second)


def test_a_secret_of_several_lines_is_masked_line_by_line_too() -> None:
    key = "-----BEGIN KEY-----\n  MIIEvgIBADANBgkqh\n-----END KEY-----"

    assert build_redaction(key).text(f"a {key} b") == "a ⟦s1⟧ b"
    assert build_redaction(key).text("read MIIEvgIBADANBgkqh now") == "read ⟦line 2 of s1⟧ now"
    assert build_redaction(key).lines(f"one\n{key}\nfive") == ["one", "⟦s1⟧", "", "", "five"]


@pytest.mark.parametrize(
    ("tag", "payload", "written"),
    [
        ("re", "^hunter22", "!re ^⟦s1⟧"),
        ("contains", {"a": ["hunter22"]}, "!contains {a: ['⟦s1⟧']}"),
        ("gt", 12345, "!gt '⟦s2⟧'"),
    ],
)
def test_a_matcher_with_a_secret_has_a_masked_repr_and_matches_nothing(
    tag: str, payload: object, written: str
) -> None:
    masked = build_redaction("hunter22", "12345").value(build_matcher(tag, payload))

    assert format_yaml(masked).replace("'^", "^").replace("⟧'", "⟧").replace(
        "'⟦", "⟦"
    ) == written.replace("'", "")


def test_a_matcher_without_a_secret_is_unchanged() -> None:
    matcher = build_matcher("re", "^A-")

    assert build_redaction("hunter22").value(matcher) is matcher
