"""Mistakes in the support line."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_SUPPORT_PAL = "pals/support_line.pal.yaml"

TWINS = (
    Twin(
        name="support_line-guardrail_broken",
        broken="The PAL promises a refund on top of the technician.",
        scenario="support_line.yaml::sends a technician",
        edits=(
            Edit(
                file="support_line.yaml",
                old="Have you restarted the router?",
                new="You will get a refund. Have you restarted the router?",
            ),
        ),
    ),
    Twin(
        name="support_line-objective_without_a_rule",
        broken="An objective has lost its rule, so nobody can tell whether it is satisfied.",
        scenario="support_line.yaml::sends a technician",
        edits=(
            Edit(
                file=_SUPPORT_PAL,
                old="    send_technician:\n"
                "      called: [open_case]\n"
                "      collected: [problem, phone]\n",
                new="",
            ),
        ),
    ),
    Twin(
        name="support_line-variable_not_collected",
        broken="The PAL opens the case without a telephone number.",
        scenario="support_line.yaml::sends a technician",
        edits=(
            Edit(
                file="support_line.yaml",
                old='problem: no connection, phone: "+15550123"}',
                new='problem: no connection, phone: ""}',
            ),
        ),
    ),
    Twin(
        name="support_line-forbidden_call",
        broken="The PAL opens a case that the caller did not want.",
        scenario="support_line.yaml::gets only half of it done when the caller hangs up",
        edits=(
            Edit(
                file="support_line.yaml",
                old="        plays: I'm sorry to hear that.",
                new="        plays:\n"
                "          calls: [open_case: {contract_id: C-2211, problem: none, phone: none}]\n"
                "          says: I'm sorry to hear that.",
            ),
        ),
    ),
    Twin(
        name="support_line-guardrail_held",
        broken="The PAL keeps to the guardrail that this scenario shows broken.",
        scenario="support_line.yaml::is caught promising a refund",
        edits=(
            Edit(
                file="support_line.yaml",
                old="I'll see to it that you get a refund for your {result.plan}.",
                new="I'll see what I can do.",
            ),
        ),
    ),
    Twin(
        name="support_line-objective_unsatisfied",
        broken="The PAL does not say what the scenario's own rule asks for.",
        scenario="support_line.yaml::is held to a rule of this scenario alone",
        edits=(
            Edit(
                file="support_line.yaml",
                old="Could you spell it for me?",
                new="Good bye.",
            ),
        ),
    ),
    Twin(
        name="support_line-xfail_passes",
        pytest=9,
        broken="What was expected to fail passes.",
        scenario="support_line.yaml::speaks the caller's language",
        edits=(
            Edit(
                file="support_line.yaml",
                old="        plays: I'm sorry, I only speak English. I see {result.plan}.",
                new="        plays: Einen Moment, bitte.",
            ),
        ),
    ),
)
