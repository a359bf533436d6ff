"""Placeholders in text: ``{order_id}``, ``{result.items[0].sku}``, ``{saved.booking_id}``.

A text that is exactly one placeholder becomes the value, with its type. ``{{`` and ``}}`` become
braces, and a brace that opens no placeholder stays a brace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.text.plain import is_dict, is_list, is_mapping, is_tuple

_PATH = r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[[0-9]+\])*"
_TOKEN = re.compile(r"\{\{|\}\}|\{(" + _PATH + r")\}")
_ONE = re.compile(r"\{(" + _PATH + r")\}")
_STEP = re.compile(r"\.?([\w-]+)|\[([0-9]+)\]")


class MissingValue(ValueError):  # noqa: N818 - the name says what it is
    """A placeholder reads a missing value."""

    def __init__(self, placeholder: str, reason: str, available: tuple[str, ...] = ()) -> None:
        super().__init__(f"{{{placeholder}}}: {reason}")
        self.placeholder = placeholder
        """The path, without braces."""
        self.reason = reason
        """A sentence that names the missing step of the path."""
        self.available = available
        """The names that exist beside the missing step."""


def placeholders(text: str) -> tuple[str, ...]:
    """Return the paths of the placeholders in a text, in order, without braces."""
    if "{" not in text:
        return ()
    return tuple(match[1] for match in _TOKEN.finditer(text) if match[1] is not None)


def matches_template(template: str, text: str) -> bool:
    """Tell whether a text is a template with any text in place of each placeholder."""
    parts: list[str] = []
    at = 0
    for match in _TOKEN.finditer(template):
        parts.append(re.escape(template[at : match.start()]))
        parts.append(".*" if match[1] is not None else re.escape(match[0][0]))
        at = match.end()
    parts.append(re.escape(template[at:]))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def is_path(text: str) -> bool:
    """Tell whether a text is a valid path of a placeholder."""
    return re.fullmatch(_PATH, text) is not None


def root(placeholder: str) -> str:
    """Return the first step of a path: ``result`` of ``result.items[0]``."""
    return placeholder.partition(".")[0].partition("[")[0]


def render(  # noqa: PLR0911 - one return for each kind of value
    value: object, scope: Mapping[str, object], *, only: Collection[str] | None = None
) -> Any:
    """Replace the placeholders in the texts of `value`, but not in its keys.

    With `only`, placeholders of other roots and doubled braces stay: the result must be rendered
    again. The second rendering leaves the inserted values unchanged, because they are escaped.

    Raises:
        MissingValue: for the first placeholder that has no value in `scope`.

    """
    if isinstance(value, str):
        # A text without a brace needs no search.
        if "{" not in value and "}" not in value:
            return value
        return _render_text(value, scope) if only is None else _render_only(value, scope, only)
    if is_dict(value):
        entries = value
        return {key: render(item, scope, only=only) for key, item in entries.items()}
    if is_list(value):
        return [render(item, scope, only=only) for item in value]
    if is_tuple(value):
        return tuple(render(item, scope, only=only) for item in value)
    if isinstance(value, Matcher) and has_placeholders(value.payload):
        return _rebuild_matcher(value, render(value.payload, scope, only=only))
    return value


def _rebuild_matcher(matcher: Matcher, payload: object) -> Matcher:
    """Build a matcher again from its rendered payload, which the matcher may refuse."""
    try:
        return type(matcher).from_payload(payload)
    except ValueError:
        why = (
            "is empty" if payload == "" else "does not suit the matcher"
        )  # the value may be a secret
        path = next(all_placeholders(matcher.payload), "")
        raise MissingValue(path, f"what it stands for in {matcher!r} {why}") from None


def all_placeholders(value: object) -> Iterator[str]:
    """Yield the paths of the placeholders in all texts of a value."""
    if isinstance(value, str):
        yield from placeholders(value)
    elif is_dict(value):
        for item in value.values():
            yield from all_placeholders(item)
    elif is_list(value) or is_tuple(value):
        for item in value:
            yield from all_placeholders(item)
    elif isinstance(value, Matcher):
        yield from all_placeholders(value.payload)


def refuse_empty(value: object, scope: Mapping[str, object]) -> None:
    """Refuse an expected text with an empty placeholder: every text would contain it.

    Raises:
        MissingValue: the value of a placeholder is empty or missing.

    """
    for path in all_placeholders(value):
        if not as_text(lookup(path, scope)).strip():
            raise MissingValue(path, "what it stands for is empty, and would be found in any text")


def has_placeholders(value: object) -> bool:
    """Tell whether any text in `value` has a placeholder or a doubled brace."""
    if isinstance(value, str):
        return ("{" in value or "}" in value) and _TOKEN.search(value) is not None
    if is_dict(value):
        return any(has_placeholders(item) for item in value.values())
    if is_list(value) or is_tuple(value):
        return any(has_placeholders(item) for item in value)
    return isinstance(value, Matcher) and has_placeholders(value.payload)


def escape(value: object) -> Any:
    """Double the braces in `value`, so that rendering the result returns `value`."""
    return _map_texts(value, lambda text: text.replace("{", "{{").replace("}", "}}"))


def as_text(value: object) -> str:
    """Format a value for a sentence: text as it is, other data as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def json_or_text(text: str) -> Any:
    """Parse an answer as JSON; return the text if it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a deeply nested answer exhausts the parser
        return text


def lookup(placeholder: str, scope: Mapping[str, object]) -> Any:
    """Follow the path of a placeholder through mappings and lists.

    Raises:
        MissingValue: a step of the path does not exist.

    """
    found: Any = scope
    so_far = ""
    for match in _STEP.finditer(placeholder):
        name, index = match[1], match[2]
        found = _follow_step(found, name if index is None else int(index), placeholder, so_far)
        so_far += match[0]
    return found


def _render_text(text: str, scope: Mapping[str, object]) -> Any:
    if (whole := _ONE.fullmatch(text)) is not None:
        return lookup(whole[1], scope)

    def replace_match(match: re.Match[str]) -> str:
        return match[0][0] if match[1] is None else as_text(lookup(match[1], scope))

    return _TOKEN.sub(replace_match, text)


def _render_only(text: str, scope: Mapping[str, object], only: Collection[str]) -> Any:
    if (whole := _ONE.fullmatch(text)) is not None:
        return escape(lookup(whole[1], scope)) if root(whole[1]) in only else text

    def replace_match(match: re.Match[str]) -> str:
        if match[1] is None or root(match[1]) not in only:
            return match[0]
        return str(escape(as_text(lookup(match[1], scope))))

    return _TOKEN.sub(replace_match, text)


def _map_texts(value: object, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if is_dict(value):
        entries = value
        return {key: _map_texts(item, change) for key, item in entries.items()}
    if is_list(value):
        return [_map_texts(item, change) for item in value]
    return value


def _follow_step(found: object, step: str | int, placeholder: str, so_far: str) -> Any:
    where = so_far or "this place"
    if is_mapping(found):
        entries = found
        if isinstance(step, str) and step in entries:
            return entries[step]
        reason = f"there is no {step!r} in {so_far}" if so_far else f"there is no {step!r}"
        raise MissingValue(placeholder, reason, tuple(str(key) for key in entries))
    if is_list(found) or is_tuple(found):
        items = found
        index = int(step) if isinstance(step, int) or step.isdecimal() else None
        if index is not None and index < len(items):
            return items[index]
        shown = f"[{index}]" if index is not None else repr(step)
        reason = f"{where} is a list of {len(items)}, in which there is no {shown}"
        raise MissingValue(placeholder, reason)
    shown = f"[{step}]" if isinstance(step, int) else repr(step)
    raise MissingValue(placeholder, f"{where} is {_kind(found)}, in which there is no {shown}")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "text"
    return "a number" if isinstance(value, (int, float)) else type(value).__name__
