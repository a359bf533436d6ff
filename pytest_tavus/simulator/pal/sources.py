"""Whose answers a script's texts and arguments are filled from: what a check of them holds.

The script brain fills them; this module only says what from. It reads placeholders as
:mod:`pytest_tavus.scenario.values.templates` renders them, and no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pytest_tavus.scenario.values.templates import all_placeholders, root
from pytest_tavus.simulator.pal.brain import Answer, Moment
from pytest_tavus.trace.events import AnsweredBy

ANSWERS: Final = frozenset({"result", "results"})
"""The roots of placeholders that read what a tool answered."""

_ORDER: Final[tuple[AnsweredBy, ...]] = ("handler", "client", "canned", "client_output", "nobody")


class AnswerSources:
    """Knows whose answer each placeholder of a conversation reads."""

    def __init__(self, saved: Mapping[str, AnsweredBy | None]) -> None:
        """Read whose answer each saved value is from `saved`, which may grow meanwhile."""
        self._saved = saved
        self._read_count = 0
        self._arguments: dict[str, AnsweredBy | None] = {}

    def find_source(
        self, value: Any, moment: Moment, sent: Mapping[str, AnsweredBy | None] | None = None
    ) -> AnsweredBy | None:
        """Return whose answer fills a value of the script; of several, the handler's counts.

        `sent` says it of arguments by name, where the value may read those of calls made with it.
        """
        if isinstance(value, str) and "{" not in value:
            return None  # as most are
        found = list(all_placeholders(value))
        return (
            pick_source(self._find_placeholder_source(one, moment, sent or {}) for one in found)
            if found
            else None
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
        made = [one for one in moment.answers if head in one.arguments]
        return made[-1].filled_by if made else earlier

    def _find_earlier_source(self, name: str, moment: Moment) -> AnsweredBy | None:
        for answer in moment.earlier_answers[self._read_count :]:
            self._arguments.update(dict.fromkeys(answer.arguments, answer.filled_by))
        self._read_count = len(moment.earlier_answers)
        return self._arguments.get(name)


def pick_source(found: Iterable[AnsweredBy | None]) -> AnsweredBy | None:
    """Return whose answer counts where several have a part, `None` where nobody's has."""
    known = set(found)
    return next((one for one in _ORDER if one in known), None)


def find_last_answer(moment: Moment) -> Answer | None:
    """Return the answer that `result` means: of this turn's last call, else the last one known."""
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
    """Tell whether the PAL can speak from an answer."""
    return answer.known and answer.status == "success"


def _find_latest(answers: Sequence[Answer]) -> Answer | None:
    """Return the last answer that can be read; where there is none, the last one of all."""
    return next((a for a in reversed(answers) if is_usable(a)), answers[-1] if answers else None)
