"""Callbacks and post-call tools: what the end, an objective or a guardrail sends to the user.

The order after the end is shutdown, transcript, analysis, post-call tools. Tavus documents no
order, so an option shuffles it [inferred].
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from functools import partial

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.json_data import JsonMapping, JsonObject
from pytest_tavus.scenario.text.plain import is_dict
from pytest_tavus.simulator.rooms.assembly import Assembly, refuse_unknown
from pytest_tavus.simulator.rooms.callbacks import Callback, build_objective_or_guardrail_callback
from pytest_tavus.simulator.rooms.milestones import format_callback_reason
from pytest_tavus.simulator.rooms.opening import EndReason, Opening
from pytest_tavus.simulator.rooms.post_call import NOT_FOUND, fill_arguments
from pytest_tavus.simulator.rooms.tasks import OutboxJob
from pytest_tavus.trace.events import CloseReason, SessionClosed, ToolCalled


class Ending:
    """Prepares the callbacks and post-call tools of one conversation."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._opening = assembly.opening

    def collect_jobs(self, reason: EndReason) -> list[OutboxJob]:
        """Record the lifecycle events of the end; return the jobs that report them, in order."""
        jobs = self._collect_event_jobs(reason)
        options = self._assembly.live_context.options
        if options.shuffle_end:
            # The id gives each conversation an order of its own.
            seed = f"{self._assembly.live_context.seed} {self._opening.conversation_id}"
            random.Random(seed).shuffle(jobs)  # noqa: S311 - an order, not a secret
        return [*jobs, partial(self._record_closed, reason)]

    def complete_objective(self, name: str, output_variables: JsonMapping) -> None:
        objectives = self._opening.pal.objectives
        found = None if objectives is None else objectives.objective(name)
        if found is None:
            known = [] if objectives is None else [each.objective_name for each in objectives.data]
            refuse_unknown("objective", name, known)
        variables = {each: output_variables.get(each, NOT_FOUND) for each in found.output_variables}
        fields: JsonObject = {
            "objective_name": name,
            "output_variables": {**variables, **output_variables},
        }
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
        guardrails = {each.guardrail_name: each for each in self._opening.pal.guardrails}
        if name not in guardrails:
            refuse_unknown("guardrail", name, list(guardrails))
        options = self._assembly.live_context.options.callbacks
        self._enqueue_callback(
            build_objective_or_guardrail_callback(
                self._opening,
                options.guardrail_event,
                {"guardrail_name": name},  # Tavus's own payload is unknown [inferred]
                url=guardrails[name].callback_url,
                options=options,
            )
        )

    def _enqueue_callback(self, callback: Callback | None) -> None:
        if callback is not None:
            self._assembly.outbox.add(partial(self._assembly.callback_sender.send, callback))

    def _collect_event_jobs(self, reason: EndReason) -> list[OutboxJob]:
        lifecycle, transcript = self._assembly.lifecycle, self._assembly.transcript
        shutdown = lifecycle.record(
            "system.shutdown",
            {"reason": reason},
            callback_properties={"shutdown_reason": format_callback_reason(reason)},
        )
        jobs = [shutdown]
        if transcript:
            rows = {"transcript": transcript.rows()}
            jobs.append(lifecycle.record("application.transcription_ready", rows))
        if _perceives(self._opening) and transcript:
            analysis = {"analysis": self._assembly.live_context.options.analysis}
            self._assembly.announce("conversation.perception_analysis", analysis)
            jobs.append(lifecycle.record("application.perception_analysis", analysis))
        if transcript.has_dialogue:
            jobs.extend(
                partial(self._run_post_call_tool, tool)
                for tool in self._opening.pal.tools
                if tool.is_post_call and tool.channel == "api"
            )
        return jobs

    async def _run_post_call_tool(self, tool: Tool) -> None:
        assembly = self._assembly
        rows = assembly.transcript.rows()
        arguments = await fill_arguments(tool, rows, assembly.live_context.wire.filling)
        call = ToolCalled(
            call_id=assembly.ids.call(),
            name=tool.name,
            arguments=json.dumps(arguments, ensure_ascii=False),
            channel="api",
        )
        turn = assembly.recorder.record(call).turn
        await assembly.dispatcher.dispatch(tool, call, turn=turn)

    async def _record_closed(self, reason: EndReason) -> None:
        self._assembly.recorder.record(SessionClosed(reason=_CLOSE_REASONS.get(reason, "finished")))


_CLOSE_REASONS: Mapping[EndReason, CloseReason] = {
    "max_call_duration": "deadline",
    "exception_encountered_during_conversation_startup": "fault",
}


def _perceives(opening: Opening) -> bool:
    """Tell whether perception runs: Raven is on unless the layer says off [doc]."""
    layer = opening.pal.layers.get("perception")
    model = layer.get("perception_model", "raven-1") if is_dict(layer) else "raven-1"
    return not opening.chat and model != "off"
