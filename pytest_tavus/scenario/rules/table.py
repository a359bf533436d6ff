"""The rules over whole scenarios, as data."""

from __future__ import annotations

from pytest_tavus.scenario.rules import arguments, carried, empty, names, play, possible
from pytest_tavus.scenario.rules.rule import Rule

ALWAYS: tuple[Rule, ...] = (
    names.known_tools,
    names.called_in_the_call,
    names.known_channels,
    names.known_events,
    names.known_subjects,
    names.pytest_names,
    names.plain_variables,
)
"""Rules that hold for whatever part of a scenario could be understood."""

WHOLE: tuple[Rule, ...] = (
    *ALWAYS,
    empty.asserts_something,
    empty.can_fail,
    arguments.known_arguments,
    carried.carried_arguments,
    possible.calls_are_possible,
    play.later_is_heard,
    play.calls_are_literal,
    play.speech_is_written,
    play.placeholders_read_something,
)
"""Rules for a scenario that could be understood as a whole."""
