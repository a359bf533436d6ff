"""Every example is green as it stands, and leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.examples.scene import EXAMPLES, Scene

COUNTS = {
    "auth.yaml": {"passed": 6},
    "behaviour.yaml": {"passed": 32},
    "booking.yaml": {"passed": 5},
    "courier.yaml": {"passed": 3},
    "order_status.yaml": {"passed": 2},
    "shop.yaml": {"passed": 5},
    "signed.yaml": {"passed": 2},
    "support_line.yaml": {"passed": 4, "xfailed": 1, "skipped": 1},
    "tickets.yaml": {"passed": 3},
}
"""How many scenarios each file holds. A scenario that silently disappears is found out here."""


def test_no_example_is_left_out_of_the_counts() -> None:
    files = {path.name for path in EXAMPLES.glob("[!_]*.yaml")}

    assert files == set(COUNTS)


@pytest.mark.parametrize("file", COUNTS)
def test_the_example_is_green(scene: Scene, file: str) -> None:
    result = scene.run(f"scenarios/{file}")

    assert result.parseoutcomes() == COUNTS[file]
    assert result.ret == pytest.ExitCode.OK
