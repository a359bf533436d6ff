from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.call.address import (
    header_lines,
    is_loopback,
    parse_address,
    parse_base_address,
)
from pytest_tavus.wire import HttpRequest


@pytest.mark.parametrize(
    ("base", "production", "target"),
    [
        ("http://localhost:8000", "https://x.example/orders", "/orders"),
        ("http://localhost:8000/", "https://x.example/orders/", "/orders/"),
        (
            "http://localhost:8000/api",
            "https://x.example/orders?a=%20b&c=1+2",
            "/api/orders?a=%20b&c=1+2",
        ),
        ("http://localhost:8000/api/", "https://x.example", "/api/"),
        ("http://localhost:8000", "https://x.example", "/"),
        ("http://localhost:8000", "https://x.example/a%2Fb;v=1", "/a%2Fb;v=1"),
        ("http://localhost:8000", "https://x.example/größe?q=ü x", "/gr%C3%B6%C3%9Fe?q=%C3%BC%20x"),
        ("http://localhost:8000", "https://x.example/a?#part", "/a"),
    ],
)
def test_a_production_url_is_mapped_by_its_path(base: str, production: str, target: str) -> None:
    request = parse_address(production)
    assert request is not None
    assert parse_base_address(base).target_of(request) == target


@given(st.text(alphabet="abc%=&+/?:@!$'()*,;-._~0123456789"))
def test_a_query_is_kept_byte_for_byte(query: str) -> None:
    found = parse_address(f"https://x.example/a?{query}")
    assert found is not None
    assert found.query == query


@pytest.mark.parametrize(
    "url", ["", "orders", "/orders", "ftp://x.example/", "http://", "https://x:port/"]
)
def test_a_relative_or_broken_url_has_no_address(url: str) -> None:
    assert parse_address(url) is None


@pytest.mark.parametrize(
    ("url", "netloc"),
    [
        ("http://127.0.0.1:80/", "127.0.0.1"),
        ("https://localhost:443/", "localhost"),
        ("http://[::1]:8000/", "[::1]:8000"),
        ("https://localhost:80/", "localhost:80"),
    ],
)
def test_the_host_header_leaves_out_a_default_port(url: str, netloc: str) -> None:
    assert parse_base_address(url).netloc == netloc


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_addresses_of_this_machine_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "10.0.0.1", "example.com", "localhost.example", "::", "1270.0.0.1"]
)
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "localhost:8000",
            "the handler's url 'localhost:8000' is not an absolute http or https URL",
        ),
        (
            "http://api.shop.example",
            (
                "the handler's url 'http://api.shop.example' is not on this machine: "
                "use localhost, 127.0.0.1 or [::1]"
            ),
        ),
        (
            "http://me:secret@localhost",
            "the handler's url holds a user name or a password, which is never sent",
        ),
        (
            "http://localhost/?a=1",
            (
                "the handler's url 'http://localhost/' is a base URL: "
                "it takes no query and no fragment"
            ),
        ),
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused(url: str, message: str) -> None:
    with pytest.raises(HandlerError) as caught:
        parse_base_address(url)
    assert caught.value.message == message


def test_header_lines_are_those_of_the_request_with_computed_framing() -> None:
    request = HttpRequest(
        method="POST",
        url="https://x.example/",
        headers=(("Host", "x"), ("X-A", "1"), ("Content-Length", "9"), ("X-Name", "日本")),
        body=b"{}",
    )
    assert header_lines(request, host="localhost:1") == [
        (b"host", b"localhost:1"),
        (b"X-A", b"1"),
        (b"X-Name", "日本".encode()),
        (b"content-length", b"2"),
    ]


def test_a_get_has_no_content_length_and_an_empty_post_has() -> None:
    get = HttpRequest(method="GET", url="https://x.example/")
    assert header_lines(get, host="h") == [(b"host", b"h")]
    post = HttpRequest(method="POST", url="https://x.example/")
    assert header_lines(post, host="h")[-1] == (b"content-length", b"0")
