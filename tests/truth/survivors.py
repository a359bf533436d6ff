"""The golden file of the survivors: mutants that nothing notices, by the reason why nothing must.

Below each reason stands what is changed, and behind ` = ` how. Written anew with `TAVUS_REGOLD=1`,
the file has survivors that are new below `TO_BE_READ`, and the test fails until each has a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

FILE = Path(__file__).with_name("survivors.txt")
TO_BE_READ = "to be read: is it a false green?"
HEAD = "# Mutants of the examples that survive, by the reason why that is right."

Survivors = Mapping[tuple[str, str], str]
"""The reason, by what is changed and how."""


def read(text: str) -> dict[tuple[str, str], str]:
    """Read the golden file."""
    reason = TO_BE_READ
    known: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            reason = line.removeprefix("## ")
        elif " = " in line:
            place, _, hows = line.partition(" = ")
            known |= {(place, how): reason for how in hows.split()}
    return known


def written(found: Iterable[tuple[str, str]], known: Survivors) -> str:
    """Write the golden file: what is found, by the reasons that are known."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for place, how in found:
        reason = known.get((place, how), TO_BE_READ)
        by_reason.setdefault(reason, {}).setdefault(place, []).append(how)
    lines = [HEAD]
    for reason in sorted(by_reason, key=lambda one: (one == TO_BE_READ, one)):
        places = by_reason[reason]
        lines += ["", f"## {reason}", *(f"{at} = {' '.join(places[at])}" for at in places)]
    return "\n".join(lines) + "\n"
