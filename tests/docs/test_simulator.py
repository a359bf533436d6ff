"""docs/reference/simulator.md says what the simulated PAL does, from its own tables.

After a deliberate change, write the page anew and read it:

    TAVUS_REGOLD=1 python -m pytest tests/docs/test_simulator.py
"""

from __future__ import annotations

import re

import pytest

from pytest_tavus.contract.behaviour import Behaviour
from pytest_tavus.handler.delivery.profile import DeliveryProfile
from tests.docs.golden import hold
from tests.docs.pages import DOCS, blocks
from tests.docs.project import Project
from tests.docs.simulator_page import page
from tests.docs.tour import SOUND, files

PAGE = DOCS / "reference" / "simulator.md"

KEYS = re.findall(r"^\| `([a-z_.0-9]+)` \| ", page(), re.MULTILINE)


def test_the_page_is_what_the_tables_say() -> None:
    hold(PAGE, page())


def test_the_page_has_every_key() -> None:
    behaviour = Behaviour()
    cells = len(behaviour.on_call) + 4 * len(behaviour.on_resolve)

    assert len(KEYS) == cells + len(DeliveryProfile.__struct_fields__)


@pytest.mark.parametrize("key", [key for key in KEYS if "." in key])
def test_a_key_of_the_behaviour_can_be_changed(key: str) -> None:
    assert Behaviour().with_cells({key: "nothing"})


def test_the_settings_it_shows_are_taken(project: Project) -> None:
    (ini,) = [block.text for block in blocks(PAGE) if block.language == "ini"]
    for file, text in files(SOUND).items():
        project.write(file, text)
    project.write("pytest.ini", ini)

    run = project.run("--tavus-scenarios")

    assert run.counts == {"passed": 1}
    assert (
        "simulator={on_resolve.generate_response.timeout = nothing, missing_argument = null} "
        "(tavus_simulator in pytest.ini)"
    ) in run.printed
