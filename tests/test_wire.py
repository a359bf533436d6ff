"""HTTP as values."""

from __future__ import annotations

import pytest

from pytest_tavus.wire import HttpRequest, find_header


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://api.example.com", "/"),
        ("https://api.example.com/orders", "/orders"),
        ("https://api.example.com/orders?id=A%2F1&x=", "/orders?id=A%2F1&x="),
        ("https://api.example.com?id=1", "/?id=1"),
    ],
)
def test_the_target_is_path_and_query_as_in_the_request_line(url: str, target: str) -> None:
    assert HttpRequest(method="GET", url=url).target == target


def test_header_names_compare_without_regard_to_case_and_the_first_wins() -> None:
    headers = (("X-One", "1"), ("x-one", "2"))
    assert find_header(headers, "X-ONE") == "1"
    assert find_header(headers, "X-Two") is None
