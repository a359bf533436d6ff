"""Every behaviour that is said to be Tavus's has a test, and every test that says so an entry."""

from __future__ import annotations

from datetime import date

import pytest

from tests.docs.golden import hold
from tests.fidelity.manifest import Entry, ManifestError, Mark, areas, entries, marked, marks, read
from tests.fidelity.page import PAGE, TITLES, page

SOUND = """\
- name: rest.no_op_patch
  behaviour: A PATCH that changes nothing is answered with 304.
  source: {doc: openapi.yaml}
  divergence: none
  seen: 2026-11-20
"""


def test_no_entry_is_without_a_test() -> None:
    tested = {mark.name for mark in marks()}

    assert [entry.name for entry in entries() if entry.name not in tested] == []


def test_no_test_is_without_an_entry() -> None:
    written = {entry.name for entry in entries()}

    assert [f"{m.file}:{m.line}: {m.name}" for m in marks() if m.name not in written] == []


def test_every_area_has_a_title() -> None:
    assert {file.stem for file in areas()} <= set(TITLES)


def test_the_page_is_what_the_manifest_says() -> None:
    hold(PAGE, page(entries(), marks()))


def test_an_entry_is_read() -> None:
    assert read(SOUND, area="rest") == [
        Entry(
            name="rest.no_op_patch",
            behaviour="A PATCH that changes nothing is answered with 304.",
            source={"doc": "openapi.yaml"},
            divergence=None,
            seen=date(2026, 11, 20),
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "divergence: none",
            "differs: none",
            (
                "its keys must be name, behaviour, source, divergence, seen, "
                "not name, behaviour, source, differs, seen"
            ),
        ),
        (
            "name: rest.",
            "name: live.",
            "its name must be 'rest.' and words in lower case joined by underscores",
        ),
        (
            "name: rest.no_op_patch",
            "name: rest.No-op",
            "its name must be 'rest.' and words in lower case joined by underscores",
        ),
        (
            "A PATCH that changes nothing is answered with 304.",
            "304",
            "its behaviour must be one sentence, not 304",
        ),
        ("none", "Some", "its divergence must be one sentence or 'none', not 'Some'"),
        (
            "2026-11-20",
            "today",
            "the day it was last seen must be a date like 2026-11-20, not 'today'",
        ),
        (
            "{doc: openapi.yaml}",
            "doc",
            (
                "its source must be a mapping with one or more of doc, client, inferred, wild, "
                "not 'doc'"
            ),
        ),
        (
            "doc: openapi",
            "blog: openapi",
            "a source must be one of doc, client, inferred, wild, not 'blog'",
        ),
        ("openapi.yaml", "''", "the source 'doc' must say where, not ''"),
    ],
)
def test_an_entry_that_is_not_as_the_format_says_is_refused(
    old: str, new: str, message: str
) -> None:
    with pytest.raises(ManifestError) as refused:
        read(SOUND.replace(old, new), area="rest")

    assert str(refused.value).endswith(f": {message}")


def test_an_entry_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ManifestError) as refused:
        read(SOUND * 2, area="rest")

    assert str(refused.value) == "rest.yaml: rest.no_op_patch is there twice"


def test_entries_out_of_order_are_refused() -> None:
    with pytest.raises(ManifestError) as refused:
        read(SOUND + SOUND.replace("no_op", "a_no_op"), area="rest")

    assert str(refused.value) == (
        "rest.yaml: rest.a_no_op_patch must stand before rest.no_op_patch"
    )


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.fidelity('a.b', 'a.c')\ndef test_it(): ...",
        "@pytest.mark.fidelity('a.b')\n@pytest.mark.fidelity('a.c')\nclass TestIt: ...",
        "pytestmark = [pytest.mark.fidelity('a.b', 'a.c'), pytest.mark.asyncio]",
        "pytest.param(1, marks=pytest.mark.fidelity('a.b', 'a.c'))",
    ],
)
def test_a_mark_is_found_wherever_it_stands(text: str) -> None:
    assert sorted(mark.name for mark in marked(text, file="test_it.py")) == ["a.b", "a.c"]


def test_another_mark_is_none() -> None:
    assert list(marked("@pytest.mark.asyncio('a.b')\ndef test_it(): ...", file="test_it.py")) == []


@pytest.mark.parametrize("names", ["", "NAME", "f'a.{b}'", "1", "'a.b', name='a.c'"])
def test_a_mark_that_cannot_be_read_from_the_source_is_refused(names: str) -> None:
    with pytest.raises(ManifestError) as refused:
        list(marked(f"pytest.mark.fidelity({names})", file="test_it.py"))

    assert str(refused.value) == "test_it.py:1: the names must be literals"


def test_a_mark_that_names_an_entry_twice_is_refused() -> None:
    with pytest.raises(ManifestError) as refused:
        list(marked("pytest.mark.fidelity('a.b', 'a.b')", file="test_it.py"))

    assert str(refused.value) == "test_it.py:1: a name is there twice"


def test_the_page_names_the_files_of_the_tests() -> None:
    found = [
        Mark(name="rest.no_op_patch", file=f"tests/rest/test_{name}.py", line=1)
        for name in ("b", "a", "b")
    ]

    assert page(read(SOUND, area="rest"), found).splitlines()[-1] == (
        "| **rest.no_op_patch**: A PATCH that changes nothing is answered with 304. "
        "| openapi.yaml [doc] |  "
        "| [test_a.py](../tests/rest/test_a.py), [test_b.py](../tests/rest/test_b.py) "
        "| 2026-11-20 |"
    )
