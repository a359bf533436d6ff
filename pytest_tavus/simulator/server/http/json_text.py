"""JSON that comes in from clients, read strictly; and JSON that goes out, which is always text.

Python's reader takes more than JSON: NaN, a number that becomes infinite, half of a surrogate pair,
any depth that its stack bears. Each of them is kept without complaint and breaks whoever writes it
out later, so none of them comes in.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pytest_tavus.contract.body import json_list, json_object

DEEPEST = 100
"""Objects and lists within each other. No definition of Tavus's comes near."""

MOST_VALUES = 25_000
"""Values in one text. Each step that a body passes visits all of them, and the loop waits."""

MOST_PARTS = 3_000
"""Objects and lists in one text: an empty one can break several rules at once."""

_TOO_DEEP = "is nested too deeply"
_STRING = re.compile(r'"[^"]*"')
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class JsonTextError(ValueError):
    """A text is no JSON that can be used; the sentence says why."""


def read_json(text: bytes | str, *, called: str = "the body") -> Any:
    """Return the JSON data in a text.

    Raises:
        JsonTextError: it is no JSON, or is JSON of which Tavus could not make anything.

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
    """Insist that a JSON text holds no more values than can be handled at once.

    Counted before anything is parsed: parsing itself would take too long. A text that is not JSON
    may pass or fail.

    Raises:
        JsonTextError: it holds too many values, or too many objects and lists.

    """
    if len(written) <= MOST_PARTS or _has_few_values(written):
        return
    plain = written.replace("\\\\", "").replace('\\"', "")
    # Each value, and each key, has at most two quotation marks.
    bare = "" if plain.count('"') > 4 * MOST_VALUES else _STRING.sub("", plain)
    if bare and _has_few_values(bare):
        return
    message = f"holds more than {MOST_VALUES} values, or more than {MOST_PARTS} objects and lists"
    raise JsonTextError(message)


def json_text(value: Any) -> str:
    """Return JSON data as text that can be encoded, whatever texts are in them.

    A handler or a model may answer with half of a surrogate pair, which no encoding knows: then
    everything beyond ASCII is escaped.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not _has_lone_surrogate(text):
        return text
    return json.dumps(value, separators=(",", ":"))


def _read(text: bytes | str) -> Any:
    written = text.decode(json.detect_encoding(text)) if isinstance(text, bytes) else text
    require_few_values(written)
    value = json.loads(
        written.removeprefix("\ufeff"), parse_constant=_refuse_constant, parse_float=_parse_finite
    )
    if written.count("[") + written.count("{") > DEEPEST and _is_deep(value):
        raise JsonTextError(_TOO_DEEP)
    escaped = "\\u" in written and _ESCAPED_HALF.search(written)
    if (
        escaped and _has_lone_surrogate(json.dumps(value, ensure_ascii=False))
    ) or _has_lone_surrogate(written):
        raise JsonTextError("holds half of a surrogate pair, which is no character")
    return value


def _has_lone_surrogate(text: str) -> bool:
    """Tell whether a text cannot be encoded. Faster by far than to search it."""
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


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return False
    return True


def _parts(value: Any) -> list[Any]:
    found = json_object(value)
    return list(json_list(value) or ()) if found is None else list(found.values())


def _refuse_constant(word: str) -> Any:
    message = f"is not JSON: {word} is no JSON number"
    raise JsonTextError(message)


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonTextError("holds a number that is too large")
    return number
