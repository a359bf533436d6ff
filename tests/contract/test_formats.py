"""The formats that are asserted."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.schema.dialect import validator
from pytest_tavus.contract.schema.formats import FORMATS, is_of_format

EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "date-time": (
        ["2030-01-31T09:30:00Z", "2030-01-31t09:30:00.25+01:00", "2016-12-31T23:59:60Z"],
        ["2030-01-31", "2030-01-31T09:30:00", "2030-02-30T09:30:00Z", "2030-01-31 09:30:00Z"],
    ),
    "date": (["2030-01-31"], ["2030-1-31", "2030-02-29", "31.01.2030", "2030-01-31\n", "tomorrow"]),
    "time": (["09:30:00Z", "23:59:60-05:30"], ["9:30", "09:30:00", "24:00:00Z", "09:30Z"]),
    "duration": (
        ["P1D", "PT20M", "P4W", "P1Y2M3DT4H5M6S"],
        ["P", "PT", "1D", "P1S", "P1DT", "P1W2D"],
    ),
    "email": (
        ["mia@shop.example", "a.b+c@d-e.example"],
        ["mia", "@shop.example", "a@", "a b@c.d", "a@b@c"],
    ),
    "hostname": (
        ["shop.example", "localhost"],
        ["-a.example", "a..b", "a_b.example", "x" * 64, ""],
    ),
    "ipv4": (["127.0.0.1"], ["127.0.0", "256.0.0.1", "::1", "127.0.0.01"]),
    "ipv6": (["::1", "2001:db8::7"], ["127.0.0.1", ":::", "fe80::1%eth0"]),
    "uuid": (["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380", "x"]),
}


def test_every_format_has_examples() -> None:
    assert EXAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_a_text_is_of_a_format_or_it_is_not(name: str) -> None:
    good, bad = EXAMPLES[name]
    ready = validator({"format": name})
    assert [text for text in good if not is_of_format(name, text)] == []
    assert [text for text in bad if is_of_format(name, text)] == []
    assert [text for text in good if list(ready.iter_errors(text))] == []
    assert [text for text in bad if not list(ready.iter_errors(text))] == []


@pytest.mark.parametrize("value", [7, None, True, ["x"], {}])
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_nothing_of_other_values_than_text(name: str, value: object) -> None:
    assert is_of_format(name, value)
    assert list(validator({"format": name}).iter_errors(value)) == []


@pytest.mark.parametrize("name", ["uri", "x-phone", 7, None])
def test_any_other_format_is_a_remark(name: object) -> None:
    assert is_of_format(name, "anything at all")
