"""What the simulated PALs of these tests do, as scenarios."""

from __future__ import annotations

from typing import Any

PLACE = {
    "name": "find_place",
    "description": "Finds a place on the map that the page shows.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Its name."}},
        "required": ["city"],
    },
    "delivery": {"app_message": True},
    "on_call": "silent",
    "on_resolve": "generate_response",
}

GUIDE: dict[str, Any] = {
    "pal": {"pal_name": "Guide", "system_prompt": "You know the city.", "tools": [PLACE]},
    "name": "a walk",
    "client": {"find_place": {"output": {"place": "Museum Island"}}},
    "turns": [
        {
            "user": "What is there to see in Berlin?",
            "calls": [{"find_place": {"city": "Berlin"}}],
            "plays": "Start at {result.place}.",
            "says": "Museum Island",
        },
        {"user": "Thanks!", "calls": "none", "plays": "Enjoy your walk.", "says": "walk"},
    ],
}

TALK: dict[str, Any] = {
    "pal": {"pal_name": "Clerk", "system_prompt": "You help."},
    "name": "a talk",
    "turns": [
        {"user": "Hello.", "plays": "What can I do for you?", "says": "you"},
        {"user": "Are you open?", "plays": "From nine to five.", "says": "five"},
    ],
}


def built(pal_name: str, overall: str) -> dict[str, Any]:
    """Return what a PAL that was just built does, and how that is judged."""
    rules = {"guardrails": {"stay_within_the_brief": {"never_said": ["refund"]}}}
    kept = {"guardrail_name": "stay_within_the_brief", "guardrail_prompt": "Talk of orders only."}
    return {
        "pal": {"pal_name": pal_name, "guardrails": [kept], "judge_rules": rules},
        "name": f"what {pal_name} says",
        "turns": [
            {
                "user": "Where's my order?",
                "plays": "Which number has it?",
                "says": "number",
            }
        ],
        "judge": {"overall": overall},
    }
