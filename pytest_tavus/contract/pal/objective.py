"""Objectives and guardrails as Tavus stores them. Shapes only; what else must hold is in `rules`.

Fields and limits: [client] schemas/objective.py and schemas/guardrail.py of tavus-cli 0.11.0,
with [doc] openapi.yaml.
"""

from typing import Any, Literal

from msgspec import field

from pytest_tavus.contract.body import Body, Items

Modality = Literal["verbal", "visual", "audio"]
"""What an objective or guardrail watches; `audio` is known to the client only [client]."""


class Objective(Body, frozen=True, kw_only=True):
    """One thing the PAL is to reach in a conversation."""

    objective_name: str
    objective_prompt: str
    confirmation_mode: Literal["auto", "manual"] = "auto"
    output_variables: Items[str] = ()
    "Names of what is to be collected; missing ones come back as `NOTFOUND` [doc]."

    modality: Modality = "verbal"
    next_required_objective: str | None = None
    next_conditional_objectives: dict[str, str] = field(default_factory=dict[str, str])
    "Name of the next objective, to the condition under which it is next."

    callback_url: str = ""
    tool_call: dict[str, Any] | None = None


class ObjectiveSet(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/objectives/``: a graph of objectives with one root."""

    name: str = ""
    data: Items[Objective]
    allow_loops: bool = False

    objectives_id: str | None = None
    "Set by the server, as are the three that follow."

    objective_name: str | None = None
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def objective(self, name: str) -> Objective | None:
        """Return the objective of that name."""
        return next((one for one in self.data if one.objective_name == name), None)


class Guardrail(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/guardrails/`` in its flat shape: one thing that must never happen."""

    guardrail_name: str
    guardrail_prompt: str
    modality: Modality = "verbal"
    callback_url: str = ""
    tool_call: dict[str, Any] | None = None
    app_message: bool = True
    "A data-channel message is sent when it fires; the event's name is not known."

    tags: Items[str] = ()

    guardrail_id: str | None = None
    "Set by the server, as are the three that follow."

    guardrail_type: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
