"""What a plain word of YAML means: the core rules of YAML 1.2, made stricter where they surprise.

A leading zero or a leading plus keeps a number text (order ids, telephone numbers), dates and
times of day are text, and the words that YAML 1.1 read as booleans are refused.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_YES = frozenset({"yes", "on", "y"})
_NO = frozenset({"no", "off", "n"})
_NOT_FINITE = frozenset({".nan", ".inf", "+.inf", "-.inf"})
_STARTS = frozenset("-.0123456789~ntfNTFyYoO+")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})")
_RADIX = re.compile(r"0(?:o[0-7]{1,1000}|x[0-9a-fA-F]{1,1000})")
_FLOAT = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class WordError(ValueError):
    """A plain word that means different things to different readers of YAML."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar.

    Raises:
        WordError: for `yes`, `no`, `on`, `off`, `y`, `n` and for numbers that JSON cannot hold.

    """
    if text and text[0] not in _STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-.0123456789+":
        return _number(text)
    lowered = text.lower()
    if lowered in _YES or lowered in _NO:
        word = "true" if lowered in _YES else "false"
        message = f"the plain word {text} is a boolean to some readers of YAML and text to others"
        raise WordError(message, hint=f'write {word}, or quote it: "{text}"')
    return text


def _number(text: str) -> Scalar:
    if _INT.fullmatch(text):
        return int(text)
    if _RADIX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value in {float("inf"), float("-inf")}:
            message = f"the number {text} is too large"
            raise WordError(message, hint=f'quote it: "{text}"')
        return value
    if text.lower() in _NOT_FINITE:
        message = f"{text} is a number that JSON cannot hold"
        raise WordError(message, hint=f'quote it if it is text: "{text}"')
    return text
