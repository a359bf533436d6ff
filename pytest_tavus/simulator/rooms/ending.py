"""What a conversation brings about outside: when it ends, and when an objective is reached.

The order after the end is shutdown, transcript, analysis, post-call tools; Tavus documents none, so
it can be shuffled [inferred].
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.simulator.rooms.assembly import Assembly, refuse_unknown
from pytest_tavus.simulator.rooms.callbacks import Callback, build_objective_or_guardrail_callback
from pytest_tavus.simulator.rooms.milestones import format_callback_reason
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.post_call import NOT_FOUND, fill_arguments
from pytest_tavus.simulator.rooms.tasks import OutboxJob
from pytest_tavus.trace.events import CloseReason, SessionClosed, ToolCalled


class Ending:
    """Has done what follows the end of a conversation."""

    def __init__(self, parts: Assembly) -> None:
        self._assembly = parts
        self._opening = parts.opening

    def collect_jobs(self, reason: EndReason) -> list[OutboxJob]:
        """List what the end brings, and return what is to be done about it, in order."""
        errands = self._collect_event_jobs(reason)
        options = self._assembly.live_context.options
        if options.shuffle_end:
            seed = f"{self._assembly.live_context.seed} {self._opening.conversation_id}"
            random.Random(seed).shuffle(errands)  # noqa: S311 - an order, not a secret
        return [*errands, partial(self._record_closed, reason)]

    def complete_objective(self, name: str, output_variables: Mapping[str, Any]) -> None:
        """Tell that an objective was reached; variables that are missing are ``NOTFOUND`` [doc].

        Raises:
            ServiceError: the PAL has no such objective.

        """
        objectives = self._opening.pal.objectives
        found = None if objectives is None else objectives.objective(name)
        if found is None:
            known = [] if objectives is None else [one.objective_name for one in objectives.data]
            refuse_unknown("objective", name, known)
        variables = {each: output_variables.get(each, NOT_FOUND) for each in found.output_variables}
        fields = {"objective_name": name, "output_variables": {**variables, **output_variables}}
        self._enqueue_callback(
            build_objective_or_guardrail_callback(
                self._opening,
                "conversation.objective.completed",
                fields,
                url=found.callback_url,
                options=self._assembly.live_context.options.callbacks,
            )
        )

    def trigger_guardrail(self, name: str) -> None:
        """Tell that a guardrail was violated. The payload is not known at all [inferred].

        Raises:
            ServiceError: the PAL has no such guardrail.

        """
        guardrails = {one.guardrail_name: one for one in self._opening.pal.guardrails}
        if name not in guardrails:
            refuse_unknown("guardrail", name, list(guardrails))
        options = self._assembly.live_context.options.callbacks
        self._enqueue_callback(
            build_objective_or_guardrail_callback(
                self._opening,
                options.guardrail_event,
                {"guardrail_name": name},
                url=guardrails[name].callback_url,
                options=options,
            )
        )

    def _enqueue_callback(self, callback: Callback | None) -> None:
        if callback is not None:
            self._assembly.outbox.add(partial(self._assembly.callback_sender.send, callback))

    def _collect_event_jobs(self, reason: EndReason) -> list[OutboxJob]:
        milestones, transcript = self._assembly.lifecycle, self._assembly.transcript
        told = {"shutdown_reason": format_callback_reason(reason)}
        errands = [milestones.record("system.shutdown", {"reason": reason}, told=told)]
        if transcript:
            said = {"transcript": transcript.rows()}
            errands.append(milestones.record("application.transcription_ready", said))
        if _perceives(self._opening) and transcript:
            analysis = {"analysis": self._assembly.live_context.options.analysis}
            self._assembly.announce("conversation.perception_analysis", analysis)
            errands.append(milestones.record("application.perception_analysis", analysis))
        if transcript.has_dialogue:
            errands.extend(
                partial(self._run_post_call_tool, tool)
                for tool in _list_post_call_tools(self._opening)
            )
        return errands

    async def _run_post_call_tool(self, tool: Tool) -> None:
        parts = self._assembly
        rows = parts.transcript.rows()
        arguments = await fill_arguments(tool, rows, parts.live_context.wire.filling)
        call = ToolCalled(
            call_id=parts.ids.call(),
            name=tool.name,
            arguments=json.dumps(arguments, ensure_ascii=False),
            channel="api",
        )
        turn = parts.recorder.record(call).turn
        await parts.dispatcher.dispatch(tool, call, turn=turn)

    async def _record_closed(self, reason: EndReason) -> None:
        self._assembly.recorder.record(SessionClosed(reason=_CLOSED.get(reason, "finished")))


_CLOSED: Mapping[EndReason, CloseReason] = {
    "max_call_duration": "deadline",
    "exception_encountered_during_conversation_startup": "fault",
}


def _list_post_call_tools(opening: Opening) -> list[Tool]:
    return [tool for tool in opening.pal.tools if tool.is_post_call and tool.channel == "api"]


def _perceives(opening: Opening) -> bool:
    """Tell whether anything is seen or heard: Raven is on unless it is switched off [doc]."""
    layer = opening.pal.layers.get("perception")
    model = layer.get("perception_model", "raven-1") if is_dict(layer) else "raven-1"
    return not opening.chat and model != "off"
