"""What a scenario's handler is given as a secret is in nothing that is kept or shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_tavus.report.failure import failure_text
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner

CANARY = "canary-77e1"
SCENARIO = """
pal:
  pal_name: Desk
  system_prompt: You are the desk.
  tools:
    - name: look_up
      description: Look something up.
      delivery: {{api: {{url: "https://desk.example.com/look-up"}}}}
      on_resolve: generate_response
handler: {handler}
turns:
  - user: Hello?
    calls: [look_up]
"""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    made = Runner(Settings(scenarios=tmp_path), root=tmp_path, environ={"SHOP_KEY": CANARY})
    yield made
    made.close()


@pytest.mark.parametrize(
    "handler",
    [
        "{command: [python, -c, 'import os; exit(os.environ[\"SHOP_KEY\"])'], env: [SHOP_KEY]}",
        f"{{url: 'http://shop:{CANARY}@127.0.0.1:9/'}}",
    ],
    ids=["a variable of the command", "a password in the url"],
)
def test_a_secret_of_the_handler_is_neither_kept_nor_shown(
    runner: Runner, tmp_path: Path, handler: str
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(SCENARIO.format(handler=handler))
    (scenario,) = runner.load(file)

    result = runner.run(scenario)

    assert result.verdict.outcome == "failed"
    assert CANARY not in failure_text(result)
    assert CANARY not in str(result.trace.entries)
