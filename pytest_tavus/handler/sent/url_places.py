"""Reads arguments from a tool's URL and from its `query_params`.

A value is percent-encoded, so every separator of a URL comes from the template. The reader cuts
the URL at the separators first, and reads each part separately.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from pytest_tavus.contract.tool.placeholders import PLACEHOLDER
from pytest_tavus.handler.delivery.template import percent_encode
from pytest_tavus.handler.sent.mixed_text import TextPlace
from pytest_tavus.handler.sent.places import Place, ValuePlace, place_of
from pytest_tavus.handler.sent.readings import Readings
from pytest_tavus.matching.text import ABSENT

_SEPARATOR = re.compile(r"([^A-Za-z0-9_.~%-])")
_CUT_CODE = re.compile(r"%[0-9A-Fa-f]?$")


class UrlParts(Struct, frozen=True, kw_only=True):
    """A part of a URL's template: texts with placeholders, between separators."""

    separators: tuple[str, ...]
    texts: tuple[TextPlace, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for text in self.texts for name in text.names)

    def read(self, url: str, into: Readings) -> bool:
        """Read a part of a URL; return whether it fits the template."""
        found = _SEPARATOR.split(url)
        if tuple(found[1::2]) != self.separators:
            return False
        for text, encoded in zip(self.texts, found[::2], strict=True):
            decoded = _decode(encoded)
            if decoded is None or (not text.placeholders and decoded != text.literals[0]):
                return False
            text.read(decoded, into)
        return True


class UrlPlaces(Struct, frozen=True, kw_only=True):
    """The places of a URL: in its template, and in the parameters that `query_params` adds."""

    head: UrlParts
    "The part before the query."

    own: tuple[UrlParts, ...]
    "The parameters in the query of the template, which are always present."

    added: tuple[tuple[str, Place | None, bool], ...]
    "Name, place of the value, and whether the parameter may be missing."

    key_added: bool
    "The last parameter holds the credentials."

    is_sound: bool
    "No placeholder follows half a percent code, which would make the URL unreadable."

    @property
    def names(self) -> tuple[str, ...]:
        return (
            *self.head.names,
            *(name for part in self.own for name in part.names),
            *(name for _, place, _ in self.added if place is not None for name in place.names),
        )

    def read(self, url: str, into: Readings) -> None:
        """Read a URL. All arguments of a URL that does not fit the template are ambiguous."""
        head, question, query = url.partition("?")
        pieces = query.split("&") if question else []
        count = len(self.own)
        rest = pieces[count:]
        if rest == [""]:
            rest = []  # the template ends in a separator, and no parameter was added
        if self.key_added:
            rest = rest[:-1]
        is_like = (
            self.is_sound
            and count <= len(pieces)
            and self.head.read(head, into)
            and all(part.read(piece, into) for part, piece in zip(self.own, pieces, strict=False))
            and self._read_added(rest, into)
        )
        if not is_like:
            into.doubt(self.names, "unlike")

    def _read_added(self, pieces: list[str], into: Readings) -> bool:
        left = iter(pieces)
        piece = next(left, None)
        for name, place, droppable in self.added:
            begin = f"{name}="
            text: object = ABSENT
            if piece is not None and piece.startswith(begin):
                text = _decode(piece[len(begin) :])
                piece = next(left, None)
            if text is None or (text is ABSENT and not droppable):
                return False
            if place is not None:
                place.read_text(text, into)
        return piece is None


def url_places(
    url: str, added: Mapping[str, str], *, conversation: str, omits: bool, key_added: bool
) -> UrlPlaces:
    """Return the places of a URL template, encoded except for its placeholders.

    With `omits`, a parameter of exactly one placeholder is missing if its argument is missing.
    """
    url = url.partition("#")[0]
    head, question, query = url.partition("?")
    own = query.split("&") if question else []
    if own and not own[-1]:
        own.pop()  # the first added parameter follows the trailing separator directly
    return UrlPlaces(
        head=_parts(head, conversation),
        own=tuple(_parts(piece, conversation) for piece in own),
        added=tuple(_build_query_places(added, conversation=conversation, omits=omits)),
        key_added=key_added,
        is_sound=not any(_CUT_CODE.search(part) for part in PLACEHOLDER.split(url)[:-1:2]),
    )


def _build_query_places(
    parameters: Mapping[str, str], *, conversation: str, omits: bool
) -> Iterable[tuple[str, Place | None, bool]]:
    for name, template in parameters.items():
        place = place_of(template, conversation)
        droppable = omits and isinstance(place, ValuePlace)
        yield percent_encode(name), place, droppable


def _parts(template: str, conversation: str) -> UrlParts:
    """Cut a template at its separators. The braces of a placeholder are no separators."""
    literals, names = [""], list[str]()
    texts: list[TextPlace] = []
    separators: list[str] = []

    def cut() -> None:
        decoded = tuple(unquote(literal) for literal in literals)
        texts.append(TextPlace(decoded, tuple(names), conversation))

    for index, part in enumerate(PLACEHOLDER.split(template)):
        if index % 2:
            names.append(part)
            literals.append("")
            continue
        first, *others = _SEPARATOR.split(part)
        literals[-1] += first
        for separator, text in zip(others[::2], others[1::2], strict=True):
            cut()
            separators.append(separator)
            literals, names = [text], []
    cut()
    return UrlParts(separators=tuple(separators), texts=tuple(texts))


def _decode(text: str) -> str | None:
    """Decode percent codes; return `None` for a text that no encoding gives."""
    if _SEPARATOR.search(text) is not None:
        return None
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None
