"""Objectives and guardrails as Tavus stores them. Shapes only; `objective_rules` has the rules.

Fields and limits: [client] schemas/objective.py and schemas/guardrail.py of tavus-cli 0.11.0,
with [doc] openapi.yaml.
"""

from typing import Any, Literal

from msgspec import field

from pytest_tavus.contract.body import Body, Items

Modality = Literal["verbal", "visual", "audio"]
"""The channel that an objective or guardrail watches; only the client knows `audio` [client]."""


class Objective(Body, frozen=True, kw_only=True):
    """One goal of the PAL in a conversation."""

    objective_name: str
    objective_prompt: str
    confirmation_mode: Literal["auto", "manual"] = "auto"
    output_variables: Items[str] = ()
    "Names of the values to collect; Tavus reports a missing value as `NOTFOUND` [doc]."

    modality: Modality = "verbal"
    next_required_objective: str | None = None
    next_conditional_objectives: dict[str, str] = field(default_factory=dict[str, str])
    "The name of each possible next objective, with its condition."

    callback_url: str = ""
    tool_call: dict[str, Any] | None = None


class ObjectiveSet(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/objectives/``: a graph of objectives with one root."""

    name: str = ""
    data: Items[Objective]
    allow_loops: bool = False

    objectives_id: str | None = None
    "The server sets this field and the fields below."

    objective_name: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def objective(self, name: str) -> Objective | None:
        """Return the objective of that name, `None` if there is none."""
        return next(
            (objective for objective in self.data if objective.objective_name == name), None
        )


class Guardrail(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/guardrails/`` in its flat shape: a prohibition for the PAL."""

    guardrail_name: str
    guardrail_prompt: str
    modality: Modality = "verbal"
    callback_url: str = ""
    tool_call: dict[str, Any] | None = None
    app_message: bool = True
    "Tavus sends a data-channel message when the guardrail fires; the event's name is unknown."

    tags: Items[str] = ()

    guardrail_id: str | None = None
    "The server sets this field and the fields below."

    guardrail_type: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
