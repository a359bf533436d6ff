"""Whatever stands in a file, what comes back is scenarios or an error about the file."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_tavus.errors import Problem, ScenarioError
from pytest_tavus.scenario.load.include import Files
from pytest_tavus.scenario.load.pals import PalFinder
from pytest_tavus.scenario.load.scenarios import ScenarioLoader
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.plain import is_dict, is_list
from pytest_tavus.scenario.text.problems import ProblemLog
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.text.source import Document
from pytest_tavus.scenario.values.matcher_values import from_tag
from pytest_tavus.scenario.values.model import Scenario
from tests.scenario.files import PAL, SCENARIO


def plain(text: str) -> Any:
    return load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag).data


WHOLE: dict[str, Any] = {
    **plain(SCENARIO),
    "pal": plain(PAL),
    "client": {"show_map": [{"when": {"place": "A"}, "output": "x"}, "y"]},
    "env": ["KEY"],
    "marks": [{"skip": "why"}],
    "never": [{"cancel_order": {"order_id": {"$re": "^A"}}}],
    "unchecked": ["on_call"],
}
WHOLE["scenarios"].append(
    {
        "name": "second {row.n}",
        "parametrize": [{"n": 1}],
        "turns": [
            {
                "user": "{row.n}.",
                "calls": [{"unordered": ["show_map", {"cancel_order": {}, "times": 2}]}],
                "plays": {
                    "calls": [{"parallel": ["show_map"]}],
                    "later": {"after": 1, "says": "x"},
                },
                "events": [{"absent": "conversation.interrupt"}],
                "quiet": 1,
                "save": {"id": "result.id"},
            }
        ],
    }
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = []
    if is_dict(value):
        inner = list(value.items())
    elif is_list(value):
        inner = list(enumerate(value))
    return [at, *(found for key, item in inner for found in places(item, (*at, key)))]


PLACES = [at for at in places(WHOLE) if at]
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "none", "{row.x}", "{saved.a[0]}", "{{", "show_map", "2s", "$re", "<call>"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["tool", "arguments", "ordered", "parallel", "$re", "x", "min", "<call>"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)


def changed(at: tuple[Any, ...], value: Any) -> dict[str, Any]:
    data = copy.deepcopy(WHOLE)
    parent: Any = data
    for step in at[:-1]:
        parent = parent[step]
    parent[at[-1]] = value
    return data


def outcome(data: dict[str, Any]) -> tuple[tuple[Scenario, ...], tuple[Problem, ...], int]:
    """Load data as a file; return scenarios, problems and the number of lines."""
    text = json.dumps(data, indent=1)
    ledger = ProblemLog()
    files = Files(root=Path("nowhere"), limits=FileLimits(), problem_log=ledger)
    read = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag)
    found = ScenarioLoader(
        source=Document(path="a.yaml", text=text, parts=read.parts),
        problem_log=ledger,
        pals=PalFinder(files=files, problem_log=ledger, cache={}),
        name="a",
        search_path=(),
    ).load_file(read.data)
    return found, ledger.problems(), text.count("\n") + 1


def test_the_example_itself_has_no_problem() -> None:
    found, problems, _ = outcome(WHOLE)
    assert problems == ()
    assert [one.name for one in found] == [
        "tells the caller where the order is",
        "second 1[1]",
    ]


@example(("scenarios", 1), {"<call>": None})
@given(st.sampled_from(PLACES), junk)
@settings(max_examples=300, deadline=None)
def test_a_file_is_loaded_or_refused_at_a_place_in_it(at: tuple[Any, ...], value: Any) -> None:
    found, problems, lines = outcome(changed(at, value))
    assert problems or found
    for problem in problems:
        assert problem.span is not None
        assert 1 <= problem.span.line <= lines
        assert "Document" not in problem.message
        assert "Input should" not in problem.message


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_text_is_read_or_refused(raw: bytes) -> None:
    text = raw.decode("utf-8", errors="ignore")
    refused: tuple[Problem, ...] = ()
    try:
        refused = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag).problems
    except ScenarioError as error:
        refused = error.problems
    assert all(problem.span is not None for problem in refused)
