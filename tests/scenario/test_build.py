"""A document becomes a value: keys are copied by name, and differences are declared."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields
from pydantic import Field
from pydantic_core import PydanticUndefined

from pytest_tavus.scenario.language.build import build
from pytest_tavus.scenario.language.calls import CallDocument
from pytest_tavus.scenario.language.reference import PARTS
from pytest_tavus.scenario.language.shapes import BuildSpec, Part
from pytest_tavus.spans import Loc

BUILT = [part for part in PARTS if part.builds.value is not Struct]

GIVEN = {"at", "expects_result", "search_path"}
"""Fields of values that no key is named after."""


class Inner(Struct, frozen=True, kw_only=True):
    at: Loc
    names: tuple[str, ...] = ()


class Outer(Struct, frozen=True, kw_only=True):
    at: Loc
    loud: str = ""
    inner: tuple[Inner, ...] = ()
    expects_note: bool = False
    note: Any = None
    kept: int = 0


class InnerDocument(Part):
    builds = BuildSpec(Inner)
    part = "an inner part"

    names: list[str] | None = None


class OuterDocument(Part):
    builds = BuildSpec(
        Outer,
        apart=frozenset({"aside"}),
        loud=lambda text, at, _complain: f"{text.upper()} {at}",
    )
    part = "an outer part"
    nullable = frozenset({"note"})

    loud: str = Field(default="", alias="volume")
    inner: list[InnerDocument] | None = None
    note: Any = None
    aside: str | None = None


class StrayDocument(Part):
    builds = BuildSpec(Inner)
    part = "a stray part"

    unknown: int = 0


def _default(field: FieldInfo) -> Any:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def built(document: Part, **given: Any) -> Any:
    def complain(loc: Loc, message: str, hint: str | None) -> None:
        raise AssertionError((loc, message, hint))

    return build(document, ("here",), complain, **given)


def test_parts_in_a_list_are_built_at_their_own_paths() -> None:
    document = OuterDocument.model_validate({"inner": [{}, {"names": ["a", "b"]}]})

    assert built(document).inner == (
        Inner(at=("here", "inner", 0)),
        Inner(at=("here", "inner", 1), names=("a", "b")),
    )


def test_a_declared_conversion_gets_the_path_with_the_key_as_it_is_written() -> None:
    assert built(OuterDocument(volume="up")).loud == "UP ('here', 'volume')"


def test_a_key_that_is_not_written_leaves_the_default_of_the_value() -> None:
    assert built(OuterDocument()) == Outer(at=("here",))


@pytest.mark.parametrize(("written", "expected"), [({"note": None}, True), ({}, False)])
def test_a_null_that_is_written_is_told_from_one_that_is_not(
    written: dict[str, Any], expected: bool
) -> None:
    assert built(OuterDocument.model_validate(written)).expects_note is expected


@pytest.mark.parametrize(("written", "kept"), [({}, 3), ({"kept": 5}, 5)])
def test_a_given_field_holds_where_the_document_does_not_say_it(
    written: dict[str, int], kept: int
) -> None:
    class KeepingDocument(OuterDocument):
        kept: int = 0

    assert built(KeepingDocument.model_validate(written), kept=3).kept == kept


def test_a_key_apart_is_left_out() -> None:
    assert built(OuterDocument(aside="x")) == Outer(at=("here",))


def test_a_key_without_a_field_of_its_name_is_an_error() -> None:
    with pytest.raises(TypeError, match="unknown"):
        built(StrayDocument(unknown=1))


@pytest.mark.parametrize("part", BUILT, ids=lambda part: part.__name__)
def test_each_key_has_a_field_in_the_value_and_each_field_has_a_key(part: type[Part]) -> None:
    keys = part.model_fields.keys() - part.builds.excluded

    assert keys == set(part.builds.value.__struct_fields__) - GIVEN


@pytest.mark.parametrize("part", BUILT, ids=lambda part: part.__name__)
def test_each_key_that_takes_any_data_says_how_it_is_built(part: type[Part]) -> None:
    free = {name for name, field in part.model_fields.items() if field.annotation is Any}

    assert free <= part.builds.converters.keys() <= part.model_fields.keys()


@pytest.mark.parametrize("part", BUILT, ids=lambda part: part.__name__)
def test_a_key_and_its_field_have_the_same_default(part: type[Part]) -> None:
    values = {field.name: field for field in fields(part.builds.value)}

    for name in part.model_fields.keys() - part.builds.excluded:
        default = part.model_fields[name].get_default(call_default_factory=True)
        if default is PydanticUndefined:
            assert values[name].required, name
        elif default is not None:  # a key that is left out leaves the default of the value
            assert default == _default(values[name]), name


def test_the_default_of_an_expected_call_is_once() -> None:
    once = built(CallDocument(tool="t")).times
    at_most = built(CallDocument.model_validate({"tool": "t", "times": {"max": 2}})).times

    assert (once.minimum, once.maximum) == (1, 1)
    assert (at_most.minimum, at_most.maximum) == (0, 2)
