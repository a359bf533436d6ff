"""A row's value that no matcher can be built with is refused at the matcher, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import loaded, problems

TEXT = """\
pal: support.pal.yaml
name: asks
parametrize: [{t: RIGHT}, {t: WRONG}]
turns:
  - user: hi
    calls:
      - get_order_status: {order_id: A}
        result: {eta: MATCHER}
"""


def text(matcher: str, right: str, wrong: str) -> str:
    return TEXT.replace("MATCHER", matcher).replace("RIGHT", right).replace("WRONG", wrong)


@pytest.mark.parametrize(
    ("matcher", "right", "wrong", "why"),
    [
        ("!re '{row.t}'", "'^A'", "'.*'", "would match every text"),
        ("!re '{row.t}'", "'^A'", "'('", "takes a regular expression, and '(' is none"),
        ("!fullmatch '{row.t}'", "'A.'", "7", "takes a text, not 7"),
        ("!starts_with '{row.t}'", "A", "''", "an empty text would match"),
        ("!contains '{row.t}'", "A", "''", "is in everything"),
        ("!not '{row.t}'", "A", "''", "!not takes the value"),
        ("!not [!re '{row.t}']", "A", "'.*'", "would match every text"),
    ],
)
def test_a_row_that_a_matcher_cannot_take_is_refused_at_the_matcher(
    tmp_path: Path, matcher: str, right: str, wrong: str, why: str
) -> None:
    (found,) = problems(tmp_path, text(matcher, right, wrong))
    assert found.startswith("orders.yaml:8:")
    assert "cannot be built with row 2: " in found
    assert why in found
    assert len(loaded(tmp_path, text(matcher, right, right))) == 2


def test_a_matcher_among_the_defaults_of_a_file_is_refused_too(tmp_path: Path) -> None:
    text = (
        "pal: support.pal.yaml\n"
        "never: [get_order_status: {order_id: !re '{row.t}'}]\n"
        "scenarios:\n"
        "  - name: asks\n"
        "    parametrize: [{t: '^A'}, {t: ROW}]\n"
        "    turns: [{user: hi, calls: none}]\n"
    )
    (found,) = problems(tmp_path, text.replace("ROW", "'.*'"))
    assert found.startswith("orders.yaml:2:38: !re '{row.t}' cannot be built with row 2: ")
    assert len(loaded(tmp_path, text.replace("ROW", "'^B'"))) == 2
