"""What the guide to the server shows of the official client is what that client prints."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.environments import Environment
from tests.docs.guided import (
    FILES,
    SCRIPTS,
    STARTS,
    environment,
    hold,
    marked,
    prelude,
    serving,
    write,
)
from tests.docs.shell import steps


def test_the_official_client_prints_what_the_guide_shows(
    official: Environment, tmp_path: Path
) -> None:
    write(tmp_path, {**FILES, **SCRIPTS})
    typed = [(block, step) for block in marked("client") for step in steps(block)]
    before = prelude()

    with serving(STARTS, tmp_path, environment()) as server:
        programs = str(official.program("tavus").parent)
        printed = server.typed([*before, *(step.command for _, step in typed)], path=programs)

    shown = printed[len(before) :]
    hold([(block, step, text) for (block, step), text in zip(typed, shown, strict=True)])
