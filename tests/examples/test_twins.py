"""Every example has a twin that is broken in one place, and says so in exactly these words.

The texts are in `golden/`. After a deliberate change of wording, write them anew and read them:

    TAVUS_REGOLD=1 python -m pytest tests/examples
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.examples.scene import Scene
from tests.examples.twins import TWINS, Twin
from tests.report.golden_files import REGOLD

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_the_broken_twin_says_what_is_wrong(scene: Scene, twin: Twin) -> None:
    if int(pytest.version_tuple[0]) < twin.pytest:
        pytest.skip("pytest itself says this in other words before that version")
    for edit in twin.edits:
        scene.edit(edit)

    result = scene.run(f"scenarios/{twin.scenario}")
    text = f"# {twin.broken}\n\n{scene.red_text(result)}"

    golden = GOLDEN / f"{twin.name}.txt"
    if os.environ.get(REGOLD) == "1":
        golden.write_text(text)
        pytest.fail(f"{golden.name} was written anew: read the difference", pytrace=False)
    assert text == golden.read_text()
    assert result.ret in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}


def test_every_golden_file_belongs_to_a_twin() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {twin.name for twin in TWINS}
