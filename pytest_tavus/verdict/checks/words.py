"""Phrases and excerpts that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_tavus.matching.compare import Mismatch
from pytest_tavus.matching.text import describe, format_yaml, quote_text
from pytest_tavus.spans import format_loc
from pytest_tavus.trace.events import PalSaid
from pytest_tavus.trace.log import Entry
from pytest_tavus.verdict.call import UNREADABLE, Call, Show
from pytest_tavus.verdict.verdict import Difference

BODY_EXCERPT = 400
"""Characters of a body that a finding shows."""

SENTENCE = 300
"""Characters of a handler's or a client's text that a sentence may contain."""

BOTH_MASKED = "differs (both masked)"


def format_sent_call(call: Call, show: Show) -> str:
    """Format a call with its sent arguments, as in a scenario: ``get_order: {order_id: A-1}``."""
    if call.sent is None:
        return format_pal_call(call, show)
    unclear = join_words(list(call.sent.ambiguous))
    rest = f" ({unclear} cannot be read)" if unclear else ""
    return f"{show(call.name)}: {format_yaml(show(call.arguments))}{rest}"


def format_pal_call(call: Call, show: Show) -> str:
    """Format a call with the PAL's own arguments."""
    if call.called_arguments is UNREADABLE:
        return f"{show(call.name)} with {quote_text(show(call.called.arguments))}"
    return f"{show(call.name)}: {format_yaml(show(call.called_arguments))}"


def describe_request(call: Call, show: Show) -> str | None:
    """Describe the request of a call, if it carried other arguments than the call, or unclear ones.

    Otherwise the request adds nothing to the call, and the result is `None`.
    """
    exchange = call.exchange
    if exchange is None or not (call.is_unclear or call.differs):
        return None
    request = exchange.request
    body = excerpt(show(request.body.decode("utf-8", "replace")))
    sent = f"{request.method} {show(request.url)} {body}".rstrip()
    return f"called: {format_pal_call(call, show)}\nsent: {sent}"


def join_lines(*lines: str | None) -> str | None:
    return "\n".join(line for line in lines if line is not None) or None


def differences(mismatches: Iterable[Mismatch], show: Show, *root: str) -> tuple[Difference, ...]:
    """Format mismatches for a failure, with paths that begin with `root`."""
    return tuple(
        difference(
            m.expected,
            m.actual,
            path=format_loc(
                (*root, *(step if isinstance(step, int) else show(str(step)) for step in m.path))
            ),
            show=show,
        )
        for m in mismatches
    )


def difference(expected: object, actual: object, *, path: str, show: Show) -> Difference:
    """Format two values that differ; two values with the same mask only as different."""
    first = describe(show(expected))
    second = "not JSON" if actual is UNREADABLE else describe(show(actual))
    return Difference(path=path, expected=first, actual=BOTH_MASKED if second == first else second)


def join_words(words: Sequence[str], *, last: str = "and") -> str:
    """Join words as in a sentence: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def format_seconds(value: float) -> str:
    """Format seconds: ``2 s``, ``0.35 s``."""
    return f"{value:.3g} s"


def describe_speech(said: Sequence[tuple[Entry, PalSaid]], show: Show) -> str:
    """Format utterances for the lines below a finding."""
    if not said:
        return "heard: nothing"
    return "\n".join(f"heard: {quote_text(show(event.text))}" for _, event in said)


def describe_answer(call: Call, show: Show) -> str:
    """Format the answer of a call for the lines below a finding."""
    answer = call.answer
    empty = answer is None and (call.resolved is None or not call.resolved.output)
    return f"answer: {'nothing' if empty else excerpt(format_yaml(show(answer)))}"


def excerpt(text: str, limit: int = BODY_EXCERPT) -> str:
    """Cut a text, which must be masked already, to a length that a person reads."""
    text = text.strip()
    return text if len(text) <= limit else f"{text[:limit]}…"
