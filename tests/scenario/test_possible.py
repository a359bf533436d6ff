"""What can never be met is refused where it stands: a `never` of it would hold whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.matching.matchers.registry import MATCHERS
from pytest_tavus.scenario.rules.possible import ANY_TYPE, TYPES_BY_TAG
from tests.scenario.files import problems

PAL = """
pal_name: Booking
system_prompt: You book tables.
default_face_id: r90bbd427f71
tools:
  - name: book
    description: Book a table.
    parameters:
      type: object
      properties:
        guests: {type: integer}
        area: {type: string, enum: [bar, garden]}
        note: {type: [string, "null"]}
        day: {type: string}
        who:
          type: object
          required: [name]
          properties: {name: {type: string}, tags: {type: array, items: {type: string}}}
        open: {type: object, properties: {name: {}}, additionalProperties: true}
        free: {}
      required: [day]
    delivery: {api: {url: "https://shop.example.com/book"}}
  - name: report
    description: Report.
    trigger_type: post_call
    parameters: {type: object, properties: {text: {type: string}}}
    delivery: {api: {url: "https://shop.example.com/report"}}
"""


def load_errors(tmp_path: Path, turn: str, *, head: str = "") -> list[str]:
    (tmp_path / "support.pal.yaml").write_text(PAL, encoding="utf-8")
    text = f"pal: support.pal.yaml\nenv: [KEY]\n{head}turns:\n  - {{user: hi, {turn}}}\n"
    return [one.partition("\n")[0].partition(": ")[2] for one in problems(tmp_path, text)]


NEVER_MET: list[tuple[str, str]] = [
    ("{guests: 'two'}", "it is declared as integer, and 'two' (text) is none"),
    ("{guests: true}", "it is declared as integer, and true (boolean) is none"),
    ("{guests: !re 'two'}", "it is declared as integer, and !re 'two' is none"),
    ("{guests: !one_of [two, !str ]}", "it is declared as integer, and !one_of"),
    ("{guests: 1.5}", "it is declared as integer, and 1.5 (number) is none"),
    ("{area: 7}", "it is declared as string, and 7 (number) is none"),
    ("{area: roof}", "'roof' (text) is not one of 'bar' (text), 'garden' (text)"),
    ("{area: !re '^r'}", "!re '^r' is not one of 'bar' (text), 'garden' (text)"),
    ("{area: null}", "it is declared as string, and null is none"),
    ("{note: 7}", "it is declared as string or null, and 7 (number) is none"),
    ("{who: Mia}", "it is declared as object, and 'Mia' (text) is none"),
    ("{guests: {a: 1}}", "it is declared as integer, and a mapping is none"),
    ("{who: {nmae: Mia}}", "nothing is declared under the name 'nmae'"),
    ("{who: {name: 7}}", "it is declared as string, and 7 (number) is none"),
    ("{who: {tags: vip}}", "it is declared as array, and 'vip' (text) is none"),
    ("{day: !absent }", "'day' is required, so that it is never absent"),
    ("{who: {name: !absent }}", "'name' is required, so that it is never absent"),
    ("{guests: !all_of [!gt 2, !re 'two']}", "it is declared as integer, and !re 'two' is none"),
    ("{who: {tags: [7]}}", "it is declared as string, and 7 (number) is none"),
]


@pytest.mark.parametrize(("arguments", "why"), NEVER_MET)
@pytest.mark.parametrize("whole", [True, False], ids=["scenario", "turn"])
def test_an_impossible_call_cannot_be_forbidden(
    tmp_path: Path, arguments: str, why: str, whole: bool
) -> None:
    never = f"never: [book: {arguments}]"
    if whole:
        found = load_errors(tmp_path, "calls: none", head=f"{never}\n")
    else:
        found = load_errors(tmp_path, f"calls: none, {never}")
    assert len(found) == 1
    assert found[0].startswith(f"this can never be met: {why}")


@pytest.mark.parametrize(
    "arguments",
    [
        "{guests: 2}",
        "{guests: 2.0}",
        "{guests: !gt 2}",
        "{guests: !not 2}",
        "{guests: !one_of [2, two]}",
        "{area: bar}",
        "{area: '{env.KEY}'}",
        "{area: !re '^b'}",
        "{area: !absent }",
        "{day: !any , who: {tags: !absent }}",
        "{guests: !all_of [!gt 2, !lt 9]}",
        "{note: null}",
        "{note: !contains vip}",
        "{who: {name: Mia, tags: [vip]}}",
        "{who: !any }",
        "{who: {tags: !contains vip}}",
        "{open: {nmae: Mia}}",
        "{free: {whatever: [1]}}",
    ],
)
def test_a_possible_call_can_be_forbidden(tmp_path: Path, arguments: str) -> None:
    assert load_errors(tmp_path, f"calls: none, never: [book: {arguments}]") == []


def test_unchecked_argument_schema_allows_an_impossible_never(tmp_path: Path) -> None:
    turn = "calls: none, never: [book: {guests: two}], unchecked: argument_schema"
    assert load_errors(tmp_path, turn) == []


def test_absent_of_an_undeclared_argument_is_refused(tmp_path: Path) -> None:
    plays = "plays: {calls: [book: {day: Friday, who: {name: Mia}}]}"
    assert load_errors(tmp_path, f"calls: [book: {{gusts: !absent }}], {plays}") == [
        "the tool 'book' has no parameter 'gusts'"
    ]
    assert load_errors(tmp_path, f"calls: [book: {{who: {{nmae: !absent }}}}], {plays}") == [
        "this is always absent: nothing is declared under the name 'nmae'"
    ]
    assert load_errors(tmp_path, f"calls: [book: {{who: {{name: !absent }}}}], {plays}") == []
    assert load_errors(tmp_path, f"calls: [book: {{open: {{nmae: !absent }}}}], {plays}") == []


LATE = "'report' is a post-call tool: it is not called within the conversation"


@pytest.mark.parametrize(
    "turn",
    ["calls: [report]", "calls: none, plays: {calls: [report]}", "calls: none, never: [report]"],
)
def test_a_post_call_tool_is_not_called_within_the_call(tmp_path: Path, turn: str) -> None:
    assert load_errors(tmp_path, turn) == [LATE]
    assert load_errors(tmp_path, turn.replace("report", "book")) == []


def test_a_later_line_needs_quiet(tmp_path: Path) -> None:
    plays = "calls: none, plays: {says: Well?, later: {after: 3s, says: Still there?}}"
    (found,) = load_errors(tmp_path, plays)
    assert found == "nobody listens for this line: the turn is over before it is said"
    assert load_errors(tmp_path, f"{plays}, quiet: 5s") == []


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ("!one_of [!any , 3]", "!one_of [!any , 3] would match what !any matches"),
        ("{left: !one_of [!any , 3]}", "!one_of [!any , 3] would match what !any matches"),
        ("!one_of [!any ]", "result: !one_of [!any ] fits every answer, so it cannot fail"),
        ("!all_of [!any , !any ]", "fits every answer, so it cannot fail"),
        ("!not {$absent: }", "result: !not !absent fits every answer, so it cannot fail"),
        ("{left: !all_of [3, 4]}", "!all_of [3, 4] would match nothing"),
    ],
)
def test_an_answer_that_always_fits_or_never_is_refused(
    tmp_path: Path, result: str, why: str
) -> None:
    (found,) = load_errors(tmp_path, f"calls: [{{book: {{day: Friday}}, result: {result}}}]")
    assert why in found


@pytest.mark.parametrize(
    "result",
    [
        "!one_of [!null , 3]",
        "{left: !one_of [4, 3]}",
        "!all_of [!any , !int ]",
        "!not 3",
        "{left: !any }",
        "{left: !all_of [3, !gt 2]}",
    ],
)
def test_an_answer_that_may_fit_or_not_can_be_expected(tmp_path: Path, result: str) -> None:
    assert load_errors(tmp_path, f"calls: [{{book: {{day: Friday}}, result: {result}}}]") == []


def test_every_matcher_has_its_types_or_matches_every_type() -> None:
    assert TYPES_BY_TAG.keys() | ANY_TYPE == MATCHERS.keys()
    assert TYPES_BY_TAG.keys().isdisjoint(ANY_TYPE)
