"""Encodings of a secret and of the text around it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Piece = tuple[str, str, str]
"""The text before the secret, the secret, and the text after it."""
Encoding = Callable[[Piece], Piece]


def by_character(encode: Callable[[str], str]) -> Encoding:
    def encoded(piece: Piece) -> Piece:
        before, secret, after = piece
        return encode(before), encode(secret), encode(after)

    return encoded


def each(spell: Callable[[str], str]) -> Encoding:
    return by_character(lambda text: "".join(spell(char) for char in text))


def base64_with(
    before: str = "", after: str = "", *, url: bool = False, padding: str = "="
) -> Encoding:
    def encoded(piece: Piece) -> Piece:
        inner = (before + piece[0], piece[1], piece[2] + after)
        start = len(inner[0].encode())
        end = start + len(inner[1].encode())
        encode = base64.urlsafe_b64encode if url else base64.b64encode
        word = encode("".join(inner).encode()).decode()
        first, last = start * 4 // 3, -(-end * 4 // 3)
        return word[:first], word[first:last], word[last:].replace("=", padding)

    return encoded


def mixed_case(digits: str) -> str:
    return "".join(digit.upper() if at % 3 else digit.lower() for at, digit in enumerate(digits))


def units(char: str) -> list[str]:
    pairs = char.encode("utf-16-be").hex()
    return [pairs[at : at + 4] for at in range(0, len(pairs), 4)]


def as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def as_ascii(text: str) -> str:
    # With an apostrophe beside a quotation mark, Python escapes the apostrophe.
    return ascii(text)[1:-1]


def percent_each(char: str, introducer: str = "%") -> str:
    return "".join(f"{introducer}{byte:02x}" for byte in char.encode())


CANONICAL: dict[str, Encoding] = {
    "as it is": lambda piece: piece,
    "json": by_character(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    "json in ascii": by_character(as_json),
    "json in json": by_character(lambda text: as_json(as_json(text))),
    "json of javascript": by_character(lambda text: as_json(text).replace("/", "\\/")),
    "ascii of python": by_character(as_ascii),
    "repr of python": by_character(lambda text: repr(text)[1:-1]),
    "ascii of python in ascii of python": by_character(lambda text: as_ascii(as_ascii(text))),
    "percent": by_character(lambda text: quote(text, safe="")),
    "percent in lower case": each(
        lambda char: quoted if (quoted := quote(char, safe="")) == char else quoted.lower()
    ),
    "percent with slashes": by_character(quote),
    "percent twice": by_character(lambda text: quote(quote(text, safe=""), safe="")),
    "form": by_character(quote_plus),
    "html": by_character(html.escape),
    "base64": base64_with(),
    "base64 for urls": base64_with(url=True),
    "base64 of a user and the secret": base64_with("user:"),
    "base64 of a longer user and the secret": base64_with("users:", ":x"),
    "base64 of more": base64_with("to: ", ", cc"),
    "base64 with percent padding": base64_with(padding="%3D"),
    "hex": by_character(lambda text: text.encode().hex()),
    "hex in upper case": by_character(lambda text: text.encode().hex().upper()),
}
"""Encodings as encoders write them. A secret is found after any two of them."""

NEEDLESS: dict[str, Encoding] = {
    "percent of each character": each(percent_each),
    "percent twice of each character": each(lambda char: percent_each(char, "%25")),
    "json escape of each character": each(
        lambda char: "".join(rf"\u{unit}" for unit in units(char))
    ),
    "doubled json escape of each character": each(
        lambda char: "".join(rf"\\u{unit.upper()}" for unit in units(char))
    ),
    "python escape of each character": each(
        lambda char: rf"\x{ord(char):02x}" if ord(char) < 0x100 else rf"\U{ord(char):08x}"
    ),
    "python escape of each byte": each(lambda char: percent_each(char, r"\x")),
    "decimal entity of each character": each(lambda char: f"&#{ord(char)};"),
    "hex entity of each character": each(lambda char: f"&#x{ord(char):x};"),
    "long entity of each character": each(lambda char: f"&#X{ord(char):06X};"),
}
"""Escapes of characters that need no escape."""

OUTERMOST: dict[str, Encoding] = {
    **NEEDLESS,
    "hex in mixed case": by_character(lambda text: mixed_case(text.encode().hex())),
}
"""Encodings that are found if they were applied last."""

OTHER_CASES: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "upper case": str.upper,
    "mixed case": mixed_case,
    "other case of each letter": str.swapcase,
}
"""Letter cases of an ASCII secret, which are found in any escapes."""

ESCAPES: dict[str, Encoding] = {
    name: CANONICAL[name]
    for name in ("json", "json in ascii", "ascii of python", "percent", "form", "html")
}
