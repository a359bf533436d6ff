"""Mistakes in the signed cashier."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

TWINS = (
    Twin(
        name="signed-another_secret",
        broken="The PAL signs with another secret than the handler's.",
        scenario="signed.yaml::pays an invoice by a signed request",
        edits=(
            Edit(
                file="pals/cashier.pal.yaml",
                old="secret: a-secret-for-the-examples",
                new="secret: a-secret-that-leaked",
            ),
        ),
    ),
    Twin(
        name="signed-body_parsed_before_it_is_verified",
        broken="The handler verifies what it has parsed and written anew, not what it received.",
        scenario="signed.yaml::pays an invoice by a signed request",
        edits=(
            Edit(
                file="apps/signed.py",
                old="if not is_signed(body,",
                new="if not is_signed(json.dumps(json.loads(body)).encode(),",
            ),
        ),
    ),
    Twin(
        name="signed-nothing_verified",
        broken="The handler takes every request, however it is signed.",
        scenario="signed.yaml::is refused when it signs with another secret",
        edits=(
            Edit(file="apps/signed.py", old="if not is_signed(", new="if False and is_signed("),
        ),
    ),
)
