"""Nothing secret is ever stored."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_tavus.trace.events import (
    EVENT_TYPES,
    Event,
    ToolCalled,
    ToolDelivered,
    ToolResolved,
)
from pytest_tavus.trace.redaction.redact import Redaction, Secret
from tests.strategies import EVENTS, events, secrets
from tests.trace.samples import (
    build_events,
    build_exchange,
    build_redaction,
    encode_line,
    mask_events,
)

CANARY = 'sk-live/"4f9a\\8b+7c é€😀&\n6d%5e='
MASK = "⟦s1⟧"

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


def find_leaks(known: Redaction, secret: str, text: str, *, harmless: str) -> list[str]:
    """Name what is left of a secret in the trace lines of events that held it in a text.

    A spelling that is also in the lines of a harmless text is no leak: it is part of the format.
    """
    found: list[str] = []
    events = mask_events(known, *build_events(text))
    for event, other in zip(events, build_events(harmless), strict=True):
        line, usual = encode_line(event), encode_line(other)
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
    known = build_redaction("another-secret", CANARY)
    assert find_leaks(known, CANARY, text, harmless="before ⟦s2 encoded⟧ after") == []
    redacted = known.text(text)
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert "⟦s2" in redacted


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(secret=secrets, before=st.text(max_size=5), after=st.text(max_size=5))
@example(secret="a+b/", before="", after="")
@example(secret="\\\\\\\\", before="", after="\\")
@example(secret="12345", before="", after="")
@example(secret="cookie", before="", after="")
@example(secret="****a", before="***", after="***a")
def test_no_secret_survives_in_any_field_and_encoding(
    encoding: str, secret: str, before: str, after: str
) -> None:
    text = before + ENCODINGS[encoding](secret) + after
    harmless = before + "⟦s1 encoded+s1 encoded x2⟧ ⟦x-trace 1⟧" + after
    assert find_leaks(build_redaction(secret), secret, text, harmless=harmless) == []


@given(event=events)
def test_without_secrets_only_headers_are_touched(event: Event) -> None:
    (result,) = mask_events(build_redaction(), event)
    if not isinstance(event, ToolDelivered):
        assert encode_line(result).replace("⟦⟦⟧", "⟦") == encode_line(event)


@given(text=st.text(), secret=secrets, encoding=st.sampled_from(sorted(ENCODINGS)))
def test_a_finished_text_without_secrets_stays_as_it_is(
    text: str, secret: str, encoding: str
) -> None:
    known = build_redaction(secret)
    once = known.text(f"{text} {ENCODINGS[encoding](secret)} {text}")
    assert known.mask_rendered(once) == once


def test_there_is_a_strategy_for_every_event() -> None:
    assert set(EVENTS) == set(EVENT_TYPES)
    assert {type(event) for event in build_events("x")} == set(EVENT_TYPES)


def test_a_mask_names_the_source_of_its_secret() -> None:
    known = Redaction([Secret("env.SHOP_KEY", "hunter2")])
    assert known.text("my password is hunter2.") == "my password is ⟦env.SHOP_KEY⟧."


def test_a_secret_inside_a_longer_secret_is_masked_with_it() -> None:
    known = build_redaction("abcd", "abcdefgh")
    assert known.text("x abcdefgh y abcd z") == "x ⟦s2⟧ y ⟦s1⟧ z"


def test_overlapping_secrets_have_one_mask_with_every_source() -> None:
    assert build_redaction("abcdef", "defghi").text("<abcdefghi>") == "<⟦s1+s2⟧>"
    assert build_redaction("abab").text("<ababab>") == "<⟦s1 x2⟧>"
    assert build_redaction("abab").text("<abababab>") == "<⟦s1 x3⟧>"


def test_an_empty_value_is_no_secret() -> None:
    assert build_redaction("").text("a ******** b") == "a ******** b"


def test_asterisks_are_a_secret_like_any_other() -> None:
    assert build_redaction("********").text("a ******** b") == "a ⟦s1⟧ b"


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
    assert build_redaction("on").text(text) == expected


def test_base64_of_a_user_name_and_a_secret_keeps_no_letter_of_the_secret() -> None:
    word = base64.b64encode(b"user:hunter22:more").decode()
    text = build_redaction("hunter22").text(f"<{word}>")
    kept, _, rest = text[1:-1].partition("⟦s1 encoded⟧")
    assert base64.b64decode(kept + "=" * (-len(kept) % 4)) in b"user:"
    assert len(rest) < 8


def test_arguments_and_output_stay_json() -> None:
    known = build_redaction("12345")
    called = ToolCalled(call_id="c", name="t", arguments='{"pin": 12345}', channel="api")
    resolved = ToolResolved(
        call_id="c", status="success", output="12345", answered_by="handler", http_status=200
    )
    assert mask_events(known, called, resolved) == [
        replace(called, arguments=f'{{"pin": "{MASK}"}}'),
        replace(resolved, output=f'"{MASK}"'),
    ]


def test_data_is_redacted_at_any_depth_keys_and_numbers_included() -> None:
    data = {"hunter22": [{"a": "x hunter22"}, 12345, 123.45, True, None, "kept"]}
    redacted = build_redaction("hunter22", "12345", "123.45").value(data)
    assert redacted == {MASK: [{"a": f"x {MASK}"}, "⟦s2⟧", "⟦s3⟧", True, None, "kept"]}


def test_redaction_does_not_change_its_input() -> None:
    exchange = build_exchange("hunter22")
    event = ToolDelivered(call_id="c", purpose="tool", exchange=exchange)
    mask_events(build_redaction("hunter22"), event)
    assert event.exchange == build_exchange("hunter22")


def test_a_secret_of_many_backslashes_is_found_in_time() -> None:
    secret = "\\" * 12 + "end"
    assert build_redaction(secret).text("\\" * 400 + "en") == "\\" * 400 + "en"
