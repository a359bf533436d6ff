"""Whatever was said and called, what a model is given keeps the rules of chat endpoints."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.simulator.pal.brain import Answer, Moment, SpokenLine
from pytest_tavus.simulator.pal.prompt import messages
from pytest_tavus.trace.events import ToolStatus
from tests.simulator.pal.samples import tool

PAL = Pal(system_prompt="You find tables.", tools=(tool("find"), tool("book")))
SECRET = "SECRET"
STATUSES: tuple[ToolStatus | None, ...] = (None, "success", "error", "timeout", "unanswered")
TEXTS = st.text(alphabet="ab ", min_size=1, max_size=5)


def answer(call_id: str, *, status: ToolStatus | None = None, known: bool = False) -> Answer:
    name = "find" if len(call_id) % 2 else "gone"
    return Answer(
        call_id=call_id, tool=name, arguments={}, status=status, known=known, output=SECRET
    )


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    """Any conversation: lines in any order, calls with known, unknown and missing outcomes."""
    ids = iter(f"call_{'x' * number}" for number in range(100))
    said: list[SpokenLine] = []
    for by in draw(st.lists(st.sampled_from(("user", "pal", "calls")), max_size=8)):
        made = draw(st.integers(1, 3)) if by == "calls" else 0
        calls = tuple(answer(next(ids)) for _ in range(made))
        speaker: Literal["user", "pal"] = "user" if by == "user" else "pal"
        said.append(SpokenLine(by=speaker, text=draw(TEXTS), calls=calls))
    answers = [
        answer(call.call_id, status=draw(st.sampled_from(STATUSES)), known=draw(st.booleans()))
        for line in said
        for call in line.calls
        if draw(st.booleans())
    ]
    cut = draw(st.integers(0, len(answers)))
    return Moment(
        turn=1,
        user="",
        step=0,
        answers=tuple(answers[cut:]),
        earlier_answers=tuple(answers[:cut]),
        said=said,
        context=draw(st.text(max_size=3)),
    )


def build_messages(moment: Moment) -> list[dict[str, Any]]:
    return messages(PAL, moment)


def list_answered_calls(sent: list[dict[str, Any]], number: int) -> list[str]:
    """Return the call ids of the `tool` messages that directly follow a message."""
    found: list[str] = []
    for message in sent[number + 1 :]:
        if message["role"] != "tool":
            break
        found.append(message["tool_call_id"])
    return found


@given(moment=moments())
def test_every_call_is_answered_right_after_it_was_made(moment: Moment) -> None:
    sent = build_messages(moment)

    made = [[call["id"] for call in each.get("tool_calls", ())] for each in sent]
    assert [
        list_answered_calls(sent, n) for n, each in enumerate(sent) if each["role"] != "tool"
    ] == [ids for ids, each in zip(made, sent, strict=True) if each["role"] != "tool"]
    called = [call.call_id for line in moment.said for call in line.calls]
    assert called == list(chain.from_iterable(made))


@given(moment=moments())
def test_speakers_alternate_and_nothing_that_was_said_is_lost(moment: Moment) -> None:
    sent = build_messages(moment)
    roles = [each["role"] for each in sent]

    assert roles[0] == "system"
    assert "system" not in roles[1:]
    assert ("user", "user") not in pairwise(roles)
    assert ("assistant", "assistant") not in pairwise(roles)
    words = [each["content"] for each in sent[1:] if each["role"] != "tool"]
    assert "\n".join(words) == "\n".join(line.text for line in moment.said)


@given(moment=moments())
def test_a_result_is_told_only_where_the_pal_knows_it(moment: Moment) -> None:
    known = {
        each.call_id
        for each in (*moment.answers, *moment.earlier_answers)
        if each.known and each.status == "success" and each.tool == "find"
    }

    sent = build_messages(moment)

    assert {each["tool_call_id"] for each in sent if each["content"] == SECRET} == known
