"""The hosts that tools may call: what a list covers, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal.host_rules import host_problems
from pytest_tavus.contract.pal.pal import Pal

LISTED = ("shop.example.com", "*.example.org", "pay.example.net:8443", "[2606:4700::1111]")


def found(url: str, *hosts: str, token_url: str | None = None) -> list[tuple[str, str | None]]:
    api: dict[str, object] = {"url": url}
    if token_url is not None:
        oauth = {"type": "oauth2_client_credentials", "client_id": "c", "client_secret": "s"}
        api["auth"] = {**oauth, "token_url": token_url}
    tool = {"name": "t", "description": "d", "delivery": {"api": api}}
    client = {"name": "c", "description": "d", "delivery": {"app_message": True}}
    pal = Pal.from_json({"tools": [client, tool]})
    return [(one.message, one.hint) for one in host_problems(pal, hosts or LISTED)]


def outside(host: str) -> str:
    return f"the host {host!r} is not among those that tools may call"


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example.com/orders",
        "https://shop.example.com:8443/orders",
        "HTTPS://SHOP.Example.COM./orders/{order_id}",
        "https://user:pass@shop.example.com?q={x}",
        "https://a.example.org/",
        "https://a.b.example.org:9/",
        "https://pay.example.net:8443/",
        "https://[2606:4700::1111]/",
        "https://[2606:4700::1111]:8443/",
    ],
)
def test_a_listed_host_is_allowed(url: str) -> None:
    assert found(url) == []
    assert found("https://shop.example.com/", token_url=url) == []


@pytest.mark.parametrize(
    ("url", "host", "near"),
    [
        ("https://shop.exmaple.com/orders", "shop.exmaple.com", "shop.example.com"),
        ("https://shop.example.com.evil.test/", "shop.example.com.evil.test", "shop.example.com"),
        ("https://shop.example.com@evil.test/", "evil.test", None),
        ("https://xshop.example.com/", "xshop.example.com", "shop.example.com"),
        ("https://example.org/", "example.org", "*.example.org"),
        ("https://.example.org/", ".example.org", "*.example.org"),
        ("https://aexample.org/", "aexample.org", "*.example.org"),
        ("https://pay.example.net/", "pay.example.net", "pay.example.net:8443"),
        ("https://pay.example.net:8444/", "pay.example.net:8444", "pay.example.net:8443"),
        ("https://[2606:4700::1112]/", "[2606:4700::1112]", "[2606:4700::1111]"),
    ],
)
def test_another_host_is_refused_with_the_nearest(url: str, host: str, near: str | None) -> None:
    hint = f"tavus_hosts lists: {', '.join(LISTED)}" if near is None else f"did you mean {near!r}?"
    assert found(url) == [(outside(host), hint)]
    assert found("https://shop.example.com/", token_url=url) == [(outside(host), hint)]


def test_the_port_of_the_scheme_need_not_be_written() -> None:
    assert found("https://shop.example.com/", "shop.example.com:443") == []
    assert found("https://shop.example.com:80/", "shop.example.com:443") != []


@pytest.mark.parametrize(
    "url", ["https://{shop}.example.org/", "https://a.example.org{x}/", "https://a}.example.org"]
)
def test_no_list_covers_a_placeholder_in_the_host(url: str) -> None:
    ((message, _),) = found(url)
    assert message.startswith("the hostname must be static, found ")


@pytest.mark.parametrize("url", ["", "https://", "https://[::1", "https://a b.example.org/"])
def test_a_url_without_a_host_is_never_passed_over(url: str) -> None:
    assert found(url) != []


def test_without_a_list_every_host_is_allowed() -> None:
    pal = Pal.from_json(
        {
            "tools": [
                {"name": "t", "description": "d", "delivery": {"api": {"url": "https://a.test"}}}
            ]
        }
    )
    assert list(host_problems(pal, ())) == []


@given(rest=st.text())
def test_whatever_follows_a_host_that_is_not_listed_it_is_refused(rest: str) -> None:
    assert found(f"https://evil.test/{rest}") != []
