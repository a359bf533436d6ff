"""The rules over whole scenarios, as data."""

from __future__ import annotations

from pytest_tavus.scenario import (
    rule_arguments,
    rule_carried,
    rule_empty,
    rule_names,
    rule_play,
    rule_possible,
)
from pytest_tavus.scenario.rule import Rule

ALWAYS: tuple[Rule, ...] = (
    rule_names.known_tools,
    rule_names.called_in_the_call,
    rule_names.known_channels,
    rule_names.known_events,
    rule_names.known_subjects,
    rule_names.pytest_names,
    rule_names.plain_variables,
)
"""Rules that hold for whatever part of a scenario could be understood."""

WHOLE: tuple[Rule, ...] = (
    *ALWAYS,
    rule_empty.asserts_something,
    rule_empty.can_fail,
    rule_arguments.known_arguments,
    rule_carried.carried_arguments,
    rule_possible.calls_are_possible,
    rule_play.later_is_heard,
    rule_play.calls_are_literal,
    rule_play.speech_is_written,
    rule_play.placeholders_read_something,
)
"""Rules for a scenario that could be understood as a whole."""
