"""Scenarios that tests load into a server over its control plane."""

from __future__ import annotations

from typing import Any

from tests.simulator.server.served import InProcessServer

SCENARIO = """
pal:
  pal_name: Shop
  system_prompt: Help.
  tools:
    - name: get_order
      description: Looks up an order.
      parameters: {type: object, properties: {order_id: {type: string, description: As printed.}}}
      delivery:
        api:
          url: https://shop.example.com/orders
          auth: {type: bearer, token: canary-8f3b}
  objectives: {name: Sale, data: [{objective_name: sold, objective_prompt: Sell.}]}
  guardrails: [{guardrail_name: polite, guardrail_prompt: Be polite.}]
name: an order
turns:
  - user: Where is it?
    calls:
      - get_order: {order_id: A-1}
"""

QUIET = {
    "pal": {"pal_name": "Quiet", "system_prompt": "Listen."},
    "turns": [{"user": "Hello?", "calls": "none"}],
}


async def load(server: InProcessServer, text: str) -> Any:
    return await server.http.post("/_simulator/scenarios", content=text.encode())
