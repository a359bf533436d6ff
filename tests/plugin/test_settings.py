"""From three places to one value: what wins, what is refused, and what is shown of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.options.table import OPTIONS
from tests.plugin.option_sources import INI_DIR, INVOCATION_DIR, Text, resolve


def refused(**given: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        resolve(**given)
    return str(caught.value)


def test_without_any_option_the_defaults_hold() -> None:
    assert resolve() == Settings(scenarios=INI_DIR / "scenarios")


def test_the_fields_of_settings_are_the_rows() -> None:
    rows = {option.name for option in OPTIONS}
    ours = {"scenarios_on", "scenarios_item", "origins"}

    assert set(Settings.__struct_fields__) - ours == rows


def test_flag_variable_and_ini_key_come_from_one_name() -> None:
    option = next(option for option in OPTIONS if option.name == "trace_dir")

    assert (option.flag, option.variable, option.dest) == (
        "--tavus-trace-dir",
        "PYTEST_TAVUS_TRACE_DIR",
        "tavus_trace_dir",
    )


def test_a_flag_beats_the_environment_which_beats_the_ini_file() -> None:
    flags: dict[str, Text] = {"seed": "1"}
    environment, ini = {"PYTEST_TAVUS_SEED": "2"}, {"seed": "3"}

    assert resolve(flags=flags, environment=environment, ini={**ini}).seed == 1
    assert resolve(environment=environment, ini={**ini}).seed == 2
    assert resolve(ini={**ini}).seed == 3


def test_a_flag_without_a_value_is_a_switch() -> None:
    assert resolve(flags={"plan": "yes"}).plan
    assert not resolve(flags={"plan": "no"}, ini={"plan": "yes"}).plan
    assert refused(flags={"plan": "on"}) == "--tavus-plan: got 'on', expected 'yes' or 'no'"


def test_a_number_of_conversations_may_be_auto() -> None:
    assert resolve(flags={"concurrency": "12"}).concurrency == 12
    assert resolve(ini={"concurrency": "auto"}).concurrency == "auto"
    assert refused(flags={"concurrency": "0"}) == (
        "--tavus-concurrency: got '0', expected a whole number, 1 or more, or 'auto'"
    )
    assert refused(flags={"concurrency": "aut"}) == (
        "--tavus-concurrency: got 'aut', expected a whole number, 1 or more, or 'auto'\n"
        "    hint: did you mean 'auto'?"
    )


def test_zero_is_a_value() -> None:
    assert resolve(flags={"seed": "0"}, ini={"seed": "3"}).seed == 0


def test_an_empty_variable_is_not_given() -> None:
    assert resolve(environment={"PYTEST_TAVUS_SEED": ""}, ini={"seed": "3"}).seed == 3


def test_each_value_remembers_where_it_came_from() -> None:
    given = resolve(
        flags={"seed": "1"}, environment={"PYTEST_TAVUS_DEADLINE": "5"}, ini={"trace": "failed"}
    )

    assert given.origins == {
        "seed": "--tavus-seed",
        "deadline": "PYTEST_TAVUS_DEADLINE",
        "trace": "tavus_trace in pytest.ini",
    }


def test_a_relative_path_starts_from_the_directory_of_its_place() -> None:
    assert resolve(flags={"trace_dir": "traces"}).trace_dir == INVOCATION_DIR / "traces"
    assert resolve(ini={"trace_dir": "traces"}).trace_dir == INI_DIR / "traces"


def test_scenarios_are_off_until_the_flag_or_the_variable_asks() -> None:
    assert not resolve(ini={"scenarios": "a"}).scenarios_on
    assert resolve(flags={"scenarios": ""}).scenarios_on
    assert resolve(environment={"PYTEST_TAVUS_SCENARIOS": "a"}).scenarios_on


def test_the_flag_without_a_path_takes_the_next_place() -> None:
    on: dict[str, Text] = {"scenarios": ""}

    assert resolve(flags=on, ini={"scenarios": "b"}).scenarios == INI_DIR / "b"
    assert (
        resolve(flags=on, environment={"PYTEST_TAVUS_SCENARIOS": "a"}).scenarios
        == INVOCATION_DIR / "a"
    )


def test_the_flag_takes_a_node_id() -> None:
    given = resolve(flags={"scenarios": "./scenarios/../a.yaml::asks: where?::[1]"})

    assert given.scenarios == INVOCATION_DIR / "a.yaml"
    assert given.scenarios_item == "::asks: where?::[1]"


def test_secrets_add_up_over_all_places() -> None:
    given = resolve(
        flags={"redact": ["A", "B"]},
        environment={"PYTEST_TAVUS_REDACT": "C, A"},
        ini={"redact": ["D"]},
    )

    assert given.redact == ("A", "B", "C", "D")
    assert given.origins["redact"] == (
        "--tavus-redact, PYTEST_TAVUS_REDACT, tavus_redact in pytest.ini"
    )


def test_the_hosts_of_one_place_replace_those_of_another() -> None:
    environment = {"PYTEST_TAVUS_HOSTS": "Shop.example.com, *.example.org"}

    given = resolve(environment=environment, ini={"hosts": ["old.example.com"]})

    assert given.hosts == ("shop.example.com", "*.example.org")
    flags: dict[str, Any] = {"hosts": ["pay.example.com:8443", "[2606:4700::1111]"]}
    assert resolve(flags=flags, environment=environment).hosts == tuple(flags["hosts"])


def test_the_simulators_overrides_are_pairs() -> None:
    lines = ["on_call.silent = filler", "hmac_header=X-Signature"]

    assert resolve(ini={"simulator": lines}).simulator == {
        "on_call.silent": "filler",
        "hmac_header": "X-Signature",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"flags": {"session": "sin"}},
            "--tavus-session: got 'sin', expected 'sim'\n    hint: did you mean 'sim'?",
        ),
        (
            {"environment": {"PYTEST_TAVUS_TRACE": "fail"}},
            (
                "PYTEST_TAVUS_TRACE: got 'fail', expected 'all' or 'failed'\n"
                "    hint: did you mean 'failed'?"
            ),
        ),
        (
            {"ini": {"seed": "seven"}},
            "tavus_seed in pytest.ini: got 'seven', expected a whole number, 0 or more",
        ),
        ({"flags": {"seed": "-1"}}, "--tavus-seed: got '-1', expected a whole number, 0 or more"),
        (
            {"flags": {"seed": "\u0664"}},
            "--tavus-seed: got '\u0664', expected a whole number, 0 or more",
        ),
        (
            {"ini": {"max_file_bytes": "0"}},
            "tavus_max_file_bytes in pytest.ini: got '0', expected a whole number, 1 or more",
        ),
        *(
            (
                {"flags": {"deadline": text}},
                (
                    f"--tavus-deadline: got {text!r}, expected a number of seconds above 0, "
                    "such as 60 or 2.5"
                ),
            )
            for text in ("0", "-1", "nan", "inf", "60s")
        ),
        ({"flags": {"trace_dir": ""}}, "--tavus-trace-dir: got '', expected a path"),
        (
            {"flags": {"redact": ["TOKEN=abc"]}},
            (
                "--tavus-redact: got 'TOKEN=abc', expected one name a line, without spaces and "
                "without '='"
            ),
        ),
        *(
            (
                {"ini": {"hosts": lines}},
                (
                    f"tavus_hosts in pytest.ini: got {lines[-1] if lines else ''!r}, expected a "
                    "host such as shop.example.com, *.example.com or shop.example.com:8443"
                ),
            )
            for lines in ([], ["https://a.test"], ["a.test", "*"], ["a.*.test"], ["a.test/b"])
        ),
        *(
            (
                {"ini": {"simulator": ["a = b", line]}},
                (
                    f"tavus_simulator in pytest.ini: got {line!r}, expected 'key = value', "
                    "each key on one line only"
                ),
            )
            for line in ("a", "c =", "= d", "a = e")
        ),
    ],
)
def test_a_value_that_is_not_valid_is_refused(given: dict[str, Any], message: str) -> None:
    assert refused(**given) == message


@pytest.mark.parametrize(
    ("name", "near"), [("SEDE", "SEED"), ("CONCURENCY", "CONCURRENCY"), ("PLANS", "PLAN")]
)
def test_a_mistyped_variable_gets_a_suggestion(name: str, near: str) -> None:
    assert refused(flags={"scenarios": ""}, environment={f"PYTEST_TAVUS_{name}": "1"}) == (
        f"PYTEST_TAVUS_{name} is not a variable of pytest-tavus\n"
        f"    hint: did you mean PYTEST_TAVUS_{near}?"
    )


@pytest.mark.parametrize("name", ["PYTEST_TAVUS_XYZZY", "PYTEST_TAVUS_MAX_FILE_BYTES"])
def test_a_variable_that_belongs_to_no_option_is_refused(name: str) -> None:
    assert refused(flags={"scenarios": ""}, environment={name: "1"}) == (
        f"{name} is not a variable of pytest-tavus\n    hint: they are PYTEST_TAVUS_SCENARIOS, "
        "PYTEST_TAVUS_SESSION, PYTEST_TAVUS_TRACE_DIR, PYTEST_TAVUS_TRACE, PYTEST_TAVUS_SEED, "
        "PYTEST_TAVUS_DEADLINE, PYTEST_TAVUS_CONCURRENCY, PYTEST_TAVUS_MAX_IN_FLIGHT, "
        "PYTEST_TAVUS_MAX_STARTS, PYTEST_TAVUS_MAX_CONVERSATIONS, PYTEST_TAVUS_MAX_CONNECTED, "
        "PYTEST_TAVUS_RUN_DEADLINE, PYTEST_TAVUS_PLAN, PYTEST_TAVUS_RESULTS, "
        "PYTEST_TAVUS_REDACT, PYTEST_TAVUS_HOSTS"
    )


def test_an_unknown_variable_does_not_stop_a_run_without_scenarios() -> None:
    assert resolve(environment={"PYTEST_TAVUS_SEDE": "1"}) == resolve()
