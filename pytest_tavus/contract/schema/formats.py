"""The asserted formats of text: the formats of the OpenAI function shape [inferred].

Tavus asks for that shape and names no format of its own. Any other `format` is an annotation, as
in JSON Schema. JSON Schema 2020-12, section 7.3, defines the formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_DURATION = re.compile(
    r"P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
    r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?)"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?P<host>.+)")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_of_format(name: object, value: object) -> bool:
    """Whether a value has a format; every value has a format that is not asserted."""
    holds = FORMATS.get(name) if isinstance(name, str) else None
    return holds is None or not isinstance(value, str) or holds(value)


def _is_date(text: str) -> bool:
    # `fromisoformat` alone also accepts other spellings, as a week date.
    return _DATE.fullmatch(text) is not None and _can_parse(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    return _TIME.fullmatch(text) is not None


def _is_datetime(text: str) -> bool:
    return text[10:11] in {"T", "t"} and _is_date(text[:10]) and _is_time(text[11:])


def _is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def _is_hostname(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def _is_email(text: str) -> bool:
    found = _EMAIL.fullmatch(text)
    return found is not None and _is_hostname(found["host"])


def _is_ipv4(text: str) -> bool:
    return _can_parse(IPv4Address, text)


def _is_ipv6(text: str) -> bool:
    # Python accepts a zone after `%`, which the format does not have.
    return "%" not in text and _can_parse(IPv6Address, text)


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _can_parse(make: Callable[[str], object], text: str) -> bool:
    try:
        make(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "date-time": _is_datetime,
        "date": _is_date,
        "time": _is_time,
        "duration": _is_duration,
        "email": _is_email,
        "hostname": _is_hostname,
        "ipv4": _is_ipv4,
        "ipv6": _is_ipv6,
        "uuid": _is_uuid,
    }
)
"""Each checker by the value of `format`."""
