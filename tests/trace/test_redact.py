"""Nothing secret is ever stored."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_tavus.trace.events import (
    EVENT_TYPES,
    Event,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
)
from pytest_tavus.trace.redact import Redaction
from tests.strategies import EVENTS, events, secrets
from tests.trace.samples import events_with, exchange_with, line_of

CANARY = 'sk-live/"4f9a\\8b+7c é€😀&\n6d%5e='
MASK = "********"

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda text: text,
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json in ascii": lambda text: json.dumps(text)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text))[1:-1],
    "json of javascript": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "percent": lambda text: quote(text, safe=""),
    "percent in lower case": lambda text: quote(text, safe="").replace("%2F", "%2f"),
    "percent with slashes": quote,
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "basic": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "basic, one letter more": lambda text: base64.b64encode(f"users:{text}".encode()).decode(),
    "base64 of more": lambda text: base64.b64encode(f"to: {text}, cc".encode()).decode(),
}


def leaks(redaction: Redaction, secret: str, text: str, *, harmless: str) -> list[str]:
    """Name what is left of a secret in the trace lines of events that held it in a text.

    A spelling that is also in the lines of a harmless text is no leak: it is part of the format.
    """
    found: list[str] = []
    for event, other in zip(events_with(text), events_with(harmless), strict=True):
        line, usual = line_of(redaction.event(event)), line_of(other)
        spellings = ((name, spell(secret)) for name, spell in ENCODINGS.items())
        found += [
            f"{name} in {line}"
            for name, spelled in spellings
            if spelled in line and spelled not in usual
        ]
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_canary_survives_in_no_field_of_any_event(encoding: str) -> None:
    text = f"before {ENCODINGS[encoding](CANARY)} after"
    redaction = Redaction(["another-secret", CANARY])
    assert leaks(redaction, CANARY, text, harmless=f"before {MASK} after") == []
    redacted = redaction.text(text)
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert MASK in redacted


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(secret=secrets, before=st.text(max_size=5), after=st.text(max_size=5))
@example(secret="a+b/", before="", after="")
@example(secret="\\\\\\\\", before="", after="\\")
@example(secret="12345", before="", after="")
@example(secret="****a", before="***", after="***a")
def test_no_secret_survives_in_any_field_and_encoding(
    encoding: str, secret: str, before: str, after: str
) -> None:
    assume(secret.strip("*"))
    text = before + ENCODINGS[encoding](secret) + after
    assert leaks(Redaction([secret]), secret, text, harmless=before + MASK + after) == []


@given(event=events)
def test_without_secrets_only_headers_are_touched(event: Event) -> None:
    redacted = Redaction([]).event(event)
    if not isinstance(event, ToolDelivered):
        assert redacted is event


@given(event=events, secret=secrets)
def test_redaction_is_stable(event: Event, secret: str) -> None:
    redaction = Redaction([secret])
    once = redaction.event(event)
    assert redaction.event(once) == once


def test_there_is_a_strategy_for_every_event() -> None:
    assert set(EVENTS) == set(EVENT_TYPES)
    assert {type(event) for event in events_with("x")} == set(EVENT_TYPES)


def test_the_mask_is_eight_asterisks() -> None:
    assert Redaction(["hunter2"]).text("my password is hunter2.") == f"my password is {MASK}."


def test_a_secret_inside_a_longer_one_leaves_no_rest() -> None:
    redaction = Redaction(["abcd", "abcdefgh"])
    assert redaction.text("x abcdefgh y abcd z") == f"x {MASK} y {MASK} z"


def test_overlapping_secrets_leave_no_rest() -> None:
    assert Redaction(["abcdef", "defghi"]).text("<abcdefghi>") == f"<{MASK}>"
    assert Redaction(["abab"]).text("<ababab>") == f"<{MASK}>"


def test_a_secret_that_masking_puts_together_is_masked_again() -> None:
    assert Redaction(["*abcd"]).text("*abcdabcd") == MASK + "*" * 7


@pytest.mark.parametrize("secret", ["", "*", "********"])
def test_empty_secrets_and_masks_are_not_secrets(secret: str) -> None:
    assert Redaction([secret]).text("a ******** b") == "a ******** b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on", MASK),
        ("go on then", "go on then"),
        ('{"a": "on", "b": "only"}', f'{{"a": "{MASK}", "b": "only"}}'),
        ("/x?a=on&b=one", f"/x?a={MASK}&b=one"),
        ('{"a": "{\\"b\\": \\"on\\"}"}', f'{{"a": "{{\\"b\\": \\"{MASK}\\"}}"}}'),
    ],
)
def test_a_very_short_secret_is_masked_only_as_a_whole_value(text: str, expected: str) -> None:
    assert Redaction(["on"]).text(text) == expected


def test_base64_of_a_user_name_and_a_secret_keeps_no_letter_of_the_secret() -> None:
    word = base64.b64encode(b"user:hunter22:more").decode()
    text = Redaction(["hunter22"]).text(f"<{word}>")
    kept, _, rest = text[1:-1].partition(MASK)
    assert base64.b64decode(kept + "=" * (-len(kept) % 4)) in b"user:"
    assert len(rest) < 8


def test_arguments_and_output_stay_json() -> None:
    redaction = Redaction(["12345"])
    called = ToolCalled(call_id="c", name="t", arguments='{"pin": 12345}', channel="api")
    resolved = ToolResolved(
        call_id="c", status="success", output="12345", answered_by="handler", http_status=200
    )
    assert redaction.event(called) == replace(called, arguments=f'{{"pin": "{MASK}"}}')
    assert redaction.event(resolved) == replace(resolved, output=f'"{MASK}"')


def test_data_is_redacted_at_any_depth_keys_and_numbers_included() -> None:
    data = {"hunter22": [{"a": "x hunter22"}, 12345, 123.45, True, None, "kept"]}
    redacted = Redaction(["hunter22", "12345", "123.45"]).value(data)
    assert redacted == {MASK: [{"a": f"x {MASK}"}, MASK, MASK, True, None, "kept"]}


def test_redaction_does_not_change_what_it_is_given() -> None:
    exchange = exchange_with("hunter22")
    event = ToolDelivered(call_id="c", purpose="tool", exchange=exchange)
    Redaction(["hunter22"]).event(event)
    assert event.exchange == exchange_with("hunter22")


def test_a_secret_of_many_backslashes_is_found_in_time() -> None:
    secret = "\\" * 12 + "end"
    assert Redaction([secret]).text("\\" * 400 + "en") == "\\" * 400 + "en"
