"""Files that include others, and PAL files."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.load.pals import PalCache
from pytest_tavus.scenario.load.parse import load_pal, load_scenarios
from pytest_tavus.scenario.text.limits import FileLimits
from tests.scenario.files import PAL, SCENARIO, lone, problems, write


def test_included_keys_fill_in_and_own_keys_win(tmp_path: Path) -> None:
    write(tmp_path, "pal: support.pal.yaml\ntags: [one]\nenv: [A]\n", name="first.yaml")
    write(tmp_path, "tags: [two]\ndeadline: 3s\n", name="second.yaml")
    scenario = lone(
        tmp_path,
        """\
        include: [first.yaml, second.yaml]
        deadline: 9s
        scenarios: [{name: a, turns: [{user: hi, calls: none}]}]
        """,
    )
    assert (scenario.tags, scenario.env, scenario.deadline) == (("two",), ("A",), 9.0)


def test_a_tag_includes_a_value_anywhere(tmp_path: Path) -> None:
    write(tmp_path, "- {user: hi, calls: none}\n- {user: bye, quiet: 1s}\n", name="turns.yaml")
    scenario = lone(tmp_path, "pal: support.pal.yaml\nturns: !include turns.yaml\n")
    assert [turn.user for turn in scenario.turns] == ["hi", "bye"]
    assert str(scenario.where((*scenario.turns[1].at, "quiet"))) == "turns.yaml:2:22"


def test_problems_of_included_values_are_in_the_included_file(tmp_path: Path) -> None:
    write(tmp_path, "- user: hi\n  cals: none\n", name="turns.yaml")
    write(tmp_path, "tags: [1]\n", name="shared.yaml")
    assert problems(
        tmp_path,
        """\
        include: shared.yaml
        scenarios: [{name: a, pal: support.pal.yaml, turns: !include turns.yaml}]
        """,
    ) == [
        'shared.yaml:1:8: each of tags is text, not 1 (number)\n    hint: quote it: "1"',
        "turns.yaml:2:3: unknown key 'cals' in a turn\n    hint: did you mean 'calls'?",
    ]


def test_files_that_include_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "include: b.yaml\n", name="a.yaml")
    write(tmp_path, "include: orders.yaml\n", name="b.yaml")
    found = problems(
        tmp_path, "include: a.yaml\npal: support.pal.yaml\nturns: [{user: x, quiet: 1s}]\n"
    )
    assert found == [
        (
            "b.yaml:1:10: files include each other: orders.yaml -> a.yaml -> b.yaml -> orders.yaml\n"
            "    hint: break the circle"
        )
    ]


def test_a_missing_include_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, "tags: [x]\n", name="shared.yaml")
    found = problems(
        tmp_path, "include: [shard.yaml]\npal: support.pal.yaml\nturns: [{user: x, quiet: 1s}]\n"
    )
    assert found == [
        (
            "orders.yaml:1:11: the included file 'shard.yaml' does not exist\n"
            "    hint: did you mean 'shared.yaml'?"
        )
    ]


def test_includes_that_multiply_are_stopped(tmp_path: Path) -> None:
    for level in range(4):
        again = ", ".join([f"!include l{level + 1}.yaml"] * 8)
        write(tmp_path, f"[{again}]\n", name=f"l{level}.yaml")
    write(tmp_path, "x\n", name="l4.yaml")
    path = write(tmp_path, "pal: support.pal.yaml\nturns: !include l0.yaml\n")
    with pytest.raises(ScenarioError, match="more than 20 includes are followed"):
        load_scenarios(path, root=tmp_path, limits=FileLimits(max_includes=20))


def test_a_missing_pal_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    assert problems(tmp_path, "pal: suport.pal.yaml\nturns: [{user: x, calls: none}]\n") == [
        (
            "orders.yaml:1:6: the PAL file 'suport.pal.yaml' does not exist\n"
            "    hint: looked for suport.pal.yaml; did you mean 'support.pal.yaml'?"
        )
    ]


def test_every_problem_of_a_pal_file_comes_with_those_of_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "support.pal.yaml").write_text(
        PAL.replace("on_call: silent", "on_cal: silent")
        .replace("orders/cancel", "orders/{cancel_id}")
        .replace("pal_name: Support", "pal_name: 3"),
        encoding="utf-8",
    )
    assert problems(tmp_path, "pal: support.pal.yaml\nturns: [{usr: x, calls: none}]\n") == [
        "orders.yaml:2:10: unknown key 'usr' in a turn\n    hint: did you mean 'user'?",
        "orders.yaml:2:10: a turn needs the key 'user'",
        'support.pal.yaml:1:11: pal_name is text, not 3 (number)\n    hint: quote it: "3"',
        "support.pal.yaml:13:5: unknown key 'on_cal' in a tool\n    hint: did you mean 'on_call'?",
        *[p for p in problems_of(tmp_path) if "cancel_id" in p],
    ]


def problems_of(directory: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_pal("support.pal.yaml", root=directory)
    return [str(problem) for problem in caught.value.problems]


def test_a_rule_of_tavus_is_broken_at_a_line_of_the_pal(tmp_path: Path) -> None:
    (tmp_path / "support.pal.yaml").write_text(
        PAL.replace("orders/cancel", "orders/{cancel_id}"), encoding="utf-8"
    )
    (problem,) = problems_of(tmp_path)
    assert problem == (
        "support.pal.yaml:22:27: the placeholder {cancel_id} is not declared in "
        "parameters.properties\n    hint: declared: order_id"
    )


def test_a_secret_of_the_wrong_kind_is_not_shown(tmp_path: Path) -> None:
    auth = '{api: {url: "https://shop.example.com/x", auth: {type: bearer, token: 12345678}}}'
    (tmp_path / "support.pal.yaml").write_text(
        PAL.replace("{app_message: true}", auth), encoding="utf-8"
    )
    assert problems_of(tmp_path) == ["support.pal.yaml:26:85: token is text, not a number"]


def test_an_unknown_auth_type_lists_those_there_are(tmp_path: Path) -> None:
    auth = '{api: {url: "https://shop.example.com/x", auth: {type: baerer, token: x}}}'
    (tmp_path / "support.pal.yaml").write_text(
        PAL.replace("{app_message: true}", auth), encoding="utf-8"
    )
    assert problems_of(tmp_path) == [
        (
            "support.pal.yaml:26:70: type is one of: none, bearer, basic, api_key, "
            "oauth2_client_credentials, hmac\n    hint: did you mean 'bearer'?"
        )
    ]


def test_a_matcher_in_a_pal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "support.pal.yaml").write_text("pal_name: !re x\n", encoding="utf-8")
    assert problems_of(tmp_path) == [
        (
            "support.pal.yaml:1:11: the matcher !re 'x' cannot stand in a PAL: nothing is compared there\n"
            "    hint: write the value itself"
        )
    ]


def test_json_schema_references_in_a_pal_are_no_matchers(tmp_path: Path) -> None:
    (tmp_path / "support.pal.yaml").write_text(
        PAL.replace(
            "{type: object, properties: {place: {type: string, description: Where}}}",
            '{type: object, properties: {place: {$ref: "#/$defs/place"}}, $defs: {place: {}}}',
        ),
        encoding="utf-8",
    )
    pal, source = load_pal("support.pal.yaml", root=tmp_path)
    tool = pal.tool("show_map")
    assert tool is not None
    assert tool.parameters["properties"]["place"] == {"$ref": "#/$defs/place"}
    assert source.path == "support.pal.yaml"


def test_judge_rules_of_a_pal_name_its_tools(tmp_path: Path) -> None:
    (tmp_path / "support.pal.yaml").write_text(
        PAL + "judge_rules: {objectives: {o: {called: cancel_ordr}}}\n", encoding="utf-8"
    )
    assert problems_of(tmp_path) == [
        (
            "support.pal.yaml:27:40: the PAL has no tool 'cancel_ordr'\n"
            "    hint: did you mean 'cancel_order'?"
        )
    ]


def test_a_pal_is_read_once_for_many_files_until_it_changes(tmp_path: Path) -> None:
    first, second = (write(tmp_path, SCENARIO, name=f"{name}.yaml") for name in "ab")
    cache: PalCache = {}
    one = load_scenarios(first, root=tmp_path, pals=cache)
    two = load_scenarios(second, root=tmp_path, pals=cache)
    assert one[0].pal is two[0].pal
    pal = tmp_path / "support.pal.yaml"
    pal.write_text(PAL.replace("Support", "Changed"), encoding="utf-8")
    os.utime(pal, ns=(1, 1))
    three = load_scenarios(first, root=tmp_path, pals=cache)
    assert three[0].pal.pal_name == "Changed"


def test_a_scenario_that_waits_for_an_answer_nobody_hears_has_a_lint(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        """\
        pal: support.pal.yaml
        turns:
          - user: Cancel A-1
            calls: [{cancel_order: {order_id: A-1}}]
            plays: It is {result.status}.
        """,
    )
    lints = [lint for lint in scenario.lints if "on_resolve is not written" in lint.message]
    assert len({(lint.span, lint.hint) for lint in scenario.lints}) == len(scenario.lints)
    assert [lint.message for lint in lints] == [
        (
            "the answer of 'cancel_order' is expected to be heard, but its on_resolve is not written, "
            "which means fire_and_forget: the PAL never hears it"
        )
    ]
