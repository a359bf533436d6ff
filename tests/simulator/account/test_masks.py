"""Secrets: hidden on reading, refused on writing, kept in between."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.tool.auth import SECRET_MASK
from pytest_tavus.simulator.account.requests.masks import (
    mask_auth,
    mask_layers,
    mask_problems,
    unmask_layers,
)

LAYERS = st.dictionaries(
    st.sampled_from(["llm", "tts", "stt"]),
    st.none()
    | st.dictionaries(
        st.sampled_from(["api_key", "model", "base_url"]),
        st.text(min_size=1, max_size=5).map(lambda text: f"<{text}>"),
    ),
)


@given(LAYERS)
def test_masked_layers_sent_back_unchanged_keep_their_secrets(layers: dict[str, Any]) -> None:
    assert unmask_layers(mask_layers(layers), layers) == layers


@given(LAYERS)
def test_no_key_of_a_layer_is_shown(layers: dict[str, Any]) -> None:
    for layer in mask_layers(layers).values():
        assert (json_object(layer) or {}).get("api_key", SECRET_MASK) == SECRET_MASK


def test_a_mask_without_a_secret_to_restore_stays_a_mask() -> None:
    layers = {"llm": {"api_key": SECRET_MASK}, "sts": "text"}

    assert unmask_layers(layers, {"llm": None}) == layers


def test_only_the_secret_of_an_auth_is_hidden() -> None:
    assert mask_auth({"type": "basic", "username": "u", "password": "p"}) == {
        "type": "basic",
        "username": "u",
        "password": SECRET_MASK,
    }


def test_a_mask_is_found_wherever_it_is_sent() -> None:
    written = {"a": [1, {"b": SECRET_MASK}], "c": SECRET_MASK, "d": "plain"}

    assert [problem.loc for problem in mask_problems(written)] == [("a", 1, "b"), ("c",)]
    assert list(mask_problems({"d": "plain"})) == []
