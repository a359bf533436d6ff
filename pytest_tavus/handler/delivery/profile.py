"""The uncertain details of Tavus's delivery of calls, as one value.

Tavus documents that a call becomes a request, and six auth types; most of the rest is inferred.
Each such detail is a field with its source ([doc], [client], [inferred], [wild]). Users can
correct a field in their settings before a release does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.errors import Problem, ScenarioError, did_you_mean

MissingArgument = Literal["omit", "empty", "null", "braces"]
Algorithm = Literal["sha256", "sha1", "sha512"]
Encoding = Literal["hex", "base64"]
Envelope = Literal["both", "flat", "nested"]
Spacing = Literal["odd", "compact", "spaced"]
CredentialsPlace = Literal["form", "basic"]


class DeliveryProfile(Struct, frozen=True, kw_only=True):
    """The details of delivery that Tavus's documentation leaves open."""

    hmac_header: str = "X-Tavus-Signature"
    "The header of the signature [doc]."

    hmac_algorithm: Algorithm = "sha256"
    "[wild]"

    hmac_encoding: Encoding = "hex"
    "[doc] for hex."

    hmac_prefix: str = ""
    "A prefix of the signature, such as ``sha256=``. The documentation shows none [doc]."

    hmac_envelope: Envelope = "both"
    """The position of `name`, `arguments` and `tool_call_id` in the signed body: ``flat``, at the
    top level, as one user's handler reads them [wild]; ``nested``, under `properties`, as in the
    app message [inferred]; or ``both``."""

    hmac_spacing: Spacing = "odd"
    """The spacing of the signed body. The signature is over the raw bytes [wild]. No JSON library
    writes ``odd`` by default, so verification fails in a handler that parses the body and writes it
    again. ``compact`` is JavaScript's spacing and ``spaced`` is Python's [inferred]."""

    missing_argument: MissingArgument = "omit"
    """The replacement of a value in `query_params` or `body_template` that is exactly one
    placeholder, if the call does not have the argument: ``omit`` leaves out the value and its key,
    ``empty`` writes empty text, ``null`` writes `null`, ``braces`` keeps the placeholder. Within
    longer text and in the URL, the placeholder becomes empty, or stays for ``braces``
    [inferred]."""

    conversation_id_placeholder: str = "tavus_conversation_id"
    """The placeholder that Tavus fills with the conversation's id. Such placeholders exist [doc];
    this name is a guess [inferred]. Any other placeholder that begins with ``tavus_`` is sent as
    written, so that users see it in the request."""

    header_placeholders: bool = False
    "Whether placeholders in `headers` are filled. The client does not scan them [inferred]."

    oauth2_credentials: CredentialsPlace = "form"
    "The place of client id and secret in the token request: RFC 6749, 2.3.1 has both [inferred]."

    oauth2_early_refresh: float = 30.0
    "Seconds before its expiry at which a token is replaced [inferred]."

    max_response_bytes: int = 1_048_576
    "A larger response body is an error [inferred]."

    text_answers: bool = False
    """Whether the PAL gets an answer of type ``text/plain``. Tavus's treatment of an answer that is
    not JSON is not known, so it is an error [inferred]."""

    user_agent: str = "tavus-simulator"
    "The simulator's own; Tavus's value is not known."

    def with_overrides(self, overrides: Mapping[str, str]) -> DeliveryProfile:
        """Return the profile with some fields replaced. Keys are names, values are text.

        Raises:
            ScenarioError: a field is unknown, or a value does not fit its field; lists all.

        """
        if not overrides:
            return self
        types = get_type_hints(DeliveryProfile)
        problems: list[Problem] = []
        values: dict[str, str | int | float] = {}
        for name, text in overrides.items():
            try:
                values[name] = _read_value(text, types[name])
            except KeyError:
                message = f"there is no delivery setting {name!r}"
                hint = did_you_mean(name, types) or f"one of: {', '.join(types)}"
                problems.append(Problem(message=message, hint=hint))
            except ValueError as error:
                problems.append(Problem(message=f"{name}: {text!r} is not {error}"))
        if problems:
            raise ScenarioError(problems)
        return replace(self, **values)


def _read_value(text: str, field_type: object) -> str | int | float:
    if words := get_args(field_type):
        return _read_choice(text, words)
    if field_type is bool:
        return _read_choice(text, ("true", "false")) == "true"
    if field_type is int:
        return _read_integer(text)
    return _read_seconds(text) if field_type is float else _read_line(text)


def _read_line(text: str) -> str:
    if any(char in text for char in "\r\n\0"):
        raise ValueError("a single line")
    return text


def _read_choice(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        expected = f"one of: {', '.join(words)}"
        raise ValueError(expected)
    return text


def _read_integer(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a whole number")
    return int(text)


def _read_seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError("a number of seconds")
    return number
