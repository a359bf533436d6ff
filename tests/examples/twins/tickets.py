"""Mistakes in the help desk."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_TICKETS = "apps/tickets.py"

TWINS = (
    Twin(
        name="tickets-wrong_status",
        broken="The handler answers 200 instead of 201.",
        scenario="tickets.yaml::opens a ticket",
        edits=(Edit(file=_TICKETS, old="}, 201", new="}"),),
    ),
    Twin(
        name="tickets-handler_crashes",
        broken="The Flask view raises.",
        scenario="tickets.yaml::opens a ticket",
        edits=(Edit(file=_TICKETS, old="QUEUES[queue]}", new='QUEUES["support"]}'),),
    ),
    Twin(
        name="tickets-unknown_queue_accepted",
        broken="The handler takes tickets for queues that nobody reads.",
        scenario="tickets.yaml::takes another queue when there is none of that name",
        edits=(
            Edit(file=_TICKETS, old="if queue not in QUEUES:", new="if not queue:"),
            Edit(file=_TICKETS, old="QUEUES[queue]}", new='QUEUES.get(queue, "soon")}'),
        ),
    ),
    Twin(
        name="tickets-calls_in_swapped_order",
        broken="The PAL tries the queues the other way round.",
        scenario="tickets.yaml::takes another queue when there is none of that name",
        edits=(
            Edit(
                file="tickets.yaml",
                old="{queue: cameras, summary: Picture upside down}\n"
                "            - create_ticket: {queue: technical, summary: Picture upside down}",
                new="{queue: technical, summary: Picture upside down}\n"
                "            - create_ticket: {queue: cameras, summary: Picture upside down}",
            ),
        ),
    ),
    Twin(
        name="tickets-somebody_elses_ticket",
        broken="The handler finds some ticket, whatever the number.",
        scenario="tickets.yaml::cannot find a ticket that nobody opened",
        edits=(Edit(file=_TICKETS, old="tickets.get(number)", new="tickets.get(1000)"),),
    ),
)
