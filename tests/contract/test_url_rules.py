from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.tool.url_rules import url_problems
from pytest_tavus.spans import Loc

AT: Loc = ("url",)


def messages(url: str) -> list[str]:
    return [problem.message for problem in url_problems(url, AT)]


def unreachable(host: str) -> str:
    return (
        f"the host {host!r} cannot be reached from the public internet: "
        "private, loopback and link-local addresses are refused"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "HTTPS://api.example.com/a",
        "hTTps://API.example.com:8443/a/{b}?c={d}",
        "https://8.8.8.8/a",
        "https://[2606:4700::1111]/a",
        "https://localhost.example.com/a",
        "https://127.0.0.1.example.com/a",
        "https://0xdeadbeef.example.com/",
        "https://256.256.256.256/a",
    ],
)
def test_a_public_https_url_is_accepted(url: str) -> None:
    assert messages(url) == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://api.example.com/a", "http://api.example.com/a"),
        ("ftp://api.example.com", "ftp://api.example.com"),
        ("api.example.com/a", "api.example.com/a"),
        ("//api.example.com/a", "//api.example.com/a"),
        ("{base}/a", "{base}/a"),
        ("", ""),
        ("http://user:pass@api.example.com/a?key=s3cret#f", "http://api.example.com/a"),
        ("user:pass@api.example.com/a", "api.example.com/a"),
        ("http://api.example.com:80/@a", "http://api.example.com:80/@a"),
    ],
)
def test_a_url_starts_with_https_and_is_shown_without_secrets(url: str, shown: str) -> None:
    assert messages(url) == [f"the URL must start with https://, found {shown!r}"]


@pytest.mark.parametrize("url", ["https://u:p/w@a.example", "https://u:p?w@a.example/b"])
def test_a_password_that_breaks_its_url_is_not_shown(url: str) -> None:
    assert messages(url) == [
        "'https://...' is not a valid URL: expected https://, a host and a path"
    ]


@pytest.mark.parametrize("url", ["https://", "https:///a", "https:api.example.com", "https://:443"])
def test_a_url_has_a_host(url: str) -> None:
    (message,) = messages(url)
    assert message.startswith("the URL has no hostname: ")


@pytest.mark.parametrize(
    "url", ["https://a b.example.com", "https://x.example.com/\n", "https://[::1", "https://x:port"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert messages(url) == [f"{url!r} is not a valid URL: expected https://, a host and a path"]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://{region}.example.com/a", "{region}.example.com"),
        ("https://{host}", "{host}"),
        ("https://api.example.com{path}/a", "api.example.com{path}"),
        ("https://api.example.com:{port}/a", "api.example.com:{port}"),
        ("https://{tavus_region}.example.com/a", "{tavus_region}.example.com"),
    ],
)
def test_a_hostname_is_static(url: str, place: str) -> None:
    assert messages(url) == [f"the hostname must be static, found {place!r}"]


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "api.localhost",
        "localhost.",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_a_host_that_only_this_network_knows_is_refused(host: str) -> None:
    assert messages(f"https://{host}/a") == [unreachable(host)]


@pytest.mark.parametrize("host", ["::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::"])
def test_an_ipv6_host_that_only_this_network_knows_is_refused(host: str) -> None:
    assert messages(f"https://[{host}]/a") == [unreachable(host)]


@given(st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_every_spelling_of_a_loopback_address_is_refused(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]  # an IPv4Address has __int__
    hosts = [str(address), str(number), hex(number), f"{number >> 24}.{number & 0xFFFFFF}"]
    assert [messages(f"https://{host}") for host in hosts] == [
        [unreachable(host)] for host in hosts
    ]


@given(st.text(max_size=40))
def test_no_text_is_beyond_judgement(text: str) -> None:
    assert all(message for message in messages(text))
    assert all(message for message in messages(f"https://{text}"))


def test_a_local_host_is_met_with_advice() -> None:
    (problem,) = url_problems("https://localhost:8000/orders", AT)
    assert problem.hint == (
        "write the production address; a simulated conversation sends the call to its own handler"
    )
