"""Mistakes in the shop front."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

TWINS = (
    Twin(
        name="shop-callable_raises",
        broken="The page's function does not know the item.",
        scenario="shop.yaml::puts an item into the cart",
        edits=(Edit(file="apps/shop.py", old='"Bananas": 30', new='"Banana": 30'),),
    ),
    Twin(
        name="shop-one_of_two_calls_is_wrong",
        broken="The PAL adds another item than the visitor's, and too many of it.",
        scenario="shop.yaml::puts several items into the cart, in any order",
        edits=(
            Edit(
                file="shop.yaml",
                old="add_to_cart: {item_name: Apples, quantity: 1}\n          says",
                new="add_to_cart: {item_name: Bananas, quantity: 3}\n          says",
            ),
        ),
    ),
    Twin(
        name="shop-answer_not_in_context",
        broken="The tool no longer adds its answer to the context.",
        scenario="shop.yaml::knows the total once the cart is open",
        edits=(
            Edit(
                file="pals/shop_front.pal.yaml",
                old="on_resolve: add_to_context",
                new="on_resolve: fire_and_forget",
            ),
        ),
    ),
    Twin(
        name="shop-page_answers_after_all",
        broken="The page answers a call that was to stay unanswered.",
        scenario="shop.yaml::does not wait for a page that never answers",
        edits=(Edit(file="shop.yaml", old="{unanswered: true}", new="{output: done}"),),
    ),
    Twin(
        name="shop-error_not_reported",
        broken="The page reports success where it should report an error.",
        scenario="shop.yaml::says so when an item is not for sale",
        edits=(Edit(file="shop.yaml", old=", status: error, output", new=", output"),),
    ),
    Twin(
        name="shop-nobody_answers",
        broken="Nothing stands in for the page's function.",
        scenario="shop.yaml::does not wait for a page that never answers",
        edits=(
            Edit(
                file="shop.yaml",
                old="  highlight_item: {unanswered: true} # the page never answers\n",
                new="",
            ),
        ),
    ),
)
