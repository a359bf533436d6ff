"""Mistakes in the behaviour table."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_TABLE = "pals/behaviour.pal.yaml"


def _cell(on_call: str, on_resolve: str, *, becomes: str) -> Edit:
    """Give one tool of the table another `on_resolve`."""
    filler = "    static_filler: One moment.\n" if on_call == "static_filler" else ""
    head = f"  - name: {on_call}__{on_resolve}\n    on_call: {on_call}\n{filler}    on_resolve: "
    return Edit(file=_TABLE, old=f"{head}{on_resolve}\n", new=f"{head}{becomes}\n")


TWINS = (
    Twin(
        name="behaviour-generate_response_lost",
        broken="`on_resolve` is fire_and_forget where the PAL is to speak from the answer.",
        scenario="behaviour.yaml::generate_response speaks from the answer",
        edits=(_cell("silent", "generate_response", becomes="fire_and_forget"),),
    ),
    Twin(
        name="behaviour-filler_changed",
        broken="The static_filler has another text.",
        scenario="behaviour.yaml::generate_response speaks from the answer",
        edits=(
            Edit(
                file=_TABLE,
                old="    static_filler: One moment.\n    on_resolve: generate_response",
                new="    static_filler: Hold the line.\n    on_resolve: generate_response",
            ),
        ),
    ),
    Twin(
        name="behaviour-response_in_result_lost",
        broken="`on_resolve` is add_to_context where the answer is to be spoken.",
        scenario="behaviour.yaml::response_in_result speaks the answer word for word",
        edits=(_cell("passthrough", "response_in_result", becomes="add_to_context"),),
    ),
    Twin(
        name="behaviour-add_to_context_lost",
        broken="`on_resolve` is fire_and_forget where the PAL is to know the answer later.",
        scenario="behaviour.yaml::add_to_context says nothing now and knows it later",
        edits=(_cell("static_filler", "add_to_context", becomes="fire_and_forget"),),
    ),
    Twin(
        name="behaviour-fire_and_forget_waits",
        broken="`on_resolve` is response_in_result where nothing is to be heard of the answer.",
        scenario="behaviour.yaml::fire_and_forget never hears of the answer",
        edits=(_cell("generate_filler", "fire_and_forget", becomes="response_in_result"),),
    ),
    Twin(
        name="behaviour-failure_not_waited_for",
        broken="`on_resolve` is add_to_context, so a failure is not acknowledged.",
        scenario="behaviour.yaml::acknowledges a failure it waited for",
        edits=(_cell("silent", "generate_response", becomes="add_to_context"),),
    ),
    Twin(
        name="behaviour-page_waited_for",
        broken="`on_resolve` is response_in_result, so the PAL waits for the page in vain.",
        scenario="behaviour.yaml::goes on after a failure it did not wait for",
        edits=(_cell("silent", "fire_and_forget", becomes="response_in_result"),),
    ),
    Twin(
        name="behaviour-speaks_without_an_answer",
        broken="The PAL talks on although it has been told nothing.",
        scenario="behaviour.yaml::has nothing to say when the page never answers",
        edits=(
            Edit(
                file="behaviour.yaml",
                old='plays: "I found one: {result}" # never said: there is no answer to speak',
                new="plays: {later: {after: 4s, says: Table 7 is free.}}",
            ),
        ),
    ),
    Twin(
        name="behaviour-speaks_of_an_answer_it_never_got",
        broken="The PAL's line needs an answer that never came.",
        scenario="behaviour.yaml::may say that it is still looking when the page never answers",
        edits=(
            Edit(
                file="behaviour.yaml",
                old="plays: {on_error: I am still looking.}",
                new='plays: "I found one: {result}"',
            ),
        ),
    ),
    Twin(
        name="behaviour-page_answers_after_all",
        broken="The page answers after all.",
        scenario="behaviour.yaml::goes on after a failure it did not wait for",
        edits=(
            Edit(
                file="behaviour.yaml",
                old="- {when: {guests: 99}, unanswered: true}",
                new="- {when: {guests: 99}, output: Table 7 is free.}",
            ),
        ),
    ),
)
