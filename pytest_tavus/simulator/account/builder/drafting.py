"""The built-in drafter: turns a creator's request into the parts of a PAL. Pure and deterministic.

At Tavus a language model writes the parts. Here they consist of the creator's own words, so that
the same request gives the same PAL. A brief with a list (``- ...`` or ``1. ...``) gives one
objective or guardrail per entry; any other brief gives one from the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_tavus.contract.limits import OBJECTIVE_PROMPT_LENGTH, OBJECTIVES_PER_SET
from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.resources.building import CurrentPal

UNNAMED = "Untitled PAL"
"""The official client's name for a PAL without a name [client]."""

CHANGES = "## Changes"
"""The section of a prompt that collects later requests."""

_ARTICLE = re.compile(r"^\s*(?:an?|the)\s+", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*(?:[-*\u2022]|\d+[.)])\s+(\S.*)$", re.MULTILINE)
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d]+)[\"\u201d]")
_WORD = re.compile(r"[a-zA-Z0-9]+")


def name_of(message: str, current: str) -> str:
    """Return the PAL's current name, else the first words of the request."""
    if current.strip() and current.strip() != UNNAMED:
        return current.strip()
    clause = re.split(r"[.!?,;:\n]", _ARTICLE.sub("", message.strip()), maxsplit=1)[0]
    words = " ".join(clause.split()[:4])
    return words[:1].upper() + words[1:] if words else UNNAMED


def description_of(message: str) -> str:
    """Return the first sentence of the request, at most 120 characters."""
    first = re.split(r"(?<=[.!?])\s|\n", message.strip(), maxsplit=1)[0]
    return first if len(first) <= 120 else f"{first[:117].rstrip()}..."


def system_prompt(brief: str, message: str, current: CurrentPal) -> str:
    """Return a first prompt, or the current prompt with the request added to it."""
    if not current.system_prompt.strip():
        name = name_of(message, current.name)
        section = "" if message.strip() in brief else f"\n\n## Request\n{message.strip()}"
        return f"## Role\nYou are {name}.\n\n## Brief\n{brief.strip()}{section}"
    prompt, note = current.system_prompt.rstrip(), f"- {' '.join(message.split())}"
    if message.strip() in prompt or note in prompt.splitlines():
        return current.system_prompt
    return f"{prompt}\n{note}" if CHANGES in prompt else f"{prompt}\n\n{CHANGES}\n{note}"


def greeting(brief: str, name: str) -> str:
    """Return the quoted text of the brief, else a plain greeting."""
    quoted = _QUOTED.search(brief)
    return quoted[1].strip() if quoted else f"Hi, I'm {name}. What can I do for you?"


def objectives(brief: str, name: str) -> ObjectiveSet:
    """Return a set in which each objective requires the next one."""
    prompts = _entries(brief)[:OBJECTIVES_PER_SET]
    names = list(_names(prompts, alone="reach_the_goal"))
    next_names = [*names[1:], None]
    return ObjectiveSet(
        name=f"{name} objectives"[:100],
        data=tuple(
            Objective(objective_name=each, objective_prompt=prompt, next_required_objective=after)
            for each, prompt, after in zip(names, prompts, next_names, strict=True)
        ),
    )


def guardrails(brief: str) -> tuple[Guardrail, ...]:
    prompts = _entries(brief)
    names = _names(prompts, alone="stay_within_the_brief")
    return tuple(
        Guardrail(guardrail_name=name, guardrail_prompt=prompt)
        for name, prompt in zip(names, prompts, strict=True)
    )


def list_mentioned(brief: str, named: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return each id that occurs in the brief as a word, or whose name does."""
    text = brief.lower()
    return tuple(
        key
        for key, name in named
        if any(_occurs_in(word.lower(), text) for word in (key, name) if word)
    )


def _occurs_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _entries(brief: str) -> list[str]:
    listed = [found.strip() for found in _ENTRY.findall(brief)]
    return [entry[:OBJECTIVE_PROMPT_LENGTH] for entry in listed or [brief.strip()]]


def _names(prompts: Sequence[str], *, alone: str) -> Iterator[str]:
    """Yield a unique name for each prompt, made of its first words."""
    used = set[str]()
    for prompt in prompts:
        words = _WORD.findall(prompt.lower())[:5]
        # 90 characters leave room for a number within the limit of 100.
        stem = alone if len(prompts) == 1 else "_".join(words)[:90] or alone
        name, number = stem, 2
        while name in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name)
        yield name
