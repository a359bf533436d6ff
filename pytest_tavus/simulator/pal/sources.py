"""The sources of a script's texts and arguments: whose answers fill their placeholders.

Checks derive the decider of a text from its source. The script brain fills the placeholders, as
:mod:`pytest_tavus.scenario.values.templates` renders them; this module reads no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pytest_tavus.scenario.values.templates import all_placeholders, root
from pytest_tavus.simulator.pal.brain import Answer, Moment
from pytest_tavus.trace.events import AnsweredBy

ANSWERS: Final = frozenset({"result", "results"})
"""The roots of placeholders that read the answer of a tool."""

_PRECEDENCE: Final[tuple[AnsweredBy, ...]] = (
    "handler",
    "client",
    "canned",
    "client_output",
    "nobody",
)


class AnswerSources:
    """Finds whose answer each placeholder of a conversation reads."""

    def __init__(self, saved: Mapping[str, AnsweredBy | None]) -> None:
        """Find sources of saved values in `saved`, which may grow later."""
        self._saved = saved
        self._read_count = 0
        self._arguments: dict[str, AnsweredBy | None] = {}

    def find_source(
        self, value: object, moment: Moment, sent: Mapping[str, AnsweredBy | None] | None = None
    ) -> AnsweredBy | None:
        """Return whose answer fills a value of the script; the handler's wins over others.

        `sent` holds the sources of arguments of calls that are made together with the value.
        """
        if isinstance(value, str) and "{" not in value:
            return None  # a fast path: most texts have no placeholder
        paths = all_placeholders(value)
        return pick_source(
            self._find_placeholder_source(path, moment, sent or {}) for path in paths
        )

    def _find_placeholder_source(
        self, path: str, moment: Moment, sent: Mapping[str, AnsweredBy | None]
    ) -> AnsweredBy | None:
        head = root(path)
        if head in ANSWERS:
            answer = find_answer(path, moment)
            return None if answer is None else answer.answered_by
        if head == "saved":
            return self._saved.get(root(path.partition(".")[2]))
        if head in sent:
            return sent[head]
        earlier = self._find_earlier_source(head, moment)
        calls = [answer for answer in moment.answers if head in answer.arguments]
        return calls[-1].filled_by if calls else earlier

    def _find_earlier_source(self, name: str, moment: Moment) -> AnsweredBy | None:
        for answer in moment.earlier_answers[self._read_count :]:
            self._arguments.update(dict.fromkeys(answer.arguments, answer.filled_by))
        self._read_count = len(moment.earlier_answers)
        return self._arguments.get(name)


def pick_source(sources: Iterable[AnsweredBy | None]) -> AnsweredBy | None:
    """Return the source that wins over the others, or `None` if no answer has a part."""
    known = set(sources)
    return next((source for source in _PRECEDENCE if source in known), None)


def find_last_answer(moment: Moment) -> Answer | None:
    """Return the answer that `result` reads: of this turn's last call, else the latest usable."""
    if moment.answers:
        return moment.answers[-1]
    return _find_latest(moment.earlier_answers)


def find_answer(path: str, moment: Moment) -> Answer | None:
    """Return the answer that a placeholder of `result` or `results` reads."""
    head, _, rest = path.partition(".")
    if head != "results":
        return find_last_answer(moment)
    tool = rest.split(".")[0].split("[")[0]
    return _find_latest([a for a in (*moment.earlier_answers, *moment.answers) if a.tool == tool])


def is_usable(answer: Answer) -> bool:
    """Tell whether the PAL knows an answer and the call succeeded."""
    return answer.known and answer.status == "success"


def _find_latest(answers: Sequence[Answer]) -> Answer | None:
    """Return the last usable answer, or without a usable answer the last answer."""
    return next((a for a in reversed(answers) if is_usable(a)), answers[-1] if answers else None)
