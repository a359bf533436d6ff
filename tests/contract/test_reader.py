"""A shape is read as its annotations say: strictly, whole, and with every problem at its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pytest
from msgspec import field

from pytest_tavus.contract.annotations import (
    BLANK,
    GIVEN,
    HIDDEN,
    After,
    Before,
    Bounds,
    Complain,
    Written,
)
from pytest_tavus.contract.body import Body
from pytest_tavus.contract.json_schema import schema_of
from pytest_tavus.contract.reader import plan_of, read
from pytest_tavus.contract.refusal import Refusal, ShapeError, refuse
from pytest_tavus.contract.shape import Notes, Shape
from pytest_tavus.spans import Loc


def _shout(text: str, at: Loc, complain: Complain) -> str:
    if not text:
        complain(at, "nothing to shout", None)
    return f"{text.upper()} {at}"


def _is_yes(word: str, at: Loc, complain: Complain) -> bool:
    return word == "yes"


class Inner(Shape, frozen=True, kw_only=True):
    at: Loc
    names: tuple[str, ...] = ()
    needed: str = ""


class Outer(Shape, frozen=True, kw_only=True):
    at: Loc
    loud: Annotated[str, After(_shout)] = field(default="", name="volume")
    inner: Annotated[tuple[Inner, ...], BLANK] = ()
    by_name: Mapping[str, Inner] = field(default_factory=dict[str, Inner])
    expects_note: bool = False
    note: Any = None
    count: Annotated[int, Bounds(ge=1, lt=9)] = 1
    speed: float = 1.0
    size: Literal["small", "large"] | None = None
    is_open: Annotated[bool, Written(Literal["yes", "no"]), After(_is_yes)] = False
    kept: Annotated[int, GIVEN] = 0


class Circle(Body, frozen=True, kw_only=True):
    type: Literal["circle"] = "circle"
    radius: int


class Square(Body, frozen=True, kw_only=True):
    type: Literal["square"] = "square"
    side: Annotated[int, HIDDEN]


def _refuse_seven(value: Any) -> Any:
    if value == 7:
        refuse("seven is taken", hint="write eight")
    return value


class Drawing(Body, frozen=True, kw_only=True):
    title: str
    figures: tuple[Circle | Square, ...] = ()
    ink: dict[str, int] = field(default_factory=dict[str, int])
    number: Annotated[int | None, Before(_refuse_seven)] = None

    @classmethod
    def rewrite(cls, data: dict[str, Any]) -> dict[str, Any]:
        return {("title" if key == "name" else key): value for key, value in data.items()}

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        if given.get("number") == 0:
            refuse("a drawing has a number")


class Late(Shape, frozen=True, kw_only=True):
    kind: ClassVar[str] = "late"

    drawing: Drawing | None = None


def refused(kind: type[Shape], data: Any) -> list[tuple[str, Loc]]:
    return [(one.kind, one.loc) for one in refusals(kind, data)]


def refusals(kind: type[Shape], data: Any) -> list[Refusal]:
    with pytest.raises(ShapeError) as caught:
        read(kind, data)
    return caught.value.refusals


def test_shapes_in_lists_and_mappings_are_read_at_their_own_paths() -> None:
    found = read(Outer, {"inner": [{}, {"names": ["a"]}], "by_name": {"x": {}}})

    assert found.inner == (Inner(at=("inner", 0)), Inner(at=("inner", 1), names=("a",)))
    assert found.by_name == {"x": Inner(at=("by_name", "x"))}


def test_a_conversion_gets_the_path_with_the_key_as_it_is_written() -> None:
    assert read(Outer, {"volume": "up"}).loud == "UP ('volume',)"


def test_a_key_that_is_not_written_leaves_the_default() -> None:
    assert read(Outer, {}) == Outer(at=())


def test_a_complaint_is_noted_beside_the_value() -> None:
    notes = Notes()
    found = plan_of(Outer).read({"volume": ""}, ("here",), notes)

    assert found.loud == " ('here', 'volume')"
    assert notes.complaints == [(("here", "volume"), "nothing to shout", None)]
    assert notes.refusals == []


@pytest.mark.parametrize(("data", "expected"), [({"note": None}, True), ({}, False)])
def test_a_null_that_is_written_is_told_from_one_that_is_not(
    data: dict[str, Any], expected: bool
) -> None:
    assert read(Outer, data).expects_note is expected


def test_a_blank_key_is_noted_and_leaves_the_default() -> None:
    notes = Notes()
    found = plan_of(Outer).read({"inner": None, "size": None}, (), notes)

    assert found == Outer(at=())
    assert notes.blanks == [("inner",), ("size",)]


def test_a_field_that_the_loader_gives_is_no_key() -> None:
    assert plan_of(Outer).read({}, (), Notes(), kept=3).kept == 3
    assert refused(Outer, {"kept": 3}) == [("unknown key", ("kept",))]


def test_the_form_that_is_written_may_differ_from_the_value() -> None:
    assert read(Outer, {"is_open": "yes"}).is_open is True
    assert refused(Outer, {"is_open": True}) == [("word", ("is_open",))]


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        ({"volume": 1}, "kind", "text"),
        ({"count": True}, "kind", "a whole number"),
        ({"count": 1.0}, "kind", "a whole number"),
        ({"count": "1"}, "kind", "a whole number"),
        ({"count": 0}, "bound", "at least"),
        ({"count": 9}, "bound", "less than"),
        ({"speed": True}, "kind", "a number"),
        ({"speed": "1"}, "kind", "a number"),
        ({"speed": 10**400}, "kind", "a number"),
        ({"inner": {}}, "kind", "a list"),
        ({"inner": [1]}, "kind", "a mapping"),
        ({"by_name": []}, "kind", "a mapping"),
        ({"size": "huge"}, "word", "'small' or 'large'"),
        ({"size": ["small"]}, "word", "'small' or 'large'"),
    ],
)
def test_nothing_is_converted(data: dict[str, Any], kind: str, expected: str) -> None:
    (found,) = refusals(Outer, data)
    assert (found.kind, found.expected) == (kind, expected)


def test_a_whole_number_is_a_number() -> None:
    speed = read(Outer, {"speed": 2}).speed
    assert (speed, type(speed)) == (2.0, float)


def test_all_problems_come_in_one_pass_in_the_order_of_the_fields_unknown_keys_last() -> None:
    data = {"colour": 1, "ink": {"a": "b", 5: 1}, "figures": [{"type": "circle", "radius": "x"}, 3]}
    assert refused(Drawing, data) == [
        ("missing key", ("title",)),
        ("kind", ("figures", 0, "radius")),
        ("kind", ("figures", 1)),
        ("kind", ("ink", "a")),
        ("kind", ("ink", 5, "[key]")),
        ("unknown key", ("colour",)),
    ]


def test_a_refusal_names_the_shape_that_holds_the_value_and_its_keys() -> None:
    (found,) = refusals(
        Drawing, {"title": "a", "figures": [{"type": "circle", "radius": 1, "x": 1}]}
    )
    assert (found.owner, found.known) == (Circle, ("type", "radius"))


@pytest.mark.parametrize(
    ("figure", "kind", "found"),
    [
        ({"radius": 1}, "no tag", {"radius": 1}),
        ({"type": "ring"}, "tag", "ring"),
        ({"type": None}, "tag", "None"),
        ({"type": ["circle"]}, "tag", "['circle']"),
        ("circle", "kind", "circle"),
    ],
)
def test_shapes_of_a_union_are_told_apart_by_their_type(figure: Any, kind: str, found: Any) -> None:
    (refusal,) = refusals(Drawing, {"title": "a", "figures": [figure]})
    assert (refusal.kind, refusal.loc, refusal.found) == (kind, ("figures", 0), found)
    assert read(Drawing, {"title": "a", "figures": [{"type": "square", "side": 1}]}).figures == (
        Square(side=1),
    )


def test_a_check_before_a_value_is_read_may_refuse_it() -> None:
    (found,) = refusals(Drawing, {"title": "a", "number": 7})
    assert (found.kind, found.loc, found.message, found.hint) == (
        "other",
        ("number",),
        "seven is taken",
        "write eight",
    )


def test_fields_are_checked_together_once_each_is_right() -> None:
    assert [one.message for one in refusals(Drawing, {"title": "a", "number": 0})] == [
        "a drawing has a number"
    ]
    assert refused(Drawing, {"title": 1, "number": 0}) == [("kind", ("title",))]


@pytest.mark.parametrize("data", [{5: 1, "title": "a"}, {"\ud800": 1, "title": "a"}])
def test_a_key_that_no_json_has_is_refused(data: Any) -> None:
    (found,) = refusals(Drawing, data)
    assert found.kind in {"key", "other"}
    assert found.message


def test_a_word_that_is_no_unicode_is_refused_in_words() -> None:
    (found,) = refusals(Outer, {"size": "\ud800"})
    assert found.kind == "other"


def test_a_body_drops_nulls_and_remembers_what_was_written() -> None:
    found = Drawing.from_json({"name": "a", "ink": None, "unknown": None})
    assert found.written == {"title"}
    assert found.to_written() == {"title": "a"}
    assert Drawing(title="a", number=3).written == {"title", "number"}


def test_a_body_is_written_as_json_with_or_without_its_nulls() -> None:
    found = Drawing(title="a", figures=(Square(side=1),), ink={"x": 1})
    assert found.to_json(without={"ink"}) == {
        "title": "a",
        "figures": [{"type": "square", "side": 1}],
        "number": None,
    }
    assert "number" not in found.to_json(nulls=False)


def test_a_hidden_field_is_not_in_the_repr() -> None:
    assert repr(Square(side=5)) == "Square(type='square')"


def test_a_value_that_was_read_before_is_taken_as_it_is() -> None:
    drawing = Drawing(title="a", figures=(Circle(radius=1),))
    assert read(Late, {"drawing": drawing}).drawing is drawing
    assert read(Drawing, {"title": "b", "figures": [Circle(radius=1)]}).figures == drawing.figures


def test_an_error_quotes_no_value() -> None:
    with pytest.raises(ShapeError, match=r"^count: bound, expected at least 1$"):
        read(Outer, {"count": -5})


def test_a_field_of_no_known_type_is_an_error_of_the_shape() -> None:
    class Strange(Shape, frozen=True, kw_only=True):
        odd: bytes = b""

    with pytest.raises(TypeError, match="no shape can have a field"):
        read(Strange, {"odd": ""})


def test_the_schema_follows_the_same_annotations() -> None:
    schema = schema_of(Outer)["properties"]
    assert schema["count"] == {
        "default": 1,
        "exclusiveMaximum": 9,
        "minimum": 1,
        "type": "integer",
    }
    assert schema["is_open"] == {"default": False, "enum": ["yes", "no"], "type": "string"}
    assert "at" not in schema
    assert "kept" not in schema


def test_a_blank_key_leaves_what_was_given_and_is_null_where_a_null_is_a_value() -> None:
    class Limits(Shape, frozen=True, kw_only=True):
        most: int | None = 1
        names: Annotated[tuple[str, ...], BLANK] = ()

    found = plan_of(Limits).read({"most": None, "names": None}, (), Notes(), names=("a",))
    assert found == Limits(most=None, names=("a",))
