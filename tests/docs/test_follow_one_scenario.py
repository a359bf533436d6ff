"""The page says which files a scenario passes, in which order: a real run passes them so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.source import PACKAGE, REPOSITORY

FILES: dict[str, str] = {
    "support.pal.yaml": """
pal_name: Support
tools:
  - name: get_order_status
    description: Looks up where an order is.
    parameters: {type: object, properties: {order_id: {type: string}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example.com/status"}}
""",
    "shop.py": """
async def app(scope, receive, send):
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"status": "lost"}'})
""",
    "order.yaml": """
pal: support.pal.yaml
handler: shop:app
scenarios:
  - name: an order that is on its way
    turns:
      - user: Where is A-1?
        calls: [{get_order_status: {order_id: A-1}, result: {status: sent}}]
        plays: It is {result.status}.
""",
    "walk.py": """
import inspect, json, sys
import pytest

def walk(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_flags & inspect.CO_OPTIMIZED:  # no body of a class or module
        if code.co_filename.startswith(PACKAGE) and (not way or way[-1] != code.co_filename):
            way.append(code.co_filename)

PACKAGE, way = sys.argv[1], []
sys.setprofile(walk)
pytest.main(["-q", "-p", "pytest_tavus.plugin", "--tavus-scenarios=order.yaml"])
sys.setprofile(None)
with open("way.json", "w") as file:
    json.dump([path[len(PACKAGE) + 1:] for path in way], file)
""",
}


def on_the_page() -> list[str]:
    """Return the files that the page names, in its order."""
    page = (REPOSITORY / "docs" / "architecture.md").read_text()
    section = page.partition("### Follow one scenario")[2].partition("\n## ")[0]
    return re.findall(r"`([a-z_/]+\.py)`", section)


def passed(files: Sequence[str], way: Sequence[str]) -> int:
    """Return how many of the files a run entered, each after the one before it."""
    number = 0
    for entered in way:
        if number < len(files) and entered == files[number]:
            number += 1
    return number


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Play a scenario that fails, and return the files that were entered one after the other."""
    home = tmp_path_factory.mktemp("way")
    for name, text in FILES.items():
        (home / name).write_text(text)
    subprocess.run(
        [sys.executable, "walk.py", str(PACKAGE)],
        cwd=home,
        env={"PYTHONPATH": str(REPOSITORY), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        timeout=120,
        check=True,
    )
    found: list[str] = json.loads((home / "way.json").read_text())
    return found


def test_a_scenario_passes_the_files_of_the_page_in_their_order(way: list[str]) -> None:
    files = on_the_page()

    assert 2 < len(files) <= 12
    assert files[passed(files, way) :] == []


def test_a_page_in_another_order_would_be_seen(way: list[str]) -> None:
    files = on_the_page()

    assert all((PACKAGE / name).is_file() for name in files)
    assert passed(files[::-1], way) < len(files)
