"""Reads arguments from the body of a request: from JSON, a form, or Tavus's signed event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl

from msgspec import Struct

from pytest_tavus.contract.body import json_object
from pytest_tavus.contract.tool.api_rules import BODYLESS
from pytest_tavus.contract.tool.tool import ApiDelivery
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from pytest_tavus.handler.delivery.request import FORM, media_type_of
from pytest_tavus.handler.sent.places import (
    ListPlace,
    ObjectPlace,
    Place,
    ValuePlace,
    parse_json,
    place_of,
)
from pytest_tavus.handler.sent.readings import Readings, list_possible_form_values
from pytest_tavus.matching.text import ABSENT


class BodyPlace(Protocol):
    """The arguments of a body and their encoding."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """The arguments in the body; `None` for all arguments of the call."""
        ...

    def read(self, body: bytes, into: Readings) -> None: ...


class _Json(Struct, frozen=True):
    """JSON: all arguments as one object, or a template."""

    template: Place | None

    @property
    def names(self) -> tuple[str, ...] | None:
        return None if self.template is None else self.template.names

    def read(self, body: bytes, into: Readings) -> None:
        if self.template is not None:
            self.template.read(parse_json(body), into)
        else:
            _read_all(parse_json(body), into)


class _Form(Struct, frozen=True):
    """A form: all arguments by their names, or a template by its keys."""

    template: ObjectPlace | None

    @property
    def names(self) -> tuple[str, ...] | None:
        return None if self.template is None else self.template.names

    def read(self, body: bytes, into: Readings) -> None:
        pairs = _parse_form(body)
        if pairs is None:
            _leave_open(self.names, into)
        elif self.template is not None:
            self._read_keys(self.template, pairs, into)
        else:
            for name in {**into.encoding.schemas, **dict.fromkeys(into.names), **pairs}:
                texts = pairs.get(name, [])
                possible = list_possible_form_values(texts, into.encoding.schemas.get(name))
                into.add(name, *possible, *(() if texts else (ABSENT,)))

    def _read_keys(
        self, template: ObjectPlace, pairs: Mapping[str, list[str]], into: Readings
    ) -> None:
        for key, place in template.members.items():
            texts = pairs.get(key, [])
            if isinstance(place, ValuePlace):
                place.read_repeated(texts, into)
            elif isinstance(place, ListPlace):
                place.read_texts(texts, into)
            else:
                place.read_text(texts[0] if len(texts) == 1 else ABSENT, into)


class _Envelope(Struct, frozen=True):
    """Tavus's signed event, in which `arguments` is JSON text."""

    paths: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...] | None:
        return None

    def read(self, body: bytes, into: Readings) -> None:
        event = parse_json(body)
        for path in self.paths:
            found = event
            for key in path:
                found = (json_object(found) or {}).get(key)
            _read_all(parse_json(found) if isinstance(found, str) else ABSENT, into)


_PATHS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "both": (("arguments",), ("properties", "arguments")),
    "flat": (("arguments",),),
    "nested": (("properties", "arguments"),),
}


WHOLE: Final = _Json(None)
"""All arguments as one JSON object: the body of a tool without a `body_template`."""


def envelope(profile: DeliveryProfile) -> BodyPlace:
    """Return the places of a signed body, by the shape that the profile sets."""
    return _Envelope(_PATHS[profile.hmac_envelope])


def body_of(api: ApiDelivery, conversation: str) -> BodyPlace | None:
    """Return the places of a body in the user's own shape; `None` if it has no arguments."""
    if api.method in BODYLESS:
        return None
    is_form = media_type_of(api) == FORM
    if api.body_template is None:
        return _Form(None) if is_form else WHOLE
    place = place_of(api.body_template, conversation)
    if not isinstance(place, ObjectPlace):
        return None
    return _Form(place) if is_form else _Json(place)


def _read_all(data: object, into: Readings) -> None:
    """Read an object of all arguments. An argument that only other places have is absent here."""
    arguments = json_object(data)
    if arguments is None:
        _leave_open(None, into)
        return
    for name in {**dict.fromkeys(into.names), **arguments}:
        into.add(name, arguments.get(name, ABSENT))


def _leave_open(names: Iterable[str] | None, into: Readings) -> None:
    if names is None:
        into.unreadable = True
    into.doubt(into.names if names is None else names, "unlike")


def _parse_form(body: bytes) -> dict[str, list[str]] | None:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found
