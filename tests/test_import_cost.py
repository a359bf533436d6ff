"""What is loaded in every pytest run of every project that has the package installed.

And what a run of scenarios does without, as long as nothing in them asks for it.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "anyio",
    "asyncio",
    "httpx",
    "hypothesis",
    "jsonpatch",
    "jsonschema",
    "mcp",
    "openai",
    "pydantic",
    "pydantic_core",
    "pytest_tavus.simulator.rooms",
    "pytest_tavus.simulator.server",
    "pytest_tavus.simulator.account",
    "ssl",
    "starlette",
    "uvicorn",
    "websockets",
    "yaml",
}

OF_AN_UNRELATED_RUN = {
    "plugin",
    "plugin.fixtures",
    "plugin.hookspecs",
    "plugin.settings",
    "run",
    "run.options",
    "run.options.readers",
    "run.options.table",
}

WANTED_BY_FEW = {
    "httptools",
    "httpx",
    "jsonpatch",
    "jsonschema",
    "mcp",
    "openai",
    "pydantic",
    "pydantic_core",
    "pytest_tavus.plugin.api",
    "pytest_tavus.verdict.checks.assigned",
    "pytest_tavus.contract.verdict",
    "pytest_tavus.handler.delivery.auth",
    "pytest_tavus.handler.process.handler",
    "pytest_tavus.handler.http.handler",
    "pytest_tavus.handler.wsgi.handler",
    "pytest_tavus.verdict.judge",
    "pytest_tavus.simulator.rooms",
    "pytest_tavus.matching.assignment.assign",
    "pytest_tavus.matching.matchers.kinds",
    "pytest_tavus.matching.matchers.registry",
    "pytest_tavus.report.archive",
    "pytest_tavus.report.failure",
    "pytest_tavus.scenario.language.schema",
    "pytest_tavus.simulator.server",
    "pytest_tavus.simulator.account",
    "pytest_tavus.trace.codec",
    "starlette",
    "uvicorn",
    "websockets",
}

APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})
"""

SCENARIOS = """
pal:
  tools:
    - name: get_order_status
      description: Looks up where an order is.
      parameters:
        type: object
        properties: {order_id: {type: string, description: As printed.}}
        required: [order_id]
      delivery: {api: {url: "https://shop.example.com/orders", method: POST}}
handler: {app: "shop:app"}
name: an order
turns:
  - user: Where is my order A-10428?
    calls:
      - get_order_status: {order_id: A-10428}
"""

PLUGIN = ("-p", "pytest_tavus.plugin")

LOADED = """
import json, sys
{statement}
print(json.dumps(sorted(sys.modules)))
"""

AS_TEXT = """
import json
import pytest_tavus.plugin.session_hooks, pytest_tavus.run.runner
from pytest_tavus.contract.shape import Shape
models = Shape.__subclasses__()
for model in models:
    models += model.__subclasses__()
as_text = {model.__name__ for model in models for annotation in model.__annotations__.values()
           if isinstance(annotation, str)}
print(json.dumps(sorted(as_text)))
"""

OF_A_RUN = """
import json, os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import pytest
code = pytest.main(["-q", "-p", "no:cacheprovider", "-c", os.devnull, *sys.argv[1:]])
print(json.dumps(sorted(sys.modules)))
raise SystemExit(code)
"""


def loaded(program: str, *args: str) -> set[str]:
    """Run a program in a fresh interpreter and return the names that it prints."""
    run = subprocess.run(
        [sys.executable, "-c", program, *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "statement",
    [
        "import pytest_tavus",
        "import pytest_tavus.plugin",
        "import pytest_tavus.run.options.settings",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    bare = loaded(LOADED.format(statement="import pytest"))

    assert (loaded(LOADED.format(statement=statement)) - bare) & HEAVY == set()


@pytest.fixture(scope="module")
def unrelated(tmp_path_factory: pytest.TempPathFactory) -> str:
    test = tmp_path_factory.mktemp("unrelated") / "test_unrelated.py"
    test.write_text("def test_unrelated(): pass\n")
    return str(test)


def test_an_unrelated_run_loads_nothing_heavy(unrelated: str) -> None:
    modules = loaded(OF_A_RUN, *PLUGIN, unrelated)

    assert "pytest_tavus.plugin" in modules
    assert modules & HEAVY == set()


def test_an_unrelated_run_loads_few_modules_of_ours_and_no_third_party(unrelated: str) -> None:
    added = loaded(OF_A_RUN, *PLUGIN, unrelated) - loaded(OF_A_RUN, unrelated)

    ours = {name for name in added if name.partition(".")[0] == "pytest_tavus"}
    assert ours == {"pytest_tavus", *(f"pytest_tavus.{name}" for name in OF_AN_UNRELATED_RUN)}
    assert {name.partition(".")[0] for name in added - ours} <= sys.stdlib_module_names


def test_an_unrelated_run_that_is_given_an_option_reads_it(unrelated: str) -> None:
    assert "pytest_tavus.run.options.settings" in loaded(
        OF_A_RUN, *PLUGIN, "--tavus-seed=7", unrelated
    )


@pytest.fixture(scope="module")
def of_a_green_scenario(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    home = tmp_path_factory.mktemp("shop")
    (home / "shop.py").write_text(APP)
    (home / "order.yaml").write_text(SCENARIOS)
    return loaded(OF_A_RUN, *PLUGIN, f"--tavus-scenarios={home / 'order.yaml'}")


@pytest.mark.parametrize("module", sorted(WANTED_BY_FEW))
def test_a_green_scenario_does_without(module: str, of_a_green_scenario: set[str]) -> None:
    assert "pytest_tavus.handler.asgi.handler" in of_a_green_scenario
    assert module not in of_a_green_scenario


def test_the_guard_sees_what_a_heavy_module_loads() -> None:
    assert "asyncio" in loaded(LOADED.format(statement="import pytest_tavus.clock"))


def test_no_annotation_of_a_scenarios_shapes_is_compiled_again() -> None:
    assert loaded(AS_TEXT) == set()
