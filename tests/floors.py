"""The floors of the package, and who may import whom: data that tests and a page are made from."""

from __future__ import annotations

FLOORS: tuple[tuple[str, ...], ...] = (
    ("spans", "errors", "wire", "clock", "voice", "matching", "garbage"),
    ("trace", "contract", "readers", "option"),
    ("scenario", "verdict", "options"),
    ("delivery", "gateway"),
    ("play", "checks", "judge"),
    ("simulator", "report", "traffic"),
    ("sessions", "live"),
    ("production", "masking", "conclusion", "outcome", "service"),
    ("stage", "mcp_tools"),
    ("api", "server"),
    (
        "fixtures",
        "settings",
        "selection",
        "marks",
        "collect",
        "run",
        "reference",
        "results",
        "ahead",
    ),
    ("hooks", "plugin", "cli", "__init__"),
)
"""A room imports rooms of lower floors, and of its own where both say so below."""

BESIDE: frozenset[tuple[str, str]] = frozenset(
    {
        ("errors", "spans"),
        ("masking", "production"),
        ("option", "readers"),
        ("matching", "errors"),
        ("matching", "spans"),
        ("contract", "trace"),
        ("delivery", "gateway"),
        ("ahead", "collect"),
        ("ahead", "fixtures"),
        ("collect", "fixtures"),
        ("fixtures", "settings"),
        ("collect", "marks"),
        ("run", "collect"),
        ("run", "fixtures"),
        ("run", "selection"),
        ("results", "selection"),
        ("plugin", "hooks"),
    }
)
"""Who of one floor may import whom: written down so that it stays free of circles."""


def known() -> set[str]:
    """Return every room that is on a floor."""
    return {name for rooms in FLOORS for name in rooms}


def floor(name: str) -> int:
    """Return the number of the floor that a room is on."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def may_import(importer: str, imported: str) -> bool:
    """Say whether a room may import another, or itself."""
    if importer == imported:
        return True
    return floor(imported) < floor(importer) or (importer, imported) in BESIDE
