"""What is inferred can be set."""

from __future__ import annotations

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.handler.delivery.profile import DeliveryProfile


def test_each_field_can_be_set_from_text() -> None:
    overrides = {
        "hmac_header": "X-Signature",
        "hmac_algorithm": "sha512",
        "hmac_encoding": "base64",
        "hmac_prefix": "sha512=",
        "hmac_envelope": "nested",
        "hmac_spacing": "compact",
        "missing_argument": "null",
        "conversation_id_placeholder": "tavus_id",
        "header_placeholders": "true",
        "oauth2_credentials": "basic",
        "oauth2_early_refresh": "1.5",
        "max_response_bytes": "100",
        "text_answers": "true",
        "user_agent": "mine",
    }
    profile = DeliveryProfile().with_overrides(overrides)
    assert profile == DeliveryProfile(
        hmac_header="X-Signature",
        hmac_algorithm="sha512",
        hmac_encoding="base64",
        hmac_prefix="sha512=",
        hmac_envelope="nested",
        hmac_spacing="compact",
        missing_argument="null",
        conversation_id_placeholder="tavus_id",
        header_placeholders=True,
        oauth2_credentials="basic",
        oauth2_early_refresh=1.5,
        max_response_bytes=100,
        text_answers=True,
        user_agent="mine",
    )
    assert set(overrides) == set(DeliveryProfile.__struct_fields__)


def test_without_overrides_nothing_changes() -> None:
    assert DeliveryProfile().with_overrides({}) == DeliveryProfile()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "hmac_algorithm",
            "md5",
            "hmac_algorithm: 'md5' is not one of: sha256, sha1, sha512",
        ),
        (
            "header_placeholders",
            "yes",
            "header_placeholders: 'yes' is not one of: true, false",
        ),
        ("max_response_bytes", "-1", "max_response_bytes: '-1' is not a whole number"),
        ("max_response_bytes", "1.5", "max_response_bytes: '1.5' is not a whole number"),
        (
            "oauth2_early_refresh",
            "soon",
            "oauth2_early_refresh: 'soon' is not a number of seconds",
        ),
        ("oauth2_early_refresh", "nan", "oauth2_early_refresh: 'nan' is not a number of seconds"),
        ("user_agent", "a\nb", "user_agent: 'a\\nb' is not a single line"),
        (
            "hmac_heder",
            "x",
            "there is no delivery setting 'hmac_heder'\n    hint: did you mean 'hmac_header'?",
        ),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_named_with_the_valid_values(
    name: str, text: str, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        DeliveryProfile().with_overrides({name: text})
    assert str(caught.value) == message


def test_an_unknown_setting_without_a_close_match_lists_all_settings() -> None:
    with pytest.raises(ScenarioError, match="hint: one of: hmac_header, hmac_algorithm, "):
        DeliveryProfile().with_overrides({"zzz": "1"})


def test_all_wrong_settings_are_reported_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        DeliveryProfile().with_overrides({"zzz": "1", "hmac_spacing": "wide"})
    assert len(caught.value.problems) == 2
