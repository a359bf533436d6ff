"""Accepted callbacks stay on this machine; other callbacks are refused with a reason."""

from __future__ import annotations

import ipaddress

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl

from pytest_tavus.simulator.server.oauth.clients import loopback_fault

_LOOPBACK_HOSTS = st.one_of(
    st.sampled_from(["localhost", "127.0.0.1", "[::1]", "LOCALHOST"]),
    st.integers(0x7F000000, 0x7FFFFFFF).map(lambda number: str(ipaddress.IPv4Address(number))),
)


_PATHS = st.from_regex(r"(/[a-z0-9._~%:@!$&'()*+,;=-]*)*(\?[a-z0-9=&/?]*)?", fullmatch=True)


@given(host=_LOOPBACK_HOSTS, port=st.integers(1, 65_535), path=_PATHS)
def test_every_address_of_this_machine_is_a_callback(host: str, port: int, path: str) -> None:
    assert loopback_fault(f"http://{host}:{port}{path}") is None


_ANY_URI = st.one_of(
    st.text(),
    st.from_regex(r"https?:(//)?[a-z0-9.@:\[\]\\/%#?-]{0,30}", fullmatch=True),
    st.builds(
        "{}://{}{}{}{}".format,
        st.sampled_from(["http", "https", "HTTP", "javascript", "file", "ftp"]),
        st.sampled_from(["", "user@", "127.0.0.1@", "localhost:1@", "@"]),
        st.sampled_from(
            ["localhost", "127.0.0.1", "[::1]", "[::]", "0.0.0.0", "10.0.0.1", "tavus.example"]
        ),
        st.sampled_from(["", ":1", ":0", ":70000", ":x", ".tavus.example", "\\@tavus.example"]),
        st.sampled_from(["", "/", "/callback", "#", "/#x", "?x#", " ", "\t", "\n"]),
    ),
)


@given(uri=_ANY_URI)
def test_an_accepted_callback_is_loopback_for_other_url_parsers(uri: str) -> None:
    if loopback_fault(uri) is None:
        for host in (httpx2.URL(uri).host, AnyUrl(uri).host or ""):
            address = host.strip("[]")
            assert address == "localhost" or ipaddress.ip_address(address).is_loopback
        assert httpx2.URL(uri).scheme == "http"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("", "it has characters that no URI has"),
        ("http://127.0.0.1\\@tavus.example/", "it has characters that no URI has"),
        ("http://127.0.0.1/\n", "it has characters that no URI has"),
        ("http://[::1/", "it cannot be read: Invalid IPv6 URL"),
        ("http://127.0.0.1:70000/", "it cannot be read: Port out of range 0-65535"),
        ("http://127.0.0.1:0/", "port 0 is no port"),
        ("https://127.0.0.1/", "its scheme is 'https', not 'http'"),
        ("javascript:alert(1)", "its scheme is 'javascript', not 'http'"),
        ("//127.0.0.1/", "its scheme is '', not 'http'"),
        ("http://127.0.0.1/#", "it has a fragment"),
        ("http://me@127.0.0.1/", "it has a user name"),
        ("http://127.0.0.1.tavus.example/", _host_fault := "its host is"),
        ("http://localhost.tavus.example/", _host_fault),
        ("http://2130706433/", _host_fault),
        ("http://0x7f.1/", _host_fault),
        ("http://0.0.0.0/", _host_fault),
        ("http://[::]/", _host_fault),
        ("http://[::ffff:127.0.0.1]/", _host_fault),
        ("http:///callback", "its host is '', not localhost, 127.0.0.1 or [::1]"),
    ],
)
def test_any_other_address_is_refused_with_the_reason(uri: str, fault: str) -> None:
    assert (loopback_fault(uri) or "").startswith(fault)
