"""The built-in drafter: from what a creator asks for to the parts of a PAL. Pure, never random.

Tavus has a language model write them. Here they are made of the creator's own words, so that the
same request gives the same PAL. A brief with a list in it (``- ...`` or ``1. ...``) gives one
objective or guardrail for each entry; any other gives one that holds the whole brief.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_tavus.contract.limits import OBJECTIVE_PROMPT_LENGTH, OBJECTIVES_PER_SET
from pytest_tavus.contract.pal.objective import Guardrail, Objective, ObjectiveSet
from pytest_tavus.contract.resources.building import CurrentPal

UNNAMED = "Untitled PAL"
"""What the official client calls a PAL that it finds no name for [client]."""

CHANGES = "## Changes"
"""The section of a prompt that what is asked for later goes to."""

_ARTICLE = re.compile(r"^\s*(?:an?|the)\s+", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*(?:[-*\u2022]|\d+[.)])\s+(\S.*)$", re.MULTILINE)
_SPOKEN = re.compile(r"[\"\u201c]([^\"\u201c\u201d]+)[\"\u201d]")
_WORD = re.compile(r"[a-zA-Z0-9]+")


def name_of(message: str, current: str) -> str:
    """Return the PAL's name: the one it has, else the first words of the request."""
    if current.strip() and current.strip() != UNNAMED:
        return current.strip()
    said = re.split(r"[.!?,;:\n]", _ARTICLE.sub("", message.strip()), maxsplit=1)[0]
    words = " ".join(said.split()[:4])
    return words[:1].upper() + words[1:] if words else UNNAMED


def description_of(message: str) -> str:
    """Return what the PAL is in one line: the request's first sentence."""
    first = re.split(r"(?<=[.!?])\s|\n", message.strip(), maxsplit=1)[0]
    return first if len(first) <= 120 else f"{first[:117].rstrip()}..."


def system_prompt(brief: str, message: str, current: CurrentPal) -> str:
    """Return the prompt: a first draft, or the current one with the request noted in it."""
    if not current.system_prompt.strip():
        name = name_of(message, current.name)
        asked = "" if message.strip() in brief else f"\n\n## Request\n{message.strip()}"
        return f"## Role\nYou are {name}.\n\n## Brief\n{brief.strip()}{asked}"
    prompt, note = current.system_prompt.rstrip(), f"- {' '.join(message.split())}"
    if message.strip() in prompt or note in prompt.splitlines():
        return current.system_prompt
    return f"{prompt}\n{note}" if CHANGES in prompt else f"{prompt}\n\n{CHANGES}\n{note}"


def greeting(brief: str, name: str) -> str:
    """Return the greeting: what stands in quotation marks in the brief, else a plain one."""
    spoken = _SPOKEN.search(brief)
    return spoken[1].strip() if spoken else f"Hi, I'm {name}. What can I do for you?"


def objectives(brief: str, name: str) -> ObjectiveSet:
    """Return a set of objectives, each followed by the next."""
    prompts = _entries(brief)[:OBJECTIVES_PER_SET]
    names = list(_names(prompts, alone="reach_the_goal"))
    following = [*names[1:], None]
    return ObjectiveSet(
        name=f"{name} objectives"[:100],
        data=tuple(
            Objective(objective_name=one, objective_prompt=prompt, next_required_objective=after)
            for one, prompt, after in zip(names, prompts, following, strict=True)
        ),
    )


def guardrails(brief: str) -> tuple[Guardrail, ...]:
    prompts = _entries(brief)
    names = _names(prompts, alone="stay_within_the_brief")
    return tuple(
        Guardrail(guardrail_name=one, guardrail_prompt=prompt)
        for one, prompt in zip(names, prompts, strict=True)
    )


def list_mentioned(brief: str, named: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the ids of those things of which the brief has the id or the name, as a word."""
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
    """Yield one name for each prompt, made of its words, none twice."""
    given = set[str]()
    for prompt in prompts:
        words = _WORD.findall(prompt.lower())[:5]
        stem = alone if len(prompts) == 1 else "_".join(words)[:90] or alone
        name, again = stem, 2
        while name in given:
            name, again = f"{stem}_{again}", again + 1
        given.add(name)
        yield name
