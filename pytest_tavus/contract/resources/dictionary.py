"""A pronunciation dictionary as Tavus stores it: shape and rules ([doc], limits [client])."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pytest_tavus.contract import limits
from pytest_tavus.contract.body import Body, Items
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.spans import Loc


class PronunciationRule(Body, frozen=True, kw_only=True):
    """One word and its pronunciation."""

    text: str
    pronunciation: str
    type: Literal["alias", "ipa"]
    alphabet: Literal["ipa"] | None = None
    "Implied if `type` is `ipa` [client]."

    case_sensitive: bool = False
    word_boundaries: bool = True


class PronunciationDictionary(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/pronunciation-dictionaries/``."""

    name: str
    rules: Items[PronunciationRule] = ()


def dictionary_problems(dictionary: PronunciationDictionary) -> Iterator[RuleProblem]:
    """Yield the problems of a dictionary, each with its path."""
    yield from _length(("name",), dictionary.name, limits.DICTIONARY_NAME_LENGTH)
    if len(dictionary.rules) > limits.DICTIONARY_RULES:
        yield RuleProblem(
            loc=("rules",),
            message=f"rules has {len(dictionary.rules)} entries, expected at most "
            f"{limits.DICTIONARY_RULES}",
            rule="length",
        )
    first: dict[str, int] = {}
    for index, rule in enumerate(dictionary.rules):
        at: Loc = ("rules", index)
        yield from _length((*at, "text"), rule.text, limits.PRONOUNCED_TEXT_LENGTH)
        yield from _length((*at, "pronunciation"), rule.pronunciation, limits.PRONUNCIATION_LENGTH)
        if first.setdefault(rule.text, index) != index:
            yield RuleProblem(
                loc=(*at, "text"),
                message=f"the text {rule.text!r} is already that of rules[{first[rule.text]}]: "
                "texts must be unique in a dictionary",
                rule="dictionary_unique",
            )


def _length(loc: Loc, text: str, most: int) -> Iterator[RuleProblem]:
    if 1 <= len(text) <= most:
        return
    message = f"{loc[-1]} has {len(text)} characters, expected 1 to {most}"
    yield RuleProblem(loc=loc, message=message, rule="length")
