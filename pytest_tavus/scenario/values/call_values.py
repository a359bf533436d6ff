"""Calls as data: expected calls, forbidden calls and played calls.

Each class describes a part of the language and is its run-time value. The short form of a call has
the tool as a key beside the reserved keys. The long form has `tool` and `arguments`, so a tool may
have the name of a reserved key.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from msgspec import field

from pytest_tavus.contract.annotations import (
    BLANK,
    After,
    Also,
    Before,
    Bounds,
    Choice,
    Complain,
    Form,
    Short,
    Written,
)
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.errors import did_you_mean
from pytest_tavus.scenario.text.plain import is_list, mapping
from pytest_tavus.scenario.values.checks import build_arguments, check_arguments, check_save
from pytest_tavus.scenario.values.forms import (
    FILLED_TEXT,
    NonEmptyList,
    OneOrMany,
    Part,
    Seconds,
    Text,
)
from pytest_tavus.scenario.values.matcher_values import build_expected
from pytest_tavus.spans import Loc

StatusWord = Literal[
    "success", "error", "timeout", "unanswered", "crash", "unreadable", "unreachable"
]
"""The result of a call: the status that the PAL gets, or the cause of an error status."""

NOTHING: Mapping[str, str] = MappingProxyType({})
"""Thousands of turns save nothing, so they share one empty value."""

Arguments = Annotated[Any, Before(check_arguments), Also({"type": ["object", "null"]})]
EXPECTED = After(build_expected)
SAVE = (Written(dict[str, Text]), After(check_save))


def expand_call(value: object, reserved: frozenset[str], what: str) -> object:
    """Convert the short forms of a call to the long form."""
    if isinstance(value, str):
        return {"tool": value}
    entry = mapping(value)
    # Data of another type is returned unchanged, because the reader refuses it.
    if entry is None or "tool" in entry:
        return value
    free = [key for key in entry if key not in reserved]
    if not free:
        refuse(f"{what} names no tool", hint="write the tool's name as a key, or under tool:")
    tool = free[0] if len(free) == 1 else _pick_tool_key(free, reserved, what)
    if "arguments" in entry:
        refuse(
            f"{what} has arguments both under {tool!r} and under 'arguments'",
            hint="write tool: and arguments:, or the tool's name with its arguments",
        )
    rest = {key: item for key, item in entry.items() if key != tool}
    return {"tool": tool, "arguments": entry[tool], **rest}


def _pick_tool_key(free: list[str], reserved: frozenset[str], what: str) -> str:
    """Return the key of the tool, if each other key resembles a reserved key."""
    tools = [key for key in free if did_you_mean(key, reserved) is None]
    if len(tools) > 1:
        refuse(
            f"{what} names one tool, but {tools[0]!r} and {tools[1]!r} stand in one entry",
            hint="begin each call with a dash of its own",
        )
    return tools[0] if tools else free[0]


class Times(Part, frozen=True, kw_only=True):
    """How often a call is expected."""

    part = "times"

    minimum: Annotated[int, Bounds(ge=0), Also({"default": 0}), "At least this often."] = field(
        default=1, name="min"
    )
    maximum: Annotated[Annotated[int, Bounds(ge=0)] | None, "At most this often."] = field(
        default=1, name="max"
    )
    "`None`: no upper bound."

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse bounds that every number of calls meets; a missing bound is open."""
        least = given.setdefault("minimum", 0)
        most = given.setdefault("maximum", None)
        if most is None and least == 0:
            refuse("times allows any number of calls, so it cannot fail", hint="write min or max")
        if most == 0:
            message = "times asks for no call, in a list of calls that are expected"
            refuse(message, hint="write the tool under never")
        if most is not None and most < least:
            message = f"times asks for at least {least} and at most {most} calls"
            refuse(message, hint="swap min and max")


def _expand_times(value: object) -> object:
    # Python counts `true` as the number 1.
    if isinstance(value, int) and not isinstance(value, bool):
        return {"min": value, "max": value}
    return value


def _check_status(value: object) -> object:
    words = get_args(StatusWord)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
        return value
    if isinstance(value, str) and value in words:
        return value
    hint = did_you_mean(value, words) if isinstance(value, str) else None
    return refuse(
        f"{value!r} is not a status: write an HTTP status from 100 to 599, or one of "
        f"{', '.join(words)}",
        hint=hint,
    )


_STATUS = {"anyOf": [{"type": "integer"}, {"enum": list(get_args(StatusWord)), "type": "string"}]}


class CallExpectation(Part, frozen=True, kw_only=True):
    """One expected call: the tool with its arguments beside what else must hold of it.

    Short: `{get_order_status: {order_id: A-10428}, within: 2s}`, or the bare name of the tool for
    any arguments. Long: `{tool: ..., arguments: ...}`.
    """

    part = "an expected call"

    at: Loc
    tool: Annotated[Text, "The tool, as the PAL names it."]
    arguments: Annotated[
        Arguments, EXPECTED, "What the call must have been made with, as a recursive subset."
    ] = field(default_factory=dict[str, Any])
    exact: Annotated[bool, "The arguments are these and no others."] = False
    expects_result: bool = False
    result: Annotated[
        Any, EXPECTED, "What the handler must have answered, as a recursive subset."
    ] = None
    "Compared only if `expects_result`, because an expected result may be null."

    status: Annotated[
        int | StatusWord | None,
        Written(Any),
        Before(_check_status),
        Form(_STATUS),
        "The HTTP status that came back, or what became of the call: `error`, the "
        "handler refused it (4xx, or `status: error` of a client answer); `crash`, it raised, "
        "broke off, or answered 5xx; `unreadable`, it answered 2xx without JSON, 4xx with broken "
        "JSON, too much, or a redirect; `unreachable`, the call did not get to it; `timeout`; "
        "`unanswered`. A 2xx or 4xx status holds of an answer that could be used. Left out: the "
        "call must succeed.",
    ] = None
    within: Annotated[Seconds | None, "Seconds from the start of the turn to the answer."] = None
    times: Annotated[
        Times,
        BLANK,
        Before(_expand_times),
        Short({"minimum": 0, "type": "integer"}),
        "How often: a number, or `{min, max}`. Left out: once. Holds under `extra: allowed`, too.",
    ] = Times()
    save: Annotated[
        Mapping[str, str],
        *SAVE,
        "Values to keep for `says`, later calls and later turns, each "
        "`result.<path>` or `arguments.<path>`; read as `{saved.<name>}`. In an "
        "expected call, that is the value from before the call was answered.",
    ] = NOTHING


RESERVED = frozenset(CallExpectation.__struct_fields__) - {"at", "expects_result"}
"""Keys that are never a tool in the short form."""


class CallGroup(Part, frozen=True, kw_only=True):
    """Several calls, in order or in any order. Groups nest."""

    at: Loc
    ordered: bool
    members: tuple["CallExpectation | CallGroup", ...]


def _expand_member(value: object) -> object:
    return value if _is_group(value) else expand_call(value, RESERVED, "an expected call")


def _is_group(value: object) -> bool:
    entry = mapping(value)
    is_group = entry is not None and ("ordered" in entry or "unordered" in entry)
    # With `tool`, the mapping is the long form of a call, whatever its other keys are.
    return is_group and "tool" not in (entry or {})


def _build_member(member: object, at: Loc, _complain: Complain) -> object:
    if not isinstance(member, WrittenGroup):
        return member
    word = "ordered" if member.ordered is not None else "unordered"
    members = getattr(member, word)
    return CallGroup(at=(*at, word), ordered=word == "ordered", members=members)


Member = Annotated[
    Any,
    Choice(
        lambda value: WrittenGroup if _is_group(value) else CallExpectation,
        lambda: (CallExpectation, WrittenGroup),
    ),
    Before(_expand_member),
    After(_build_member),
    Short({"x-short": "ShortCall"}),
    Short(FILLED_TEXT),
]


class WrittenGroup(Part, frozen=True, kw_only=True):
    """Calls that belong together. Groups nest.

    `{unordered: [...]}` is met in any order, `{ordered: [...]}` in this one.
    """

    part = "a group of calls"

    ordered: Annotated[NonEmptyList[Member] | None, "In this order."] = None
    unordered: Annotated[NonEmptyList[Member] | None, "In any order."] = None

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse `ordered` beside `unordered`, and a group without both."""
        if (given.get("ordered") is None) == (given.get("unordered") is None):
            refuse("a group of calls is either ordered or unordered", hint="nest one in the other")


def _check_calls(value: object) -> object:
    if value == "none":
        return []
    if value == []:
        refuse("calls is empty", hint="write calls: none where no call is expected")
    if not is_list(value):
        refuse(
            f"calls is a list, or none, and not {'a mapping' if mapping(value) else repr(value)}",
            hint="begin each call with a dash",
        )
    return value


def _build_calls(members: tuple[Any, ...], at: Loc, _complain: Complain) -> CallGroup:
    return CallGroup(at=at, ordered=True, members=members)


Calls = Annotated[
    CallGroup | None,
    BLANK,
    Written(tuple[Member, ...]),
    Before(_check_calls),
    After(_build_calls),
    Short({"const": "none"}),
]


class CallPattern(Part, frozen=True, kw_only=True):
    """A call that must not be seen: the name of a tool, or `{tool: {argument: value}}`."""

    part = "a forbidden call"

    at: Loc
    tool: Annotated[Text, "The tool."]
    arguments: Annotated[Arguments, EXPECTED, "Only with these arguments, as a subset."] = field(
        default_factory=dict[str, Any]
    )


_PATTERN_KEYS = frozenset({"tool", "arguments"})


def _expand_pattern(value: object) -> object:
    return expand_call(value, _PATTERN_KEYS, "a forbidden call")


Never = OneOrMany[
    Annotated[
        CallPattern, Before(_expand_pattern), Short(FILLED_TEXT), Short({"x-short": "ShortPattern"})
    ]
]

ADDED = "never"
"""The key whose values add to those of the file and its includes; other keys replace them."""


class PlayedCall(Part, frozen=True, kw_only=True):
    """A call that the simulated PAL makes: `{tool: {argument: value}}`, or `{tool, arguments}`."""

    part = "a played call"

    at: Loc
    tool: Annotated[Text, "The tool."]
    arguments: Annotated[
        Arguments, After(build_arguments), "Literal values; placeholders may stand in them."
    ] = field(default_factory=dict[str, Any])


def _expand_played(value: object) -> object:
    entry = mapping(value)
    if entry is not None and set(entry) == {"parallel"}:
        return value
    return expand_call(value, _PATTERN_KEYS, "a played call")


class Wave(Part, frozen=True, kw_only=True):
    """Calls that the simulated PAL makes at the same time."""

    part = "a wave of calls"

    parallel: Annotated[
        NonEmptyList[
            Annotated[
                PlayedCall,
                Before(_expand_played),
                Short(FILLED_TEXT),
                Short({"x-short": "ShortPattern"}),
            ]
        ],
        "Made in one inference.",
    ]


def _build_wave(wave: Any, _at: Loc, _complain: Complain) -> tuple[PlayedCall, ...]:
    # A call outside `parallel` is a wave of one call, so a player reads waves only.
    calls: tuple[PlayedCall, ...] = wave.parallel if isinstance(wave, Wave) else (wave,)
    return calls


_Wave = Annotated[
    Any,
    Choice(
        lambda value: Wave if "parallel" in (mapping(value) or ()) else PlayedCall,
        lambda: (PlayedCall, Wave),
    ),
    Before(_expand_played),
    After(_build_wave),
    Short(FILLED_TEXT),
    Short({"x-short": "ShortPattern"}),
]


def _check_played_calls(value: object) -> object:
    if value == "none":
        return []
    if value == []:
        refuse("calls is empty", hint="write calls: none where the PAL makes no call")
    return value


PlayedCalls = Annotated[
    tuple[tuple[PlayedCall, ...], ...] | None,
    BLANK,
    Written(tuple[_Wave, ...]),
    Before(_check_played_calls),
    Short({"const": "none"}),
]
