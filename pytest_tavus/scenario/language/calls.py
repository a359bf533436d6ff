"""The models of a call that must be seen, and of groups of them.

A call is written short, with the tool as a key beside the reserved ones, or long, with `tool` and
`arguments`, so that no tool name is out of reach.
"""

from typing import Annotated, Any, Self, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.scenario.language.build import build, check_save
from pytest_tavus.scenario.language.shapes import (
    BuildSpec,
    NonEmptyList,
    Part,
    Seconds,
    Text,
    refuse,
    short,
)
from pytest_tavus.scenario.text.plain import is_dict, is_list, mapping
from pytest_tavus.scenario.values.matcher_values import Complain, build_expected
from pytest_tavus.scenario.values.turn_values import CallExpectation, CallGroup, StatusWord, Times
from pytest_tavus.spans import Loc


def _check_arguments(value: Any) -> Any:
    if value is None:
        return {}
    if not (is_dict(value) or isinstance(value, Matcher)):
        refuse(
            f"the arguments of a call are a mapping of names to values, not {value!r}",
            hint="write {name: value}; for a call with any arguments, leave them out",
        )
    return value


Arguments = Annotated[
    Any, BeforeValidator(_check_arguments), Field(json_schema_extra={"type": ["object", "null"]})
]


def expand_call(value: Any, reserved: frozenset[str], what: str) -> Any:
    """Turn the short spellings of a call into the long one."""
    if isinstance(value, str):
        return {"tool": value}
    entry = mapping(value)
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
    """Return the key that is the tool; the others must be misspelt reserved keys."""
    tools = [key for key in free if did_you_mean(key, reserved) is None]
    if len(tools) > 1:
        refuse(
            f"{what} names one tool, but {tools[0]!r} and {tools[1]!r} stand in one entry",
            hint="begin each call with a dash of its own",
        )
    return tools[0] if tools else free[0]


class TimesDocument(Part):
    """How often a call is expected."""

    part = "times"

    min: int = Field(default=0, ge=0, description="At least this often.")
    max: int | None = Field(default=None, ge=0, description="At most this often.")

    @model_validator(mode="after")
    def _check_can_fail(self) -> Self:
        if self.max is None and self.min == 0:
            refuse("times allows any number of calls, so it cannot fail", hint="write min or max")
        if self.max == 0:
            message = "times asks for no call, in a list of calls that are expected"
            refuse(message, hint="write the tool under never")
        if self.max is not None and self.max < self.min:
            message = f"times asks for at least {self.min} and at most {self.max} calls"
            refuse(message, hint="swap min and max")
        return self


def _expand_times(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"min": value, "max": value}
    return value


def _build_times(times: TimesDocument, _at: Loc, _complain: Complain) -> Times:
    return Times(minimum=times.min, maximum=times.max)


def _check_status(value: Any) -> Any:
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


class CallDocument(Part):
    """One expected call: the tool with its arguments beside what else must hold of it.

    Short: `{get_order_status: {order_id: A-10428}, within: 2s}`, or the bare name of the tool for
    any arguments. Long: `{tool: ..., arguments: ...}`.
    """

    part = "an expected call"
    builds = BuildSpec(
        CallExpectation,
        arguments=build_expected,
        result=build_expected,
        times=_build_times,
        save=check_save,
    )
    nullable = frozenset({"result"})
    union_tag = "<call>"

    tool: Text = Field(description="The tool, as the PAL names it.")
    arguments: Arguments = Field(
        default_factory=dict[str, Any],
        description="What the call must have been made with, as a recursive subset.",
    )
    exact: bool = Field(default=False, description="The arguments are these and no others.")
    result: Any = Field(
        default=None, description="What the handler must have answered, as a recursive subset."
    )
    status: Annotated[int | StatusWord | None, BeforeValidator(_check_status)] = Field(
        default=None,
        description="The HTTP status that came back, or what became of the call: `error`, the "
        "handler refused it (4xx, or `status: error` of a client answer); `crash`, it raised, "
        "broke off, or answered 5xx; `unreadable`, it answered 2xx without JSON, 4xx with broken "
        "JSON, too much, or a redirect; `unreachable`, the call did not get to it; `timeout`; "
        "`unanswered`. A 2xx or 4xx status holds of an answer that could be used. Left out: the "
        "call must succeed.",
    )
    within: Seconds | None = Field(
        default=None, description="Seconds from the start of the turn to the answer."
    )
    times: Annotated[
        TimesDocument | None,
        BeforeValidator(_expand_times),
        short({"type": "integer", "minimum": 0}),
    ] = Field(
        default=None,
        description="How often: a number, or `{min, max}`. Left out: once. "
        "Holds under `extra: allowed`, too.",
    )
    save: dict[str, Text] = Field(
        default_factory=dict[str, str],
        description="Values to keep for `says`, later calls and later turns, each "
        "`result.<path>` or `arguments.<path>`; read as `{saved.<name>}`. In an "
        "expected call, that is the value from before the call was answered.",
    )


RESERVED = frozenset(CallDocument.model_fields)
"""The words that are never a tool in the short spelling."""


class GroupDocument(Part):
    """Calls that belong together. Groups nest.

    `{unordered: [...]}` is met in any order, `{ordered: [...]}` in this one.
    """

    part = "a group of calls"
    union_tag = "<group>"

    ordered: NonEmptyList["Member"] | None = Field(default=None, description="In this order.")
    unordered: NonEmptyList["Member"] | None = Field(default=None, description="In any order.")

    @model_validator(mode="after")
    def _check_one_of_both(self) -> Self:
        if (self.ordered is None) == (self.unordered is None):
            refuse("a group of calls is either ordered or unordered", hint="nest one in the other")
        return self


def _expand_member(value: Any) -> Any:
    entry = mapping(value)
    if entry is not None and ("ordered" in entry or "unordered" in entry) and "tool" not in entry:
        return value
    return expand_call(value, RESERVED, "an expected call")


def _kind_of_member(value: Any) -> str:
    entry = mapping(value)
    is_group = entry is not None and ("ordered" in entry or "unordered" in entry)
    return "<group>" if is_group and "tool" not in (entry or {}) else "<call>"


Member = Annotated[
    Annotated[CallDocument, Tag("<call>")] | Annotated[GroupDocument, Tag("<group>")],
    Discriminator(_kind_of_member),
    BeforeValidator(_expand_member),
    short({"x-short": "ShortCall"}),
    short({"type": "string", "minLength": 1}),
]


def _check_calls(value: Any) -> Any:
    if value == "none":
        return []
    if value is None or value == []:
        refuse("calls is empty", hint="write calls: none where no call is expected")
    if not is_list(value):
        refuse(
            f"calls is a list, or none, and not {'a mapping' if mapping(value) else repr(value)}",
            hint="begin each call with a dash",
        )
    return value


def build_call_group(members: list[Any], at: Loc, complain: Complain) -> CallGroup:
    """Build the calls of a turn, of which some may be groups."""
    return _build_group(members, at, complain, ordered=True)


def _build_group(members: list[Any], at: Loc, complain: Complain, *, ordered: bool) -> CallGroup:
    built = tuple(_build_member(one, (*at, index), complain) for index, one in enumerate(members))
    return CallGroup(at=at, ordered=ordered, members=built)


def _build_member(
    member: CallDocument | GroupDocument, at: Loc, complain: Complain
) -> CallExpectation | CallGroup:
    if isinstance(member, CallDocument):
        call: CallExpectation = build(member, at, complain)
        return call
    if member.ordered is not None:
        return _build_group(member.ordered, (*at, "ordered"), complain, ordered=True)
    return _build_group(member.unordered or [], (*at, "unordered"), complain, ordered=False)


Calls = Annotated[list[Member], BeforeValidator(_check_calls), short({"const": "none"})]
