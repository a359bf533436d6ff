"""The suites that are timed: each writes itself into a directory and is run by pytest there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

INI = "[pytest]\naddopts = -q -p no:cacheprovider\n"

PLUGIN = ["-p", "pytest_tavus.plugin"]
"""What a suite of scenarios needs beside pytest. No suite is run with anything it does not need."""

PAL = """\
pal_name: Support
tools:
  - name: get_order_status
    description: Looks up where an order is.
    parameters:
      type: object
      properties: {order_id: {type: string}}
      required: [order_id]
    on_call: silent
    on_resolve: generate_response
    delivery:
      api: {url: "https://shop.example.com/orders/status", method: POST}
"""

SCENARIO = """\
  - name: order {number}
    turns:
      - user: Where is my order A-10428?
        calls:
          - get_order_status: {{order_id: A-10428}}
            result: {{status: out_for_delivery, eta: today by 6pm}}
        plays: Order {{order_id}} is {{result.status}} and should arrive {{result.eta}}.
        says: Order A-10428 is out_for_delivery and should arrive today by 6pm.
      - user: Thanks!
        plays: You are welcome.
        calls: none
"""

WAITING = """\
  - name: order {number}
    turns:
      - user: Where is my order A-10428?
        calls:
          - get_order_status: {{order_id: A-10428}}
            result: {{status: out_for_delivery}}
      - user: And now?
        calls:
          - get_order_status: {{order_id: A-10428}}
            result: {{status: out_for_delivery}}
"""

NOOP = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_nothing(number):
    pass
"""

HAND = """
import httpx
import pytest

REPLY = "Order A-10428 is out_for_delivery and should arrive today by 6pm."

@pytest.fixture(scope="session")
def client():
    with httpx.Client(base_url="{url}") as client:
        yield client

@pytest.mark.parametrize("number", range({count}))
def test_order(client, number):
    calls = []
    arguments = {{"order_id": "A-10428"}}
    response = client.post("/orders/status", json=arguments)
    calls.append(arguments)
    answer = response.json()
    assert calls == [{{"order_id": "A-10428"}}]
    assert response.status_code == 200
    assert answer == {{"status": "out_for_delivery", "eta": "today by 6pm"}}
    order, status, eta = arguments["order_id"], answer["status"], answer["eta"]
    reply = f"Order {{order}} is {{status}} and should arrive {{eta}}."
    assert reply == REPLY
    calls.clear()
    assert calls == []
"""

Writer = Callable[[Path, int, str], list[str]]
"""Writes a suite of so many cases against a base URL; returns the arguments for pytest."""


def noop(directory: Path, count: int, url: str) -> list[str]:
    """Write tests that do nothing: pytest's own cost."""
    _write(directory, "test_noop.py", NOOP.format(count=count))
    return ["test_noop.py"]


def by_hand(directory: Path, count: int, url: str) -> list[str]:
    """Write tests as a careful person would, with one shared client."""
    _write(directory, "test_hand.py", HAND.format(count=count, url=url))
    return ["test_hand.py"]


def ours_http(directory: Path, count: int, url: str) -> list[str]:
    """Write scenarios against the same server, over real HTTP."""
    return _scenarios(directory, count, f"{{url: '{url}'}}")


def ours_in_process(directory: Path, count: int, url: str) -> list[str]:
    """Write scenarios with the same application in this process."""
    return _scenarios(directory, count, "{app: 'tests.benchmarks.handler:app'}")


def ours_working(directory: Path, count: int, url: str) -> list[str]:
    """Write scenarios with an application in this process that computes for 10 ms."""
    return _scenarios(directory, count, "{app: 'tests.benchmarks.handler:working'}")


def waiting(directory: Path, count: int, url: str) -> list[str]:
    """Write scenarios of two turns, in each of which the handler takes a second to answer."""
    _write(directory, "support.pal.yaml", PAL)
    head = "pal: support.pal.yaml\nhandler: tests.benchmarks.handler:slow\nscenarios:\n"
    body = "".join(WAITING.format(number=number) for number in range(count))
    _write(directory, "orders.yaml", head + body)
    return [*PLUGIN, "--tavus-scenarios=orders.yaml"]


def _scenarios(directory: Path, count: int, handler: str) -> list[str]:
    _write(directory, "support.pal.yaml", PAL)
    head = f"pal: support.pal.yaml\nhandler: {handler}\nscenarios:\n"
    body = "".join(SCENARIO.format(number=number) for number in range(count))
    _write(directory, "orders.yaml", head + body)
    return [*PLUGIN, "--tavus-scenarios=orders.yaml"]


def _write(directory: Path, name: str, text: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "pytest.ini").write_text(INI, encoding="utf-8")
    (directory / name).write_text(dedent(text) if name.endswith(".py") else text, encoding="utf-8")
