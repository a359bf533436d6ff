"""Writes the head of a request: checked, so that no header can end it and begin something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_VALUE = re.compile(rb"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")


class UnsendableError(ValueError):
    """A request that cannot be written: one phrase that says why."""


def written_head(method: str, target: str, lines: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return request line and headers as they go on the wire, the empty line included.

    Raises:
        UnsendableError: a part of it is no HTTP (RFC 9110, sections 5 and 9; RFC 9112, section 3).

    """
    written = [_first_line(method, target)]
    for name, value in lines:
        if not _TOKEN.fullmatch(name):
            shown = name.decode("latin-1")
            message = f"{shown!r} is no name of a header"
            raise UnsendableError(message)
        if not _VALUE.fullmatch(value):
            shown = name.decode("latin-1")
            message = f"the value of its header {shown!r} is no text of one line"
            raise UnsendableError(message)
        written.append(b"%b: %b\r\n" % (name, value))
    return b"".join((*written, b"\r\n"))


def _first_line(method: str, target: str) -> bytes:
    verb, place = method.encode("utf-8"), target.encode("utf-8")
    if not _TOKEN.fullmatch(verb):
        message = f"{method!r} is no method"
        raise UnsendableError(message)
    if not _TARGET.fullmatch(place):
        raise UnsendableError("its path or its query holds a character that no URL has")
    return b"%b %b HTTP/1.1\r\n" % (verb, place)
