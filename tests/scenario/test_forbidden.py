"""What must never be called adds up: of included files, of the file, and of the scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.scenario.values.model import Scenario
from tests.scenario.files import loaded, lone, problems, write


def forbidden(scenario: Scenario) -> list[tuple[str, str]]:
    """Return what must not be called, each with the place it is written at."""
    return [(pattern.tool, str(scenario.where(pattern.at))) for pattern in scenario.never]


def test_a_scenario_adds_to_what_its_file_forbids(tmp_path: Path) -> None:
    plain, own = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        never: cancel_order
        scenarios:
          - {name: plain, turns: [{user: hi, calls: none}]}
          - {name: own, never: [show_map], turns: [{user: hi, calls: none}]}
        """,
    )
    assert forbidden(plain) == [("cancel_order", "orders.yaml:2:8")]
    assert forbidden(own) == [
        ("cancel_order", "orders.yaml:2:8"),
        ("show_map", "orders.yaml:5:25"),
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("null", "never is empty\n    hint: write a value, or leave the key out"),
        ("[]", "the list is empty, so nothing would be asked\n    hint: leave the key out"),
    ],
)
def test_a_scenario_cannot_take_away_what_its_file_forbids(
    tmp_path: Path, written: str, message: str
) -> None:
    text = f"""\
        pal: support.pal.yaml
        never: [cancel_order]
        scenarios: [{{name: a, never: {written}, turns: [{{user: hi, calls: none}}]}}]
        """
    assert problems(tmp_path, text) == [f"orders.yaml:3:30: {message}"]


def test_what_is_forbidden_twice_is_forbidden_once(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        """\
        pal: support.pal.yaml
        never: [{cancel_order: {order_id: A-1}}]
        scenarios:
          - name: a
            never: [{cancel_order: {order_id: A-1}}, {cancel_order: {order_id: A-2}}]
            turns: [{user: hi, calls: none}]
        """,
    )
    assert [pattern.arguments for pattern in scenario.never] == [
        {"order_id": "A-1"},
        {"order_id": "A-2"},
    ]


def test_a_file_adds_to_what_included_files_forbid(tmp_path: Path) -> None:
    write(tmp_path, "never: cancel_order\n", name="money.yaml")
    write(tmp_path, "pal: support.pal.yaml\nnever: [show_map]\n", name="maps.yaml")
    scenario = lone(
        tmp_path,
        """\
        include: [money.yaml, maps.yaml]
        never: {get_order_status: {order_id: A-1}}
        turns: [{user: hi, calls: none}]
        """,
    )
    assert forbidden(scenario) == [
        ("get_order_status", "orders.yaml:2:8"),
        ("cancel_order", "money.yaml:1:8"),
        ("show_map", "maps.yaml:2:9"),
    ]


def test_included_files_forbid_where_the_file_itself_forbids_nothing(tmp_path: Path) -> None:
    write(tmp_path, "include: inner.yaml\nnever: cancel_order\n", name="outer.yaml")
    write(tmp_path, "never: [show_map]\n", name="inner.yaml")
    scenario = lone(
        tmp_path,
        """\
        include: outer.yaml
        pal: support.pal.yaml
        turns: [{user: hi, calls: none}]
        """,
    )
    assert forbidden(scenario) == [
        ("cancel_order", "outer.yaml:2:8"),
        ("show_map", "inner.yaml:1:9"),
    ]


def test_what_is_wrong_with_an_included_list_is_told_in_its_file(tmp_path: Path) -> None:
    write(tmp_path, "never:\n  - cancel_ordr\n", name="money.yaml")
    text = """\
        include: money.yaml
        pal: support.pal.yaml
        never: show_map
        turns: [{user: hi, calls: none}]
        """
    assert problems(tmp_path, text) == [
        (
            "money.yaml:2:5: the PAL has no tool 'cancel_ordr'\n"
            "    hint: did you mean 'cancel_order'?"
        )
    ]
