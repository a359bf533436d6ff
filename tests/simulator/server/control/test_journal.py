"""The journal stores requests, and never their secrets."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.server.journal import shelf
from pytest_tavus.simulator.server.journal.journal import Journal, JournalEntry
from pytest_tavus.simulator.server.journal.secrecy import (
    SECRET_FIELDS,
    mask_json,
    mask_pairs,
    read_body,
)
from pytest_tavus.simulator.server.journal.shelf import SECRETS_KEPT
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from tests.simulator.server.served import served

MASK = "********"
SECRETS = st.text("abcdefghijkmnpqrstuvwxyz23456789/+=!", min_size=8, max_size=24)


def entry(**fields: Any) -> JournalEntry:
    given: dict[str, Any] = {
        "number": 1,
        "at": 0.0,
        "method": "POST",
        "path": "/v2/tools",
        "query": "",
        "headers": (),
        "body": None,
        "status": 200,
    }
    return JournalEntry(**{**given, **fields})


def kept(*entries: JournalEntry) -> str:
    journal = Journal(secrets=())
    for each in entries:
        journal.keep(each)
    return json.dumps(journal.as_json())


@given(secret=SECRETS, name=st.sampled_from(sorted(SECRET_FIELDS)))
def test_a_secret_field_is_masked_everywhere(secret: str, name: str) -> None:
    body = {"outer": [{name: secret}], "again": f"it is {secret}!"}
    text = kept(
        entry(body=body, query=f"{name}={quote(secret, safe='')}"), entry(path=f"/{secret}")
    )

    assert secret not in text
    assert json.dumps(secret)[1:-1] not in text
    assert MASK in text


@given(secret=SECRETS)
def test_a_secret_that_was_sent_once_is_known_in_other_encodings(secret: str) -> None:
    encoded = base64.b64encode(f"user:{secret}".encode()).decode()
    text = kept(
        entry(body={"delivery": {"api": {"auth": {"type": "basic", "password": secret}}}}),
        entry(body={"note": f"Basic {encoded}"}),
    )

    assert encoded not in text


@pytest.mark.parametrize(
    "body",
    [
        {"auth": {"type": "api_key", "name": "X-Key", "value": "canary-8f3b"}},
        {"headers": {"X-Shop-Token": "canary-8f3b"}},
        {"query_params": {"api_key": "canary-8f3b"}},
        {"url": "https://user:canary-8f3b@shop.example.com/"},
        [{"op": "add", "path": "/layers/llm/api_key", "value": "canary-8f3b"}],
        {"layers": {"llm": {"api_key": "canary-8f3b"}}},
        {"recording_storage": {"provider": "s3", "secret_access_key": "canary-8f3b"}},
        [{"op": "add", "path": "/layers/tts/x_api_key", "value": "canary-8f3b"}],
        {"storage": {"sas_token": "canary"}},
    ],
)
def test_secrets_are_found_where_tavus_has_them(body: Any) -> None:
    assert "canary" not in kept(entry(body=body))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("x-api-key", "tavus_sim_prod_12345678", MASK),
        ("authorization", "Bearer abcdefghijkl", f"Bearer {MASK}"),
        ("x-tavus-client-intent", "to order a cake", MASK),
        ("user-agent", "tavus-cli/0.11.0", "tavus-cli/0.11.0"),
    ],
)
def test_headers_keep_what_is_no_secret(name: str, value: str, shown: str) -> None:
    journal = Journal(secrets=())
    journal.keep(entry(headers=((name, value),)))

    assert next(iter(journal)).headers == ((name, shown),)


def test_other_fields_are_not_masked() -> None:
    body = {"name": "get_order", "value": 3, "path": "/x", "tokens": 5, "token": 7, "author": "x"}

    assert mask_json(body) == body
    assert mask_pairs("limit=5&page=1") == "limit=5&page=1"


def test_of_an_unreadable_body_only_the_length_is_stored() -> None:
    assert read_body(b'{"api_key": "canary', "application/json") == (
        "(19 bytes that are neither JSON nor a form)"
    )


def test_a_form_is_read_as_data() -> None:
    journal = Journal(secrets=())
    journal.keep(entry(body=read_body(b"grant_type=a&code=12345678", "x-www-form-urlencoded")))

    assert next(iter(journal)).body == {"grant_type": "a", "code": MASK}


def test_only_the_last_requests_are_kept_and_all_are_counted() -> None:
    journal = Journal(secrets=(), longest=2)
    for _ in range(3):
        journal.keep(entry(number=journal.next_number()))

    told = journal.as_json()
    assert [row["number"] for row in told["data"]] == [2, 3]
    assert told["total_count"] == 3


def test_a_cleared_journal_still_knows_secrets() -> None:
    journal = Journal(secrets=())
    journal.keep(entry(body={"api_key": "canary-8f3b"}))
    journal.clear()
    journal.keep(entry(path="/canary-8f3b"))

    assert [each.path for each in journal] == ["/⟦secret⟧"]


def test_an_old_secret_is_masked_in_its_own_position_only() -> None:
    journal = Journal(secrets=("for-good-8f3b",))
    journal.keep(entry(body={"api_key": "the-first-one"}, path="/the-first-one"))
    journal.learn(*(f"secret-{number:04}" for number in range(SECRETS_KEPT)))
    journal.keep(entry(body={"note": "the-first-one for-good-8f3b"}))
    journal.keep(entry(body={"api_key": "the-first-one"}))

    early, late, again = journal
    assert early.path == "/⟦secret⟧"
    assert late.body == {"note": "the-first-one ⟦key⟧"}
    assert str((json_object(again.body) or {})["api_key"]).startswith(MASK)


def test_a_secret_that_is_seen_again_and_again_stays_known() -> None:
    journal = Journal(secrets=())
    for number in range(10 * SECRETS_KEPT):
        journal.learn("the-first-one", f"secret-{number:04}")
    journal.keep(entry(path="/the-first-one"))

    assert next(iter(journal)).path.startswith("/⟦secret")


def test_the_number_of_learned_secrets_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known: list[str] = []

    class Counting(Redaction):
        def __init__(self, secrets: Iterable[Secret]) -> None:
            known.clear()
            super().__init__(secrets)

        def learn(self, value: str, source: str = "secret") -> None:
            known.append(value)
            super().learn(value, source)

    monkeypatch.setattr(shelf, "Redaction", Counting)
    journal = Journal(secrets=("for-good-8f3b",))
    for number in range(5000):
        journal.learn(f"secret-{number:04}")

    assert "for-good-8f3b" in known
    assert len(set(known)) <= SECRETS_KEPT + 1


def test_the_journal_is_bounded_by_bytes_and_the_last_requests_stay() -> None:
    journal = Journal(secrets=(), most_bytes=20_000)
    for number in range(100):
        journal.keep(entry(number=number, body={"note": "x" * 1000}))
        journal.note(f"note {number}", {"what": "y" * 1000})

    told = journal.as_json()
    assert 8 <= len(told["data"]) <= 10
    assert 8 <= len(told["notes"]) <= 10
    assert [told["data"][-1]["number"], told["notes"][-1]["name"]] == [99, "note 99"]


def test_of_a_long_note_only_the_length_is_stored() -> None:
    journal = Journal(secrets=())
    journal.note("mcp.request", {"body": "x" * 70_000})

    (row,) = journal.as_json()["notes"]
    assert row["name"] == "mcp.request"
    assert str(row["problem"]).endswith("bytes, which is too much to keep)")


def test_of_an_unauthorized_request_only_method_and_path_are_stored() -> None:
    journal = Journal(secrets=())
    sent = {"query": "a=b", "headers": (("a", "b"),), "body": {"api_key": "canary-8f3b"}}
    journal.keep(entry(**sent, status=401))
    journal.keep(entry(**sent, path="/canary-8f3b"))

    stranger, other = journal
    assert (stranger.path, stranger.status) == ("/v2/tools", 401)
    assert (stranger.query, stranger.headers, stranger.body) == ("", (), None)
    # The body of the second taught its secret; that of the first did not.
    assert (other.query, other.body, other.path) == ("a=b", {"api_key": MASK}, "/⟦secret⟧")


def test_secrets_of_unauthorized_requests_are_not_learned() -> None:
    journal = Journal(secrets=())
    journal.keep(entry(body={"api_key": "canary-8f3b"}, status=401))
    journal.keep(entry(path="/canary-8f3b"))

    assert [each.path for each in journal][-1] == "/canary-8f3b"


@pytest.mark.asyncio
async def test_without_a_control_plane_the_journal_is_empty() -> None:
    async with served(ServerOptions()) as server:
        await server.http.get("/v2/pals")
        await server.http.post("/register", json={"redirect_uris": ["https://client.example"]})
        told = server.tavus.admin.journal.as_json()

    assert (told["data"], told["notes"]) == ([], [])


def test_notes_are_redacted() -> None:
    journal = Journal(secrets=("canary-8f3b",))
    journal.note("seen", {"what": "canary-8f3b", "token": "another-one"})

    assert journal.as_json()["notes"] == [{"name": "seen", "what": "⟦key⟧", "token": MASK}]


@pytest.mark.asyncio
async def test_requests_are_written_down_as_they_were_answered() -> None:
    async with served(ServerOptions(clock="still", control=True)) as server:
        await server.http.get("/v2/pals?limit=5")
        await server.http.post("/v2/nowhere", json={"api_key": "canary-8f3b", "a": 1})
        await server.http.post("/v2/pals", content=b"x" * 70_000)
        await server.http.post("/v2/pals", content=b"[" + b"1," * 5_000 + b"1]")
        told = (await server.http.get("/_simulator/journal")).json()

    rows = told["data"]
    assert [(row["method"], row["path"], row["status"]) for row in rows] == [
        ("GET", "/v2/pals", 200),
        ("POST", "/v2/nowhere", 404),
        ("POST", "/v2/pals", 400),
        ("POST", "/v2/pals", 400),
    ]
    assert [row["query"] for row in rows] == ["limit=5", "", "", ""]
    assert [row["body"] for row in rows] == [
        None,
        {"api_key": MASK, "a": 1},
        "(70000 bytes, which is too much to keep)",
        "(10003 bytes, which is too much to keep)",
    ]
    assert ["x-api-key", MASK] in rows[0]["headers"]
    assert server.tavus.keys.first not in json.dumps(told)
