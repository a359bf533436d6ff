"""What is loaded in every pytest run of every project that has the package installed."""

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
    "jsonschema",
    "mcp",
    "pydantic",
    "ssl",
    "starlette",
    "uvicorn",
    "yaml",
}

LOADED = """
import json, sys
{statement}
print(json.dumps(sorted(sys.modules)))
"""

OF_A_RUN = """
import json, os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import pytest
code = pytest.main(["-q", "-p", "pytest_tavus.plugin", "-p", "no:cacheprovider", "-c", os.devnull,
                    sys.argv[1]])
print(json.dumps(sorted(sys.modules)))
raise SystemExit(code)
"""


def loaded(program: str, *args: str) -> set[str]:
    """Run a program in a fresh interpreter and return the modules it has loaded."""
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
    ["import pytest_tavus", "import pytest_tavus.plugin", "import pytest_tavus.options"],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    bare = loaded(LOADED.format(statement="import pytest"))

    assert (loaded(LOADED.format(statement=statement)) - bare) & HEAVY == set()


def test_an_unrelated_run_loads_nothing_heavy(tmp_path_factory: pytest.TempPathFactory) -> None:
    test = tmp_path_factory.mktemp("unrelated") / "test_unrelated.py"
    test.write_text("def test_unrelated(): pass\n")

    modules = loaded(OF_A_RUN, str(test))

    assert "pytest_tavus.plugin" in modules
    assert modules & HEAVY == set()


def test_the_guard_sees_what_a_heavy_module_loads() -> None:
    assert "asyncio" in loaded(LOADED.format(statement="import pytest_tavus.clock"))
