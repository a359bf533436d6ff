"""Pending requests: signed, and answered once. Tokens: random or seeded."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.simulator.server.oauth.signed import (
    AuthorizationRequest,
    LoginRequest,
    OneTimeRequests,
    PendingRequest,
    RequestRefused,
)
from pytest_tavus.simulator.server.oauth.terms import digest, generate_token
from tests.simulator.server.constants import START, ManualClock, seeded_tokens

LOGIN = LoginRequest(callback="http://127.0.0.1:1/", state="s", name="A client")
REQUESTS: st.SearchStrategy[PendingRequest] = st.one_of(
    st.builds(LoginRequest, callback=st.text(), state=st.text(), name=st.text()),
    st.builds(
        AuthorizationRequest,
        client_id=st.text(),
        client_name=st.none() | st.text(),
        scopes=st.lists(st.text(), max_size=3).map(tuple),
        code_challenge=st.text(),
        redirect_uri=st.text(),
        redirect_uri_given=st.booleans(),
        state=st.none() | st.text(),
    ),
)


def _requests(seed: int = 1, watch: ManualClock | None = None) -> OneTimeRequests:
    return OneTimeRequests(now=watch or ManualClock(START), generate_token=seeded_tokens(seed))


@given(request=REQUESTS)
def test_a_signed_request_is_read_as_it_was_written(request: PendingRequest) -> None:
    requests = _requests()
    text = requests.sign(request, seconds=60)

    assert requests.read(text) == request
    assert httpx2.QueryParams({"request": text})["request"] == text
    assert str(httpx2.QueryParams({"request": text})) == f"request={text}"
    assert requests.answer(text) == request
    with pytest.raises(RequestRefused, match="answered before"):
        requests.answer(text)


@given(request=REQUESTS, data=st.data())
def test_a_request_with_any_other_character_is_refused(
    request: PendingRequest, data: st.DataObject
) -> None:
    requests = _requests()
    text = requests.sign(request, seconds=60)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))

    with pytest.raises(RequestRefused, match=r"^This request was not signed by this server\.$"):
        requests.read(text[:place] + other + text[place + 1 :])


@given(text=st.text())
def test_an_unsigned_text_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused, match=r"^This request was not signed by this server\.$"):
        _requests().read(text)


@given(request=REQUESTS)
def test_a_request_of_another_server_is_refused(request: PendingRequest) -> None:
    text = _requests(1).sign(request, seconds=60)

    with pytest.raises(RequestRefused, match="not signed by this server"):
        _requests(2).read(text)


def test_a_proof_is_valid_for_one_request_and_one_browser() -> None:
    requests = _requests()
    proof = requests.proof("a request", "a browser")

    assert requests.proves(proof, text="a request", nonce="a browser")
    assert not requests.proves(proof, text="another", nonce="a browser")
    assert not requests.proves(proof, text="a request", nonce="another")
    assert not requests.proves(requests.proof("a request", ""), text="a request", nonce="")


def test_an_answered_request_is_forgotten_when_it_expires() -> None:
    watch = ManualClock(START)
    requests = _requests(watch=watch)
    first = requests.sign(LOGIN, seconds=60)
    requests.answer(first)
    watch.time += 61
    requests.answer(requests.sign(LOGIN, seconds=60))

    with pytest.raises(RequestRefused, match=r"^This request is too old\. Start again in your cl"):
        requests.answer(first)


@given(seed=st.integers(), kind=st.sampled_from(["access", "refresh"]))
def test_the_same_seed_gives_the_same_tokens_and_no_token_twice(seed: int, kind: str) -> None:
    first, second = seeded_tokens(seed), seeded_tokens(seed)
    tokens = [first(kind) for _ in range(3)]

    second("another kind")
    assert tokens == [second(kind) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert {len(token) for token in tokens} == {43}


def test_without_a_seed_tokens_cannot_be_guessed() -> None:
    assert len({generate_token("access") for _ in range(100)}) == 100
    assert len(generate_token("access")) == 43


def test_any_text_has_a_digest() -> None:
    assert digest("\ud800") != digest("?")
