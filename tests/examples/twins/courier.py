"""Mistakes in the courier."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

_COURIER = "apps/courier.py"

TWINS = (
    Twin(
        name="courier-process_ends_at_once",
        broken="The process ends before its port answers.",
        scenario="courier.yaml::quotes a price before it books",
        edits=(Edit(file=_COURIER, old="int(sys.argv[1])", new='int(sys.argv["port"])'),),
    ),
    Twin(
        name="courier-process_never_listens",
        broken="The process runs, but its port never answers.",
        scenario="courier.yaml::quotes a price before it books",
        edits=(
            Edit(
                file=_COURIER,
                old='ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Courier).serve_forever()',
                new='print("waiting for the database", flush=True)\n    Event().wait()',
            ),
            Edit(
                file=_COURIER, old="import sys\n", new="import sys\nfrom threading import Event\n"
            ),
            Edit(file="_common.yaml", old="startup_timeout: 20s", new="startup_timeout: 500ms"),
        ),
    ),
    Twin(
        name="courier-wrong_argument_two_levels_deep",
        broken="The PAL books the pickup at another postcode.",
        scenario="courier.yaml::quotes a price before it books",
        edits=(
            Edit(
                file="courier.yaml",
                old='                pickup: {postcode: "94110", note: null}',
                new='                pickup: {postcode: "94117", note: null}',
            ),
        ),
    ),
    Twin(
        name="courier-price_is_text",
        broken="The handler sends the price as text.",
        scenario="courier.yaml::quotes a price, matched without tags",
        edits=(
            Edit(file=_COURIER, old='{"price": cents / 100,', new='{"price": str(cents / 100),'),
        ),
    ),
    Twin(
        name="courier-not_quiet",
        broken="The PAL asks again before the caller had time to answer.",
        scenario="courier.yaml::asks again when the caller says nothing",
        edits=(Edit(file="courier.yaml", old="after: 8s", new="after: 2s"),),
    ),
)
