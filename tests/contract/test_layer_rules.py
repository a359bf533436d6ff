from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.pal.layer_rules import INLINE_TOOLS, LAYERS, layer_problems
from tests.contract.samples import only, pal, told, told_of_pal


def test_every_known_key_of_every_layer_is_accepted() -> None:
    layers = {name: dict.fromkeys(keys or ["anything"], 1) for name, keys in LAYERS.items()}
    assert told(layer_problems(layers)) == []


def test_an_unknown_layer_is_refused() -> None:
    problem = only(layer_problems({"perceptin": {}}))
    assert problem.loc == ("layers", "perceptin")
    assert problem.message == "unknown layer 'perceptin'"
    assert problem.hint == "did you mean 'perception'?"


def test_an_unknown_key_names_the_closest_one() -> None:
    problem = only(layer_problems({"llm": {"modle": "m"}}))
    assert problem.loc == ("layers", "llm", "modle")
    assert problem.message == "unknown key 'modle' in the layer 'llm'"
    assert problem.hint == "did you mean 'model'?"


def test_an_unknown_key_that_resembles_none_gets_all_of_them() -> None:
    problem = only(layer_problems({"capabilities": {"xyz": 1}}))
    assert problem.hint == (
        "one of: mcp_enabled, search_enabled, activity_log_enabled, "
        "search_results_prompt_injection_prevention_enabled"
    )


@pytest.mark.parametrize(
    ("layer", "key"), [(layer, key) for layer, keys in INLINE_TOOLS.items() for key in keys]
)
def test_tools_inside_a_layer_are_sent_to_their_new_place(layer: str, key: str) -> None:
    problem = only(layer_problems({layer: {key: []}}))
    assert problem.loc == ("layers", layer, key)
    assert problem.message == (f"tools written inside the layer {layer!r} are no longer supported")
    assert problem.hint == "write them under `tools`, without the outer type and function"


@pytest.mark.parametrize("layer", [[], "full", 3])
def test_a_layer_is_a_mapping(layer: Any) -> None:
    assert told_of_pal(pal(layers={"llm": None, "sts": {}})) == []
    assert told_of_pal(pal(layers={"llm": layer})) == [
        ("layers.llm", "the layer 'llm' must be a mapping of settings")
    ]


def test_all_problems_of_all_layers_are_told() -> None:
    layers = {"llm": {"a": 1, "b": 2}, "tss": {}, "tts": {"c": 3}}
    assert [place for place, _ in told(layer_problems(layers))] == [
        "layers.llm.a",
        "layers.llm.b",
        "layers.tss",
        "layers.tts.c",
    ]
