"""Reads JSON from clients strictly, and writes JSON that can always be encoded.

Python's parser accepts more than JSON: NaN, numbers that become infinite, lone surrogates, and any
depth that its stack allows. Each of these would break a later writer, so all of them are refused.
"""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json

DEEPEST = 100
"""Levels of nested objects and lists. No definition of Tavus comes near."""

MOST_VALUES = 25_000
"""Values in one text. Each step of a request visits all of them and blocks the loop meanwhile."""

MOST_PARTS = 3_000
"""Objects and lists in one text. An empty object can break several rules at once."""

_TOO_DEEP = "is nested too deeply"
_STRING = re.compile(r'"[^"]*"')
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class JsonTextError(ValueError):
    """A text is not JSON, or is JSON that Tavus cannot use; the message gives the reason."""


def read_json(text: bytes | str, *, called: str = "the body") -> Json:
    """Parse a text strictly; error messages refer to it as `called`.

    Raises:
        JsonTextError: the text is not JSON, or exceeds a limit.

    """
    try:
        return _read(text)
    except JsonTextError as error:
        problem = str(error)
    except UnicodeDecodeError:
        problem = "is not UTF-8"
    except RecursionError:
        problem = _TOO_DEEP
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError:
        problem = "holds a number with too many digits"
    message = f"{called} {problem}"
    raise JsonTextError(message)


def require_few_values(written: str) -> None:
    """Check the number of values in a JSON text without parsing it.

    A text that is not JSON may pass or fail.

    Raises:
        JsonTextError: the text holds too many values, or too many objects and lists.

    """
    # Counts characters, because parsing a text of too many values would already block the loop.
    if len(written) <= MOST_PARTS or _has_few_values(written):
        return
    plain = written.replace("\\\\", "").replace('\\"', "")
    # A value and its key have two quotation marks each, so more marks prove too many values.
    bare = "" if plain.count('"') > 4 * MOST_VALUES else _STRING.sub("", plain)
    if bare and _has_few_values(bare):
        return
    message = f"holds more than {MOST_VALUES} values, or more than {MOST_PARTS} objects and lists"
    raise JsonTextError(message)


def json_text(value: object) -> str:
    """Write JSON data compactly, as text that can always be encoded."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not _has_lone_surrogate(text):
        return text
    # A handler or a model may answer with a lone surrogate, which only an escape can represent.
    return json.dumps(value, separators=(",", ":"))


def _read(text: bytes | str) -> Json:
    written = text.decode(json.detect_encoding(text)) if isinstance(text, bytes) else text
    require_few_values(written)
    value: Json = json.loads(
        written.removeprefix("\ufeff"), parse_constant=_refuse_constant, parse_float=_parse_finite
    )
    # Both checks visit every value, so cheap searches of the text rule most texts out first.
    if written.count("[") + written.count("{") > DEEPEST and _is_deep(value):
        raise JsonTextError(_TOO_DEEP)
    escaped = "\\u" in written and _ESCAPED_HALF.search(written)
    if (
        escaped and _has_lone_surrogate(json.dumps(value, ensure_ascii=False))
    ) or _has_lone_surrogate(written):
        raise JsonTextError("holds half of a surrogate pair, which is no character")
    return value


def _has_lone_surrogate(text: str) -> bool:
    # To encode the text is much faster than to search it for surrogates.
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _has_few_values(written: str) -> bool:
    parts = written.count("[") + written.count("{")
    return parts <= MOST_PARTS and parts + written.count(",") <= MOST_VALUES


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [part for parent in level for part in _parts(parent)]
        if not level:
            return False
    return True


def _parts(value: object) -> list[object]:
    found = json_object(value)
    return list(json_list(value) or ()) if found is None else list(found.values())


def _refuse_constant(word: str) -> NoReturn:
    message = f"is not JSON: {word} is no JSON number"
    raise JsonTextError(message)


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonTextError("holds a number that is too large")
    return number
