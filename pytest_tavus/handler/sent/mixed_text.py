"""A text with placeholders in it, split again into what they were filled with.

Two ways to split are enough to know: with every literal as far to the left as it can be, and as
far to the right. A placeholder with the same bounds in both has them in every way between. Either
takes time in proportion to the text, however many placeholders there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.sent.readings import Readings


class TextPlace(Struct, frozen=True):
    """A text with placeholders in it: the literals around them, one more than there are names."""

    literals: tuple[str, ...]
    placeholders: tuple[str, ...]
    conversation: str

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments in it."""
        return tuple(name for name in self.placeholders if name != self.conversation)

    def read(self, value: Any, into: Readings) -> None:
        """Read each placeholder that has the same bounds however the text is split."""
        literals, holes = self._fill_conversation(into.conversation_id)
        first = _split_leftmost(literals, value) if isinstance(value, str) else None
        if first is None or not isinstance(value, str):
            into.doubt(self.names, "unlike")
            return
        for name, bounds, last in zip(holes, first, _split_rightmost(literals, value), strict=True):
            if bounds != last:
                into.doubt((name,), "split")
            else:
                text = value[slice(*bounds)]
                into.add_text(name, text, into.terms.missing_text(name))

    read_text = read

    def _fill_conversation(self, conversation_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return literals and names with the conversation's id as a literal."""
        if self.conversation not in self.placeholders:
            return self.literals, self.placeholders
        literals, holes = [self.literals[0]], list[str]()
        for name, literal in zip(self.placeholders, self.literals[1:], strict=True):
            if name == self.conversation:
                literals[-1] += conversation_id + literal
            else:
                holes.append(name)
                literals.append(literal)
        return literals, holes


def parse_text_place(template: str, conversation: str) -> TextPlace:
    """Return a text as a place, whatever is in it."""
    parts = PLACEHOLDER.split(template)
    return TextPlace(tuple(parts[::2]), tuple(parts[1::2]), conversation)


def _split_leftmost(literals: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Return the bounds of each placeholder with every literal as far to the left as it can be."""
    end = len(text) - len(literals[-1])
    start = len(literals[0])
    if not (text.startswith(literals[0]) and text.endswith(literals[-1])):
        return None
    bounds: list[tuple[int, int]] = []
    for literal in literals[1:-1]:
        found = text.find(literal, start, end)
        if found < 0:
            return None
        bounds.append((start, found))
        start = found + len(literal)
    if start > end:
        return None
    return [*bounds, (start, end)] if len(literals) > 1 else bounds


def _split_rightmost(literals: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Return the same with every literal as far to the right, in a text that can be split."""
    start = len(literals[0])
    end = len(text) - len(literals[-1])
    bounds: list[tuple[int, int]] = []
    for literal in reversed(literals[1:-1]):
        found = text.rfind(literal, start, end)
        bounds.append((found + len(literal), end))
        end = found
    return [(start, end), *reversed(bounds)] if len(literals) > 1 else bounds
