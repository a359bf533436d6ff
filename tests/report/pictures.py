"""One result for every failure picture that is pinned by a golden file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pytest_tavus.report.result import ScenarioResult
from tests.report import picture_answers, picture_calls, picture_extremes, picture_rulings

PICTURES: Mapping[str, Callable[[], ScenarioResult]] = {
    picture.__name__: picture
    for picture in (
        picture_calls.missing_call,
        picture_calls.no_call_at_all,
        picture_calls.wrong_argument_two_levels_deep,
        picture_calls.swapped_order,
        picture_calls.unexpected_call,
        picture_answers.handler_500,
        picture_answers.timeout,
        picture_answers.unknown_answer,
        picture_answers.fire_and_forget,
        picture_rulings.undecided_judge,
        picture_rulings.broken_guardrail,
        picture_rulings.no_evidence,
        picture_extremes.several_findings,
        picture_extremes.very_long_conversation,
        picture_extremes.unicode_and_wide_text,
        picture_extremes.masked_secrets,
        picture_extremes.no_source_text,
    )
}
"""By the name of the golden file."""
