"""The parts of the language that are no run-time values: a file, a scenario, its rows.

The loader reads a file part by part; `schema.py` describes a whole file.
"""

from math import prod
from typing import Annotated, Any

from pytest_tavus.contract.annotations import BLANK, After, Also, Before, Short
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.scenario.text.limits import MOST_ROWS
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.scenario.values.answer_values import ClientAnswers, Handler
from pytest_tavus.scenario.values.call_values import Never
from pytest_tavus.scenario.values.checks import deduplicate_names
from pytest_tavus.scenario.values.forms import (
    Names,
    NonEmptyList,
    Part,
    Seconds,
    Text,
    list_stands_for,
)
from pytest_tavus.scenario.values.judge_values import JudgeExpectation, Marks
from pytest_tavus.scenario.values.turn_values import Extra, Unchecked


def _check_pal(value: object) -> object:
    # A program may pass a built Pal; a file has only the other two.
    if not (isinstance(value, (str, Pal)) or is_dict(value)) or not value:
        refuse(
            "a pal is the path of a PAL file, or the definition itself",
            hint="write pal: pals/support.pal.yaml",
        )
    return value


class Common(Part, frozen=True, kw_only=True):
    """What a scenario says for itself and a file says for all of its scenarios."""

    part = "a scenario"

    pal: Annotated[
        Any,
        Before(_check_pal),
        Also({"type": ["string", "object"]}),
        "Path of a `*.pal.yaml` file, from this file; or the PAL itself, in Tavus's "
        "own vocabulary.",
    ] = None
    handler: Annotated[Handler | None, "Where the real handler is."] = None
    client: Annotated[
        dict[str, ClientAnswers] | None, "Answers of the tools that are app messages, by tool."
    ] = None
    never: Annotated[
        Never, "Calls that must not be seen in the whole conversation, the file's included."
    ] = ()
    judge: Annotated[JudgeExpectation | None, "What the judge must find."] = None
    extra: Annotated[Extra, "`allowed`: other calls than the expected ones are accepted."] = False
    unchecked: Annotated[Unchecked, "Rules not checked."] = frozenset()
    env: Annotated[Names, "Environment variables that `{env.NAME}` may read."] = ()
    plain: Annotated[
        Names,
        "Variables of `env` and `handler.env` that are no secrets: reports and traces "
        "show their values. `true`, `false` and values of fewer than four characters always are.",
    ] = ()
    tags: Annotated[Names, "Marks to select by, with `-m`."] = ()
    marks: Annotated[Marks, "`skip: <reason>`, `xfail: <reason>`, or a mark of your own."] = ()
    fixtures: Annotated[Names, "pytest fixtures to be set up."] = ()
    deadline: Annotated[Seconds | None, "Time for the whole conversation."] = None
    alone: Annotated[bool | None, "`true`: no other conversation is held meanwhile."] = None
    lock: Annotated[
        Names,
        After(deduplicate_names),
        "Names of what it needs for itself, such as `orders-db`: of the scenarios that "
        "share a name, one is held at a time.",
    ] = ()


class Parametrize(Part, frozen=True, kw_only=True):
    """Rows of values, one scenario for each. Short: the list of rows."""

    part = "parametrize"

    rows: Annotated[NonEmptyList[dict[str, Any]] | None, "The rows."] = None
    matrix: Annotated[
        dict[str, NonEmptyList[Any]] | None,
        "Names, each with its values: a row for each combination.",
    ] = None

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse rows beside a matrix, neither of them, and more rows than a file may have."""
        matrix: dict[str, tuple[Any, ...]] = given.get("matrix") or {}
        if (given.get("rows") is None) == (not matrix):
            refuse("parametrize is a list of rows, or a matrix with lists of values")
        # The product is computed from the lengths, so a refused matrix builds no row.
        number = prod(len(values) for values in matrix.values())
        if number > MOST_ROWS:
            message = f"the matrix has {number:,} rows, and the limit is {MOST_ROWS:,}"
            refuse(message, hint="write fewer values, or the combinations that matter as rows")


class ScenarioHead(Common, frozen=True, kw_only=True):
    """A scenario without its turns."""

    separate_keys = ("turns",)

    name: Annotated[
        Text | None, "What it shows. Left out in a file with one scenario: the file's name."
    ] = None
    parametrize: Annotated[
        Parametrize | None,
        BLANK,
        Before(list_stands_for("rows")),
        Short({"items": {"type": "object"}, "minItems": 1, "type": "array"}),
        "Rows of values, read as `{row.<name>}`; one scenario for each. `id` in a row "
        "names it. Or `matrix:` with lists of values.",
    ] = None


class FileHead(Common, frozen=True, kw_only=True):
    """A scenario file without its scenarios."""

    part = "a scenario file"
    separate_keys = ("scenarios", "turns")

    include: Annotated[
        Names, "Files whose keys are taken over where this file does not have them."
    ] = ()


DEFAULTS = Common.__struct_fields__
"""Keys that a file may have for all its scenarios."""
