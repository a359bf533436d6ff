"""Client tools of a shop front: what the page does when the PAL calls one of its tools.

On a real page these are JavaScript functions that answer `conversation.tool_call`. A Python
callable stands in for one: it takes the arguments and returns the output.
"""

from __future__ import annotations

from typing import TypedDict

PRICES = {"Bananas": 30, "Apples": 45, "Oat milk": 219}


class Line(TypedDict):
    """One line of a cart."""

    item_name: str
    quantity: int
    subtotal: str


class AddToCart(TypedDict):
    """The arguments of `add_to_cart`."""

    item_name: str
    quantity: int


def add_to_cart(arguments: AddToCart) -> Line:
    """Put an item into the cart and say what it comes to."""
    item_name, quantity = arguments["item_name"], arguments["quantity"]
    cents = PRICES[item_name] * quantity
    return {"item_name": item_name, "quantity": quantity, "subtotal": f"${cents / 100:.2f}"}
