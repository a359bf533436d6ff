"""Splits a filled text into the values of its placeholders.

Two splits are enough: with every literal as far left as possible, and as far right as possible. A
placeholder with the same bounds in both has these bounds in every split. Each split takes time in
proportion to the text, however many placeholders it has.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.sent.readings import Readings


class TextPlace(Struct, frozen=True):
    """A text with placeholders: their names, and the literals around them, one more than names."""

    literals: tuple[str, ...]
    placeholders: tuple[str, ...]
    conversation: str
    "The placeholder of the conversation's id, which is no argument."

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.placeholders if name != self.conversation)

    def read(self, value: object, into: Readings) -> None:
        """Read each placeholder that has the same bounds in every split."""
        literals, names = self._fill_conversation(into.conversation_id)
        first = _split_leftmost(literals, value) if isinstance(value, str) else None
        if first is None or not isinstance(value, str):
            into.doubt(self.names, "unlike")
            return
        for name, bounds, last in zip(names, first, _split_rightmost(literals, value), strict=True):
            if bounds != last:
                into.doubt((name,), "split")
            else:
                text = value[slice(*bounds)]
                into.add_text(name, text, into.encoding.missing_text(name))

    read_text = read

    def _fill_conversation(self, conversation_id: str) -> tuple[Sequence[str], Sequence[str]]:
        # The id is known, so it serves as a literal and gives its neighbours clear bounds.
        if self.conversation not in self.placeholders:
            return self.literals, self.placeholders
        literals, names = [self.literals[0]], list[str]()
        for name, literal in zip(self.placeholders, self.literals[1:], strict=True):
            if name == self.conversation:
                literals[-1] += conversation_id + literal
            else:
                names.append(name)
                literals.append(literal)
        return literals, names


def parse_text_place(template: str, conversation: str) -> TextPlace:
    parts = PLACEHOLDER.split(template)
    return TextPlace(tuple(parts[::2]), tuple(parts[1::2]), conversation)


def _split_leftmost(literals: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Return the bounds of each placeholder with every literal as far left as possible."""
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
    """Return the bounds with every literal as far right as possible. The text must fit them."""
    start = len(literals[0])
    end = len(text) - len(literals[-1])
    bounds: list[tuple[int, int]] = []
    for literal in reversed(literals[1:-1]):
        found = text.rfind(literal, start, end)
        bounds.append((found + len(literal), end))
        end = found
    return [(start, end), *reversed(bounds)] if len(literals) > 1 else bounds
