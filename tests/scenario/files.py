"""Writes scenario files for tests, and reads back what is said about them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.load.parse import load_scenarios
from pytest_tavus.scenario.values.model import Scenario

PAL = """\
pal_name: Support
system_prompt: You help callers with their orders.
default_face_id: r90bbd427f71
tools:
  - name: get_order_status
    description: Look up an order.
    parameters:
      type: object
      properties:
        order_id: {type: string, description: The order}
      required: [order_id]
    delivery: {api: {url: "https://shop.example.com/orders/status"}}
    on_call: silent
    on_resolve: generate_response
  - name: cancel_order
    description: Cancel an order.
    parameters:
      type: object
      properties:
        order_id: {type: string, description: The order}
      required: [order_id]
    delivery: {api: {url: "https://shop.example.com/orders/cancel"}}
  - name: show_map
    description: Show a place on the map.
    parameters: {type: object, properties: {place: {type: string, description: Where}}}
    delivery: {app_message: true}
"""

SCENARIO = """\
pal: support.pal.yaml
handler: {app: apps.orders:app}
scenarios:
  - name: tells the caller where the order is
    turns:
      - user: Where's my order A-10428?
        calls:
          - get_order_status: {order_id: A-10428}
            result: {status: out_for_delivery}
            within: 2s
        plays: Good news, order {order_id} is {result.status} and should arrive {result.eta}.
        says: {contains: ["A-10428", "today by 6pm"], not: "sorry"}
      - user: Thanks!
        calls: none
    judge: {overall: pass, tools: {get_order_status: invoked}}
"""


def write(directory: Path, text: str, *, name: str = "orders.yaml") -> Path:
    """Write a scenario file with the PAL beside it."""
    pal = directory / "support.pal.yaml"
    if not pal.exists():
        pal.write_text(PAL, encoding="utf-8")
    path = directory / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def loaded(directory: Path, text: str) -> tuple[Scenario, ...]:
    """Load the scenarios of a text."""
    return load_scenarios(write(directory, text), root=directory)


def lone(directory: Path, text: str) -> Scenario:
    """Load the only scenario of a text."""
    (scenario,) = loaded(directory, text)
    return scenario


def problems(directory: Path, text: str) -> list[str]:
    """Return every problem of a text, the way it is printed."""
    try:
        loaded(directory, text)
    except ScenarioError as error:
        return [str(problem) for problem in error.problems]
    return []


HEAD = "orders.yaml:3:"
"""Where every problem of `turn_problems` is, up to its column."""


def turn_problems(directory: Path, turn: str) -> list[str]:
    """Return every problem of a scenario with one turn, written in the flow of YAML."""
    return problems(directory, f"pal: support.pal.yaml\nturns:\n  - {turn}\n")
