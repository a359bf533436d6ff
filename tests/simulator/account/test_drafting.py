"""The built-in drafter: the same words, the same PAL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.contract.pal.objective_rules import guardrail_problems, objective_problems
from pytest_tavus.contract.resources.building import CurrentPal
from pytest_tavus.simulator.account.builder import drafting

REQUEST = "A booking agent for a dental practice. It is friendly."


@pytest.mark.parametrize(
    ("message", "current", "name"),
    [
        (REQUEST, "", "Booking agent for a"),
        (REQUEST, "Dent", "Dent"),
        (REQUEST, drafting.UNNAMED, "Booking agent for a"),
        ("the tutor: maths", "  ", "Tutor"),
        ("...", "", drafting.UNNAMED),
    ],
)
def test_a_pal_keeps_its_name_or_is_named_after_the_request(
    message: str, current: str, name: str
) -> None:
    assert drafting.name_of(message, current) == name


def test_a_description_is_the_first_sentence_of_the_request() -> None:
    assert drafting.description_of(REQUEST) == "A booking agent for a dental practice."
    long = drafting.description_of("word " * 60)
    assert len(long) <= 120
    assert long.endswith("...")


def test_a_first_prompt_is_made_of_brief_and_request() -> None:
    assert drafting.system_prompt("Be kind.", REQUEST, CurrentPal()) == (
        "## Role\nYou are Booking agent for a.\n\n## Brief\nBe kind.\n\n"
        "## Request\nA booking agent for a dental practice. It is friendly."
    )
    assert "## Request" not in drafting.system_prompt(f"Do this: {REQUEST}", REQUEST, CurrentPal())


def test_a_later_request_is_added_once_to_the_current_prompt() -> None:
    current = CurrentPal(system_prompt="You book.")
    once = drafting.system_prompt("Change it.", "Be\nshort.", current)
    assert once == "You book.\n\n## Changes\n- Be short."
    again = drafting.system_prompt("", "Be short.", CurrentPal(system_prompt=once))
    assert again == once
    first = drafting.system_prompt("Be kind.", REQUEST, CurrentPal())
    assert drafting.system_prompt("", REQUEST, CurrentPal(system_prompt=first)) == first
    more = drafting.system_prompt("", "Be kind.", CurrentPal(system_prompt=once))
    assert more == f"{once}\n- Be kind."


@pytest.mark.parametrize(
    ("brief", "greeting"),
    [
        ('Open with "Welcome in!" always.', "Welcome in!"),
        ("Open with \u201cWelcome in!\u201d always.", "Welcome in!"),
        ("Be warm.", "Hi, I'm Dent. What can I do for you?"),
    ],
)
def test_a_greeting_is_what_the_brief_quotes(brief: str, greeting: str) -> None:
    assert drafting.greeting(brief, "Dent") == greeting


def test_a_list_gives_one_objective_for_each_entry_in_its_order() -> None:
    drafted = drafting.objectives("First:\n- Ask for the name\n2) Ask for the name\n* Say it", "D")
    assert drafted.name == "D objectives"
    assert [(one.objective_name, one.next_required_objective) for one in drafted.data] == [
        ("ask_for_the_name", "ask_for_the_name_2"),
        ("ask_for_the_name_2", "say_it"),
        ("say_it", None),
    ]
    assert drafted.data[0].objective_prompt == "Ask for the name"


def test_a_brief_without_a_list_gives_one_objective_and_one_guardrail() -> None:
    (objective,) = drafting.objectives("Book a visit.", "D").data
    assert (objective.objective_name, objective.objective_prompt) == (
        "reach_the_goal",
        "Book a visit.",
    )
    (guardrail,) = drafting.guardrails("No advice.")
    assert (guardrail.guardrail_name, guardrail.guardrail_prompt) == (
        "stay_within_the_brief",
        "No advice.",
    )


@given(st.text(min_size=1).filter(str.strip))
def test_every_draft_keeps_the_rules_of_tavus(brief: str) -> None:
    drafted = drafting.objectives(brief, drafting.name_of(brief, ""))
    assert list(objective_problems(drafted)) == []
    assert list(guardrail_problems(drafting.guardrails(brief))) == []
    assert drafted == drafting.objectives(brief, drafting.name_of(brief, ""))


def test_a_brief_mentions_ids_and_names_as_whole_words() -> None:
    named = [("t1", "find_order"), ("t2", "order"), ("t3", ""), ("t4", "cancel")]
    assert drafting.list_mentioned("Use Find_Order, and T4.", named) == ("t1", "t4")
    assert drafting.list_mentioned("Reorder things.", named) == ()
