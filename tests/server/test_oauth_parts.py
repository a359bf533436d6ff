"""The parts of the sign-in on their own: callbacks, signed requests, randomness, terms."""

from __future__ import annotations

import ipaddress
import json
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl
from starlette.responses import HTMLResponse

from pytest_tavus.server.oauth.page import delivery_page, question_page
from pytest_tavus.server.oauth.randomness import digest, seeded, unguessable
from pytest_tavus.server.oauth.redirects import loopback_fault
from pytest_tavus.server.oauth.sessions import Grant, Sessions
from pytest_tavus.server.oauth.signed import OneTimeRequests, RequestRefused
from pytest_tavus.server.oauth.terms import OAuthTerms
from tests.server.hosted import CALLBACK, MCP, START

# Callbacks

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
def test_what_is_a_callback_is_one_for_other_readers_of_addresses_too(uri: str) -> None:
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


# Signed requests

_FIELDS = st.dictionaries(
    st.text(), st.one_of(st.text(), st.none(), st.booleans(), st.lists(st.text())), max_size=5
)


class Watch:
    """A clock that is set by hand."""

    time = START

    def __call__(self) -> float:
        return self.time


def _requests(seed: int = 1, watch: Watch | None = None) -> OneTimeRequests:
    return OneTimeRequests(now=watch or Watch(), fresh=seeded(seed))


@given(fields=_FIELDS)
def test_a_signed_request_is_read_as_it_was_written(fields: dict[str, Any]) -> None:
    requests = _requests()
    text = requests.sign(fields, seconds=60)

    assert requests.read(text) == fields
    assert httpx2.QueryParams({"request": text})["request"] == text
    assert str(httpx2.QueryParams({"request": text})) == f"request={text}"
    assert requests.answer(text) == fields
    with pytest.raises(RequestRefused, match="answered before"):
        requests.answer(text)


@given(fields=_FIELDS, data=st.data())
def test_a_request_with_any_other_character_is_refused(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    requests = _requests()
    text = requests.sign(fields, seconds=60)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))

    with pytest.raises(RequestRefused, match=r"^This request was not signed by this server\.$"):
        requests.read(text[:place] + other + text[place + 1 :])


@given(text=st.text())
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(RequestRefused, match=r"^This request was not signed by this server\.$"):
        _requests().read(text)


@given(fields=_FIELDS)
def test_another_server_s_request_is_refused(fields: dict[str, Any]) -> None:
    text = _requests(1).sign(fields, seconds=60)

    with pytest.raises(RequestRefused, match="not signed by this server"):
        _requests(2).read(text)


def test_a_proof_is_of_one_request_and_one_browser() -> None:
    requests = _requests()
    proof = requests.proof("a request", "a browser")

    assert requests.proves(proof, text="a request", nonce="a browser")
    assert not requests.proves(proof, text="another", nonce="a browser")
    assert not requests.proves(proof, text="a request", nonce="another")
    assert not requests.proves(requests.proof("a request", ""), text="a request", nonce="")


def test_an_answered_request_is_forgotten_once_it_is_too_old_anyway() -> None:
    watch = Watch()
    requests = _requests(watch=watch)
    first = requests.sign({}, seconds=60)
    requests.answer(first)
    watch.time += 61
    requests.answer(requests.sign({}, seconds=60))

    with pytest.raises(RequestRefused, match=r"^This request is too old\. Start again in your cl"):
        requests.answer(first)


# Pages


class Outline(HTMLParser):
    """What a browser makes of a page: its elements, its text, the values of its fields."""

    def __init__(self, page: HTMLResponse) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.fields: dict[str, str] = {}
        self.feed(bytes(page.body).decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if tag == "input":
            self.fields[named["name"] or ""] = named["value"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(who=_WORDS, where=_WORDS, wants=_WORDS, value=_WORDS)
def test_nothing_that_a_client_says_becomes_part_of_a_page(
    who: str, where: str, wants: str, value: str
) -> None:
    plain = Outline(question_page(who="a", where="b", wants="c", fields={"d": "e"}))
    page = Outline(question_page(who=who, where=where, wants=wants, fields={"d": value}))

    assert page.tags == plain.tags
    assert page.fields == {"d": value}
    assert all(said in page.text for said in (who, where, wants))


@given(payload=st.dictionaries(_WORDS, _WORDS), callback=_WORDS)
def test_a_payload_arrives_in_the_script_as_it_is(payload: dict[str, str], callback: str) -> None:
    text = bytes(delivery_page(callback, payload).body).decode()
    data = text.partition('id="login">')[2].partition("</script>")[0]

    assert json.loads(data) == {"callback": callback, "payload": payload}
    assert text.count("<script") == text.count("</script") == 2
    assert "<!--" not in text


# Sessions


def test_a_code_can_be_redeemed_once_even_by_who_saw_it_before() -> None:
    kept = Sessions(terms=OAuthTerms(), now=Watch(), fresh=seeded(1))
    code = kept.code_for(_grant())

    assert kept.granted(code) == _grant()
    assert kept.redeem(code) is not None
    assert kept.redeem(code) is None
    assert kept.granted(code) is None


def test_tokens_of_an_ended_session_are_not_rotated() -> None:
    kept = Sessions(terms=OAuthTerms(), now=Watch(), fresh=seeded(1))
    pair = kept.redeem(kept.code_for(_grant()))

    assert pair is not None
    assert kept.revoke(pair.refresh, "another client") is False
    assert kept.revoke(pair.refresh, "c") is True
    assert kept.revoke(pair.refresh, "c") is False
    assert kept.rotate(pair.refresh, ("mcp",)) is None


_STEPS = st.lists(
    st.tuples(st.sampled_from(["rotate", "wait", "revoke"]), st.integers(0, 4), st.floats(0, 100)),
    max_size=20,
)


@given(steps=_STEPS)
def test_no_token_of_a_session_outlives_it(steps: list[tuple[str, int, float]]) -> None:
    """A model in three lines: open until revoked, or until a token is late by its first use."""
    watch = Watch()
    kept = Sessions(terms=OAuthTerms(), now=watch, fresh=seeded(1))
    first = kept.redeem(kept.code_for(_grant()))
    assert first is not None
    pairs, used, is_open = [first], dict[str, float](), True
    for step, index, seconds in steps:
        token = pairs[index % len(pairs)].refresh
        if step == "wait":
            watch.time += seconds
        elif step == "revoke":
            is_open = is_open and not kept.revoke(token, "c")
        else:
            pair = kept.rotate(token, ("mcp",))
            is_open = is_open and watch.time - used.setdefault(token, watch.time) <= 60
            assert (pair is not None) is is_open
            pairs += [] if pair is None else [pair]
        assert (kept.refresh(pairs[0].refresh) is not None) is is_open
    assert is_open or not [pair for pair in pairs if kept.access(pair.access)]


def _grant() -> Grant:
    return Grant(
        client_id="c",
        scopes=("mcp",),
        resource=MCP,
        code_challenge="",
        redirect_uri=CALLBACK,
        redirect_uri_given=True,
    )


# Randomness and terms


@given(seed=st.integers(), kind=st.sampled_from(["access", "refresh"]))
def test_the_same_seed_gives_the_same_tokens_and_no_token_twice(seed: int, kind: str) -> None:
    first, second = seeded(seed), seeded(seed)
    tokens = [first(kind) for _ in range(3)]

    second("another kind")
    assert tokens == [second(kind) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert {len(token) for token in tokens} == {43}


def test_without_a_seed_tokens_cannot_be_guessed() -> None:
    assert len({unguessable("access") for _ in range(100)}) == 100
    assert len(unguessable("access")) == 43


def test_a_digest_is_of_any_text() -> None:
    assert digest("\ud800") != digest("?")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"access_seconds": 0}, "access_seconds: expected a positive number of seconds, found 0"),
        ({"code_seconds": -1}, "code_seconds: expected a positive number of seconds, found -1"),
        ({"scopes": ()}, "scopes: expected at least one name of a scope, found none"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        OAuthTerms(**changed)


def test_nobody_is_let_in_unasked_by_default() -> None:
    assert OAuthTerms().auto_approve is False
