"""The utterances of a PAL around a tool call, by `on_call` and `on_resolve`.

The tables are data, because part of them is inferred: when Tavus's behaviour becomes known, one
cell changes here. Until a release, users change the cell in their ini file through
:meth:`Behaviour.with_cells`.
The simulated PAL acts on these tables, and the checks compare every conversation with them.

Each cell carries its source:

- ``doc``: stated in Tavus's public documentation;
- ``client``: read in the official client, tavus-cli 0.11.0;
- ``inferred``: our conclusion from those two;
- ``wild``: reported by users, unverified;
- ``user``: replaced by the user of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_tavus.errors import Problem, ScenarioError, did_you_mean

OnCall = Literal["generate_filler", "static_filler", "silent", "passthrough"]
OnResolve = Literal["generate_response", "response_in_result", "add_to_context", "fire_and_forget"]
Status = Literal["success", "error", "timeout", "unanswered"]
Source = Literal["doc", "client", "inferred", "wild", "user"]

STATUSES: tuple[Status, ...] = get_args(Status)
"""The outcomes of a call, in the order of the table's columns."""

HeardOnCall = Literal["filler", "static_filler", "nothing", "own_words"]
"""While a call is open: some utterance; exactly the tool's `static_filler`; no utterance at all;
the model's own words that accompanied the call, if it had any."""

HeardOnResolve = Literal["reply", "output", "acknowledgement", "nothing", "anything"]
"""After a call is resolved: some utterance; the output verbatim; some utterance that is not the
output; no utterance caused by it; unknown, so nothing is demanded and nothing is forbidden."""


class OnCallCell(Struct, frozen=True, kw_only=True):
    """One row of the `on_call` table."""

    heard: HeardOnCall
    source: Source
    note: str = ""


class OnResolveCell(Struct, frozen=True, kw_only=True):
    """One cell of the `on_resolve` table."""

    heard: HeardOnResolve
    source: Source
    note: str = ""


class OnResolveRow(Struct, frozen=True, kw_only=True):
    """One value of `on_resolve`: a cell for each status, and the PAL's behaviour meanwhile."""

    success: OnResolveCell
    error: OnResolveCell
    timeout: OnResolveCell
    unanswered: OnResolveCell

    waits: bool
    "The PAL delays its reply until the call is resolved."

    in_context: bool
    "The PAL knows the answer from then on, also in later turns."

    def cell(self, status: Status) -> OnResolveCell:
        """Return the cell for one status."""
        cell: OnResolveCell = getattr(self, status)
        return cell

    def with_cell(self, status: Status, cell: OnResolveCell) -> OnResolveRow:
        """Return the row with another cell for one status."""
        cells = {each: self.cell(each) for each in STATUSES} | {status: cell}
        return OnResolveRow(**cells, waits=self.waits, in_context=self.in_context)


def _cell(heard: HeardOnResolve, source: Source, note: str = "") -> OnResolveCell:
    return OnResolveCell(heard=heard, source=source, note=note)


ON_CALL: Mapping[OnCall, OnCallCell] = MappingProxyType(
    {
        "generate_filler": OnCallCell(
            heard="filler", source="inferred", note="the default; the text is the model's"
        ),
        "static_filler": OnCallCell(heard="static_filler", source="doc"),
        "silent": OnCallCell(heard="nothing", source="inferred"),
        "passthrough": OnCallCell(heard="own_words", source="inferred"),
    }
)

_ACKNOWLEDGED = _cell("acknowledgement", "doc", "a failed call is acknowledged, never quoted")

ON_RESOLVE: Mapping[OnResolve, OnResolveRow] = MappingProxyType(
    {
        "generate_response": OnResolveRow(
            success=_cell("reply", "inferred", "one more inference, not verbatim"),
            error=_ACKNOWLEDGED,
            timeout=_cell("acknowledgement", "inferred"),
            unanswered=_cell("anything", "client", "a reply may be synthesised after a window"),
            waits=True,
            in_context=True,
        ),
        "response_in_result": OnResolveRow(
            success=_cell("output", "wild", "spoken word for word"),
            error=_ACKNOWLEDGED,
            timeout=_cell("acknowledgement", "inferred"),
            unanswered=_cell("nothing", "inferred"),
            waits=True,
            in_context=True,
        ),
        "add_to_context": OnResolveRow(
            success=_cell("nothing", "inferred", "known to later turns"),
            error=_cell("nothing", "inferred", "the failure is noted in the context"),
            timeout=_cell("nothing", "inferred"),
            unanswered=_cell("nothing", "inferred"),
            waits=False,
            in_context=True,
        ),
        "fire_and_forget": OnResolveRow(
            success=_cell("nothing", "doc", "the default; the PAL never waits nor reacts"),
            error=_cell("nothing", "inferred"),
            timeout=_cell("nothing", "inferred"),
            unanswered=_cell("nothing", "inferred"),
            waits=False,
            in_context=False,
        ),
    }
)


class Behaviour(Struct, frozen=True, kw_only=True):
    """Both tables, as one value that can be overridden cell by cell."""

    on_call: Mapping[OnCall, OnCallCell] = field(default_factory=lambda: ON_CALL)
    on_resolve: Mapping[OnResolve, OnResolveRow] = field(default_factory=lambda: ON_RESOLVE)

    def with_cells(self, cells: Mapping[str, str]) -> Behaviour:
        """Return the tables with some cells replaced.

        Keys are ``on_call.<value>`` and ``on_resolve.<value>.<status>``. Values are words of
        :data:`HeardOnCall` and :data:`HeardOnResolve`.

        Raises:
            ScenarioError: if a cell does not exist or a word is not allowed in its table.

        """
        result = self
        for key, heard in cells.items():
            result = result._with_cell(key, heard)
        return result

    def _with_cell(self, key: str, heard: str) -> Behaviour:
        on_call: dict[str, OnCall] = {f"on_call.{name}": name for name in self.on_call}
        on_resolve: dict[str, tuple[OnResolve, Status]] = {
            f"on_resolve.{name}.{status}": (name, status)
            for name in self.on_resolve
            for status in STATUSES
        }
        if key in on_call:
            return self._with_on_call(on_call[key], _check_word(key, heard, HeardOnCall))
        if key in on_resolve:
            return self._with_on_resolve(*on_resolve[key], _check_word(key, heard, HeardOnResolve))
        known = (*on_call, *on_resolve)
        message = f"there is no cell {key!r} in the on_call and on_resolve tables"
        hint = did_you_mean(key, known) or f"one of: {', '.join(known)}"
        raise ScenarioError(Problem(message=message, hint=hint))

    def _with_on_call(self, name: OnCall, heard: HeardOnCall) -> Behaviour:
        cell = OnCallCell(heard=heard, source="user")
        return replace(self, on_call=MappingProxyType({**self.on_call, name: cell}))

    def _with_on_resolve(self, name: OnResolve, status: Status, heard: HeardOnResolve) -> Behaviour:
        row = self.on_resolve[name].with_cell(status, OnResolveCell(heard=heard, source="user"))
        return replace(self, on_resolve=MappingProxyType({**self.on_resolve, name: row}))


def _check_word(key: str, heard: str, column: object) -> Any:
    known = get_args(column)
    if heard in known:
        return heard
    message = f"{key}: {heard!r} is not something a PAL can be heard to do"
    raise ScenarioError(Problem(message=message, hint=f"one of: {', '.join(known)}"))
