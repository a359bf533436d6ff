"""What a turn expects and plays, read from the data of a scenario and written back."""

from __future__ import annotations

from typing import Any, cast

from tests.truth.mutation.leaves import is_matcher, leaves

Data = dict[str, Any]

CALL_KEYS = {"tool", "arguments", "exact", "result", "status", "within", "times", "save"}


def expected(turn: Data) -> list[tuple[tuple[str | int, ...], Data]]:
    """Return the expected calls of a turn, groups opened, with their paths in the turn."""
    found: list[tuple[tuple[str | int, ...], Data]] = []
    _collect(turn.get("calls"), ("calls",), found)
    return found


def _collect(
    calls: Any, at: tuple[str | int, ...], found: list[tuple[tuple[str | int, ...], Data]]
) -> None:
    for index, call in enumerate(_listed(calls)):
        here = (*at, index)
        if isinstance(call, str):
            found.append((here, {"tool": call}))
            continue
        group = next((key for key in ("ordered", "unordered") if key in call), None)
        if group is None:
            found.append((here, cast("Data", call)))
        else:
            _collect(call[group], (*here, group), found)


def _listed(calls: Any) -> list[Any]:
    """Return the calls of a list; there are none in `none`."""
    return list(cast("list[object]", calls)) if isinstance(calls, list) else []


def _spelled(call: Any) -> Data:
    """Return a call as a mapping, where it may be the bare name of a tool."""
    return {"tool": call} if isinstance(call, str) else call


def named(call: Data) -> tuple[str, Data]:
    """Return the tool of a call and its arguments, however it is spelled."""
    if "tool" in call:
        return str(call["tool"]), dict(call.get("arguments") or {})
    tool = next(key for key in call if key not in CALL_KEYS)
    return tool, dict(call[tool] or {})


def rewritten(call: Data, **keys: Any) -> Data:
    """Return a call in its long spelling, with some keys replaced."""
    tool, arguments = named(call)
    kept = {key: value for key, value in call.items() if key in CALL_KEYS}
    return {**kept, "tool": tool, "arguments": arguments, **keys}


def played(turn: Data) -> list[Data] | None:
    """Return the calls that are played, one after the other; `None` where data does not say."""
    plays: Any = turn.get("plays")
    if isinstance(plays, dict) and "calls" in plays:
        waves = [_spelled(one) for one in _listed(cast("Data", plays)["calls"])]
        singles = [_spelled(one) for wave in waves for one in wave.get("parallel", [wave])]
        return [{"tool": tool, "arguments": made} for tool, made in map(named, singles)]
    made: list[Data] = []
    for _, call in expected(turn):
        tool, arguments = named(call)
        if any(is_matcher(leaf) for _, leaf in leaves(arguments)):
            return None
        times = call.get("times", 1)
        made += [{"tool": tool, "arguments": arguments}] * (times if isinstance(times, int) else 1)
    return made


def playing(turn: Data, calls: list[Data]) -> Data:
    """Return the turn with these calls played, its words unchanged."""
    plays = turn.get("plays")
    words = {"says": plays} if isinstance(plays, str) else dict(cast("Data", plays or {}))
    return {**turn, "plays": {**words, "calls": calls or "none"}}
