"""The rules over whole scenarios, as data."""

from __future__ import annotations

from pytest_tavus.scenario.rules import arguments, carried, empty, names, play, possible
from pytest_tavus.scenario.rules.rule import Rule

ALWAYS: tuple[Rule, ...] = (
    names.check_tool_names,
    names.check_post_call_tools,
    names.check_channels,
    names.check_event_types,
    names.check_judge_subjects,
    names.check_pytest_names,
    names.check_plain_variables,
)
"""Rules for a scenario of which some parts could not be read."""

WHOLE: tuple[Rule, ...] = (
    *ALWAYS,
    empty.check_asserts_something,
    empty.check_can_fail,
    arguments.check_argument_names,
    carried.check_arguments_sent,
    possible.check_calls_possible,
    play.check_later_line,
    play.check_calls_literal,
    play.check_speech_playable,
    play.check_placeholders,
)
"""Rules for a scenario of which every part could be read."""
