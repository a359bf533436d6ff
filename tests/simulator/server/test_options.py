"""The options of a server, and the marker of a simulated Tavus."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError, ServiceError
from pytest_tavus.scenario.values.model import HandlerSpec
from pytest_tavus.simulator.account.store.account import AccountOptions
from pytest_tavus.simulator.pal.llm import ModelSettings
from pytest_tavus.simulator.rooms.options import LiveOptions
from pytest_tavus.simulator.server.command import handler_of, options_of
from pytest_tavus.simulator.server.flags import add_flags
from pytest_tavus.simulator.server.http.marker import (
    MARKER,
    is_simulated,
    refuse_simulated,
    require_simulated,
    simulator_version,
)
from pytest_tavus.simulator.server.options import ServerOptions, environment_of

MARKED = {"Content-Type": "text/plain", MARKER.upper(): simulator_version()}


@pytest.mark.parametrize(
    ("word", "environment"),
    [("prod", "prod"), ("PRODUCTION", "prod"), (" stage ", "stg"), ("LOCAL", "test")],
)
def test_an_environment_has_the_aliases_of_the_official_client(word: str, environment: str) -> None:
    assert environment_of(word) == environment


def test_an_unknown_environment_names_those_there_are() -> None:
    with pytest.raises(ScenarioError) as refused:
        environment_of("prd")

    assert str(refused.value) == (
        "'prd' is no environment of Tavus: expected one of test, stg, prod, test_db, dev, local, "
        "stage, staging, production; did you mean 'prod'?"
    )


def test_a_simulated_key_is_accepted() -> None:
    assert ServerOptions(api_key="tavus_sim_prod_12345678").api_key == "tavus_sim_prod_12345678"


@pytest.mark.parametrize("key", ["", "abcdef0123456789", "tavus_sim_prod_short", "sk-canary"])
def test_a_key_that_may_be_real_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        ServerOptions(api_key=key)

    assert str(refused.value) == (
        "the API key does not look like a simulated key, and a real key must not be used here: "
        "leave it out, or write 'tavus_sim_prod_' and 8 to 64 letters and digits"
    )


def test_a_key_of_another_environment_is_refused() -> None:
    with pytest.raises(ScenarioError) as refused:
        ServerOptions(api_key="tavus_sim_stg_12345678")

    assert str(refused.value) == (
        "the API key belongs to the environment 'stg', and the server runs as 'prod': use a key "
        "of the same environment"
    )


def flags(*argv: str) -> ServerOptions:
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return options_of(parser.parse_args(argv), root=Path("/home"))


def test_without_flags_everything_is_at_its_default() -> None:
    assert flags() == ServerOptions(root=Path("/home"))


def test_every_flag_arrives() -> None:
    given = flags(
        *("--port", "8123", "--seed", "7", "--env", "STAGE", "--api-key", "tavus_sim_stg_12345678"),
        *("--script", "a.yaml", "--script", "b.yaml", "--handler", "shop:app", "--clock", "still"),
        *("--model", "small", "--model-url", "http://127.0.0.1:1/v1", "--model-key-env", "KEY"),
        *("--dual-roles", "--streaming", "--control", "--concurrency", "3", "--local-tools"),
        *("--auto-approve", "--hosted", "--script-order", "loose"),
        *("--cors", "http://a", "--cors", "http://b"),
        *("--model-temperature", "0.5", "--model-seed", "3", "--model-timeout", "9"),
    )

    assert given == ServerOptions(
        port=8123,
        seed=7,
        environment="stg",
        api_key="tavus_sim_stg_12345678",
        scripts=(Path("a.yaml"), Path("b.yaml")),
        script_order="loose",
        handler=HandlerSpec(at=(), app="shop:app"),
        clock="still",
        model=ModelSettings(
            base_url="http://127.0.0.1:1/v1",
            model="small",
            api_key_env="KEY",
            temperature=0.5,
            seed=3,
            timeout=9,
        ),
        live=LiveOptions(dual_roles=True, streaming=True),
        control=True,
        account=AccountOptions(concurrency_limit=3, local_tools=True),
        auto_approve=True,
        hosted_names=True,
        cors=("http://a", "http://b"),
        root=Path("/home"),
    )


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (
            ["--model", "small"],
            (
                "--model needs --model-url, the endpoint of the model, such as "
                "http://127.0.0.1:11434/v1"
            ),
        ),
        (
            ["--model-url", "http://127.0.0.1:1"],
            "--model is missing: --model-url can only be used together with --model",
        ),
        (
            ["--model-seed", "3", "--model-timeout", "9"],
            (
                "--model is missing: --model-seed, --model-timeout can only be used together with "
                "--model"
            ),
        ),
        (
            ["--model", "small", "--model-url", "http://127.0.0.1:1", "--model-timeout", "0"],
            "--model-timeout must be more than 0 seconds, not 0",
        ),
        (
            ["--model", "small", "--model-url", "http://127.0.0.1:1", "--model-timeout", "inf"],
            "--model-timeout must be more than 0 seconds, not inf",
        ),
        (
            ["--model", "small", "--model-url", "http://127.0.0.1:1", "--model-temperature", "nan"],
            "--model-temperature must be 0 or more, not nan",
        ),
        (["--port", "80000"], "the port must be a number, from 0 to 65535, not 80000"),
        (["--port", "-1"], "the port must be a number, from 0 to 65535, not -1"),
        (
            ["--concurrency", "0"],
            "the limit of conversations at the same time must be a number, 1 or more, not 0",
        ),
        (["--handler", ""], "--handler is empty"),
    ],
)
def test_invalid_flags_are_refused(argv: list[str], sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        flags(*argv)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("target", "spec"),
    [
        ("shop.web:app", HandlerSpec(at=(), app="shop.web:app")),
        ("http://127.0.0.1:8000/api", HandlerSpec(at=(), url="http://127.0.0.1:8000/api")),
        (
            "uvicorn shop:app --port {port}",
            HandlerSpec(at=(), command=("uvicorn", "shop:app", "--port", "{port}")),
        ),
        ("./serve", HandlerSpec(at=(), command=("./serve",))),
    ],
)
def test_a_handler_is_an_import_a_url_or_a_command(target: str, spec: HandlerSpec) -> None:
    assert handler_of(target) == spec


def test_the_marker_is_seen_however_it_is_spelled() -> None:
    require_simulated(MARKED)

    assert is_simulated(MARKED)


def test_a_missing_marker_is_refused_as_a_simulator() -> None:
    with pytest.raises(ServiceError) as refused:
        require_simulated({"content-type": "text/plain"})

    assert str(refused.value) == (
        "the server does not mark itself as simulated (its response has no 'x-tavus-simulator' "
        "header), so nothing is sent to it; start one with 'pytest-tavus serve'"
    )


def test_the_marker_is_refused_as_the_real_tavus() -> None:
    refuse_simulated({"content-type": "text/plain"})
    with pytest.raises(ServiceError) as refused:
        refuse_simulated(MARKED)

    assert str(refused.value) == (
        "the server is a simulated Tavus (its response has the 'x-tavus-simulator' header), and a "
        "live session needs the real Tavus; unset TAVUS_PUBLIC_API_BASE_URL"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"port": 65_536}, "the port must be a number, from 0 to 65535, not 65536"),
        (
            {"account": AccountOptions(document_seconds=float("nan"))},
            "the seconds until a document is ready must be a number, 0 or more, not nan",
        ),
        (
            {"live": LiveOptions(participants=-1)},
            "the number of participants must be a number, 0 or more, not -1",
        ),
    ],
)
def test_a_number_out_of_range_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        ServerOptions(**options)

    assert str(refused.value) == sentence


def test_the_ends_of_a_range_are_in_it() -> None:
    assert ServerOptions(port=65_535, account=AccountOptions(concurrency_limit=1)).port == 65_535
