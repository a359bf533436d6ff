"""Held by the handler, or played by the script: each kind of expectation, with its twin."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.report.result import ScenarioResult
from tests.run.conftest import BuildProject, asgi

HANDLER = asgi(lambda scope, body: {"table": 7, "id": 12})
"""A real handler: its answers are its own."""

CLIENT = "client: {show: {call: tests.run.test_evidence:plan}}\n"


def plan(arguments: dict[str, Any]) -> dict[str, Any]:
    """A client callable of the user's."""
    return {"table": 7, "asked": arguments}


def played(
    build_project: BuildProject, turns: str, *, handler: object | None = HANDLER, more: str = ""
) -> Any:
    """Play a scenario, which must pass; return what was held of it, and what was played."""
    text = f"pal: waiter.pal.yaml\n{more}scenarios:\n  - name: a scenario\n{turns}"
    result: ScenarioResult = build_project().run(text, handler=handler)
    assert result.verdict.outcome == "passed", result.verdict
    return result.verdict.held, result.verdict.played


def turns(*written: str) -> str:
    return "    turns:\n" + "".join(f"      - {{user: Hello., {each}}}\n" for each in written)


CALL = "calls: [find: {guests: 2}], plays: Here you are."
"""One call. Held: that it succeeds. Played: that it is made, with these arguments, which are as
its tool's `parameters` say, and what is heard while it runs and after it."""

BARE = (1, 5)
SAVED = "calls: [{find: {guests: 2}, save: {id: result.id}}], plays: Here you are."


def test_the_status_of_a_call_is_held_and_the_rest_is_played(build_project: BuildProject) -> None:
    assert played(build_project, turns(CALL)) == BARE


@pytest.mark.parametrize(
    ("bare", "expected", "held", "played_too"),
    [
        # what a call is expected to bring about
        (CALL, CALL.replace("[find: {guests: 2}]", "[{find: {guests: 2}, status: 200}]"), 0, 0),
        (CALL, "calls: [{find: {guests: 2}, result: {table: 7}}], plays: Here you are.", 1, 0),
        (CALL, "calls: [{find: {guests: 2}, within: 9s}], plays: Here you are.", 1, 0),
        (CALL, SAVED, 1, 0),
        (CALL, SAVED.replace("result.id", "arguments.guests"), 0, 1),
        (CALL, f"{CALL}, save: {{id: result.id}}", 1, 0),
        (CALL, f"{CALL}, save: {{guests: arguments.guests}}", 0, 1),
        # calls that must not be made
        (CALL, f"{CALL}, never: [show]", 0, 1),
        (CALL, f"{CALL}, never: [{{find: {{guests: 3}}}}]", 0, 1),
        (CALL, CALL.replace("}]", "}, {tool: show, times: {min: 0, max: 1}}]"), 0, 1),
        # speech
        (CALL, f"{CALL}, says: Here", 0, 1),
        (CALL, f"{CALL}, says: {{not: sorry}}", 0, 1),
        (CALL, f"{CALL}, within: 9s", 1, 0),
        (CALL, f"{CALL}, quiet: 9s", 0, 1),
        # events
        (CALL, f"{CALL}, events: [{{absent: conversation.tool_call}}]", 0, 1),
        (CALL, f"{CALL}, events: [conversation.utterance: {{speech: Here you are.}}]", 0, 1),
    ],
)
def test_what_the_script_decides_is_played_and_what_the_handler_decides_is_held(
    build_project: BuildProject, bare: str, expected: str, held: int, played_too: int
) -> None:
    before = played(build_project, turns(bare))
    after = played(build_project, turns(expected))

    assert (after[0] - before[0], after[1] - before[1]) == (held, played_too)


FILLED = "calls: [find: {guests: 2}], plays: 'Table {result.table}.'"
PLAIN = "calls: [find: {guests: 2}]"
ON_ERROR = "calls: [find: {guests: 2}], plays: {says: Here you are., on_error: Sorry.}"
LATER = "plays: 'It is {saved.id}.'"


@pytest.mark.parametrize(
    ("before", "speech", "expected"),
    [
        ((), FILLED, "says: Table 7"),
        ((), FILLED, "says: {not: Table 8}"),
        ((), FILLED, "says: {matches: Table}"),
        ((), FILLED, "says: {equals: Table 7.}"),
        ((), FILLED.replace("result", "results.find"), "says: Table 7"),
        ((), FILLED, "events: [conversation.utterance: {speech: Table 7.}]"),
        ((), PLAIN, "says: '7'"),
        ((), ON_ERROR, "says: Here"),
        ((SAVED,), LATER, "says: '12'"),
        ((CALL,), "plays: 'Table {result.table}.'", "says: '7'"),
        ((SAVED,), "calls: [find: {guests: '{saved.id}'}], plays: '{guests}.'", "says: '12'"),
    ],
)
def test_speech_that_is_filled_from_an_answer_is_held(
    build_project: BuildProject, before: tuple[str, ...], speech: str, expected: str
) -> None:
    bare = played(build_project, turns(*before, speech))
    more = played(build_project, turns(*before, f"{speech}, {expected}"))

    assert (more[0] - bare[0], more[1] - bare[1]) == (1, 0)
    canned = "handler: {canned: {find: {body: {table: 7, id: 12}}}}\n"
    by_script = turns(*before, f"{speech}, {expected}")
    assert played(build_project, by_script, handler=None, more=canned)[0] == 0


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (SAVED.replace("result.id", "arguments.guests"), LATER, "says: '2'"),
        (CALL, "plays: 'For {guests}.'", "says: For 2"),
    ],
)
def test_speech_that_is_filled_from_literal_arguments_is_played(
    build_project: BuildProject, first: str, second: str, says: str
) -> None:
    bare = played(build_project, turns(first, second))
    more = played(build_project, turns(first, f"{second}, {says}"))

    assert (more[0] - bare[0], more[1] - bare[1]) == (0, 1)


def test_a_filler_is_played_even_beside_words_that_are_held(build_project: BuildProject) -> None:
    filled = "{calls: [find: {guests: 2}], before: Wait., says: 'Table {result.table}.'}"
    call = f"calls: [find: {{guests: 2}}], plays: {filled}"
    passthrough = "pal: {pal_name: P, tools: [{name: find, description: Finds., "
    passthrough += "on_call: passthrough, on_resolve: generate_response, "
    passthrough += "delivery: {api: {url: 'https://a.example/'}}}]}\n"
    both: list[Any] = []
    for says in ("[Wait]", "[Wait, Table 7]"):
        text = f"{passthrough}scenarios:\n  - name: a scenario\n{turns(f'{call}, says: {says}')}"
        verdict = build_project().run(text, handler=HANDLER).verdict
        assert verdict.outcome == "passed", verdict
        both.append((verdict.held, verdict.played))

    assert both[1] == (both[0][0] + 1, both[0][1])


def test_arguments_that_are_filled_from_an_answer_are_held(build_project: BuildProject) -> None:
    literal = played(build_project, turns(SAVED, "calls: [find: {guests: 12}], plays: Here."))
    filled = played(
        build_project, turns(SAVED, "calls: [find: {guests: '{saved.id}'}], plays: Here.")
    )

    # The arguments, and that they are as the tool's `parameters` say.
    assert filled == (literal[0] + 2, literal[1] - 2)


def test_a_call_that_the_arguments_forbid_is_held_where_an_answer_fills_them(
    build_project: BuildProject,
) -> None:
    call = "calls: [find: {guests: '{saved.id}'}], plays: Here."
    bare = played(build_project, turns(SAVED, call))
    more = played(build_project, turns(SAVED, f"{call}, never: [find: {{guests: 13}}]"))

    assert (more[0] - bare[0], more[1] - bare[1]) == (1, 0)


@pytest.mark.parametrize(
    ("client", "held"),
    [
        (CLIENT, 3),
        ("client: {show: {output: {table: 7}}}\n", 0),
        ("client: {show: {output: {table: 7}, delay: 1s}}\n", 0),
    ],
)
def test_a_client_callable_is_held_and_a_client_output_is_played(
    build_project: BuildProject, client: str, held: int
) -> None:
    call = "calls: [{show: {}, result: {table: 7}}], plays: Here., within: 5s"
    came = played(build_project, turns(call), handler=None, more=client)

    assert came[0] == held
    assert came[0] + came[1] == 3 + 4


def test_nothing_of_a_canned_answer_is_held(build_project: BuildProject) -> None:
    canned = "handler: {canned: {find: {body: {table: 7}}}}\n"
    call = "calls: [{find: {guests: 2}, result: {table: 7}, within: 9s, save: {t: result.table}}]"
    written = turns(f"{call}, plays: 'Table {{result.table}}.', says: Table 7, within: 9s")

    held, _ = played(build_project, written, handler=None, more=canned)

    assert held == 0
    assert played(build_project, written)[0] == 7


def test_an_unanswered_client_tool_is_played(build_project: BuildProject) -> None:
    nobody = "client: {show: {unanswered: true}}\n"
    call = "calls: [{show: {}, status: unanswered}]"

    assert played(build_project, turns(call), handler=None, more=nobody)[0] == 0


RULES = """    judge:
      {asserted}
      rules:
        objectives: {{found: {{called: [find]}}, told: {{said: [Here you are]}}}}
        guardrails: {{polite: {{never_said: [go away]}}, calm: {{never_called: [show]}}}}
"""


def judged(build_project: BuildProject, asserted: str, speech: str = CALL) -> Any:
    return played(build_project, turns(speech) + RULES.format(asserted=asserted))


@pytest.mark.parametrize(
    ("asserted", "held", "played_too"),
    [
        ("tools: {show: not_invoked}", 0, 1),
        ("tools: {find: invoked}", 0, 1),
        ("knowledge_base: unused", 0, 1),
        ("overall: pass", 1, 0),
    ],
)
def test_a_judge_holds_what_the_handler_decided(
    build_project: BuildProject, asserted: str, held: int, played_too: int
) -> None:
    bare = judged(build_project, "objectives: {found: satisfied}")
    more = judged(build_project, f"objectives: {{found: satisfied}}\n      {asserted}")

    assert (more[0] - bare[0], more[1] - bare[1]) == (held, played_too)


def test_an_objective_that_a_successful_call_satisfies_is_held(build_project: BuildProject) -> None:
    rules = "objectives: {found: satisfied}, rules: {objectives: {found: {called: [find]}}}"
    came = played(build_project, f"{turns(CALL)}    judge: {{{rules}}}\n")

    assert came == (BARE[0] + 1, BARE[1])


@pytest.mark.parametrize(
    ("asserted", "rule", "speech", "held"),
    [
        ("objectives: {told: satisfied}", "told: {said: [Here you are]}", CALL, 0),
        ("objectives: {told: satisfied}", "told: {said: [Table 7]}", FILLED, 1),
        ("objectives: {told: unsatisfied}", "told: {said: [Table 8]}", CALL, 0),
        ("objectives: {told: unsatisfied}", "told: {said: [Table 8]}", FILLED, 1),
        ("objectives: {asked: satisfied}", "asked: {collected: [guests]}", CALL, 0),
        ("objectives: {shown: unsatisfied}", "shown: {called: [show]}", FILLED, 0),
        ("guardrails: {polite: held}", "polite: {never_said: [go away]}", CALL, 0),
        ("guardrails: {polite: held}", "polite: {never_said: [go away]}", FILLED, 1),
        ("guardrails: {calm: held}", "calm: {never_called: [show]}", FILLED, 0),
    ],
)
def test_a_rule_is_held_where_an_answer_could_break_it(
    build_project: BuildProject, asserted: str, rule: str, speech: str, held: int
) -> None:
    section = asserted.partition(":")[0]
    judge = f"    judge: {{{asserted}, rules: {{{section}: {{{rule}}}}}}}\n"

    bare = played(build_project, turns(speech))
    more = played(build_project, turns(speech) + judge)

    assert (more[0] - bare[0], more[1] - bare[1]) == (held, 1 - held)


def test_calls_that_are_allowed_must_succeed_which_is_held(build_project: BuildProject) -> None:
    call = "plays: {calls: [find: {guests: 2}], says: Here you are.}, extra: allowed, says: Here"

    assert played(build_project, turns(call)) == (1, 4)
