"""What is not known for certain about how Tavus delivers a call, as one value.

Tavus documents that a call becomes a request, and six ways of proving who it is from; much of the
rest is our conclusion. Each such detail is a field here with where it was learned ([doc], [client],
[inferred], [wild]), so that it can be changed, until a release, from the user's own settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_type_hints

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
    """How a call is delivered, where Tavus's documentation leaves it open."""

    hmac_header: str = "X-Tavus-Signature"
    "The header of the signature [doc]."

    hmac_algorithm: Algorithm = "sha256"
    "[wild]"

    hmac_encoding: Encoding = "hex"
    "[doc] for hex."

    hmac_prefix: str = ""
    "Written before the signature, such as ``sha256=``. The documentation shows none [doc]."

    hmac_envelope: Envelope = "both"
    """Where the signed body has `name`, `arguments` and `tool_call_id`: at its top level, as one
    user's handler reads them [wild], under `properties`, as in the app message [inferred], or
    in both places."""

    hmac_spacing: Spacing = "odd"
    """How the signed body is spaced. The signature is over the raw bytes [wild], and ``odd`` is a
    spacing that no JSON library writes unasked: a handler that verifies what it has parsed and
    written anew, instead of what it received, is found out. ``compact`` is JavaScript's spacing and
    ``spaced`` is Python's [inferred]."""

    missing_argument: MissingArgument = "omit"
    """What becomes of a value in `query_params` or `body_template` that is exactly one placeholder
    of an argument the call does not have: left out with its key, empty text, `null`, or the
    placeholder as it is written. Within longer text, and in the URL, it is empty, or as written
    [inferred]."""

    conversation_id_placeholder: str = "tavus_conversation_id"
    """The placeholder that Tavus fills with the conversation's id. Such placeholders exist [doc];
    this name is a guess [inferred]. Any other that begins with ``tavus_`` is sent as written, so
    that it can be seen on the wire."""

    header_placeholders: bool = False
    "Whether placeholders are filled in `headers`. The client does not look there [inferred]."

    oauth2_credentials: CredentialsPlace = "form"
    "How client id and secret reach the token endpoint: RFC 6749, 2.3.1 has both [inferred]."

    oauth2_early_refresh: float = 30.0
    "Seconds before its expiry from which a token is no longer used [inferred]."

    max_response_bytes: int = 1_048_576
    "A larger response body is an error [inferred]."

    text_answers: bool = False
    """Whether the PAL is handed an answer of type ``text/plain``. It is not known what Tavus makes
    of an answer that is not JSON; until it is, one that is text is an error [inferred]."""

    user_agent: str = "tavus-simulator"
    "Ours; what Tavus sends is not known."

    def with_overrides(self, overrides: Mapping[str, str]) -> DeliveryProfile:
        """Return the profile with some fields replaced, by name, from text.

        Raises:
            ScenarioError: with every unknown field and every value that does not fit its field.

        """
        if not overrides:
            return self
        readers = _readers()
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name, text in overrides.items():
            try:
                values[name] = readers[name](text)
            except KeyError:
                message = f"there is no delivery setting {name!r}"
                hint = did_you_mean(name, readers) or f"one of: {', '.join(readers)}"
                problems.append(Problem(message=message, hint=hint))
            except ValueError as error:
                problems.append(Problem(message=f"{name}: {text!r} is not {error}"))
        if problems:
            raise ScenarioError(problems)
        return replace(self, **values)


def _readers() -> Mapping[str, Callable[[str], Any]]:
    hints = get_type_hints(DeliveryProfile)
    return {name: _reader(hints[name]) for name in DeliveryProfile.__struct_fields__}


def _reader(hint: Any) -> Callable[[str], Any]:
    if words := get_args(hint):
        return lambda text: _read_choice(text, words)
    return {str: _read_line, bool: _read_bool, int: _read_integer, float: _read_seconds}[hint]


def _read_line(text: str) -> str:
    if any(char in text for char in "\r\n\0"):
        raise ValueError("a single line")
    return text


def _read_choice(text: str, words: tuple[str, ...]) -> str:
    if text not in words:
        expected = f"one of: {', '.join(words)}"
        raise ValueError(expected)
    return text


def _read_bool(text: str) -> bool:
    return _read_choice(text, ("true", "false")) == "true"


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
