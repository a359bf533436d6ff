"""A problem or a risk in a definition: its path in the body, a message and a hint."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.spans import Loc


class RuleProblem(Struct, frozen=True, kw_only=True):
    """A broken rule or a lint. The loader of the file turns `loc` into a line."""

    loc: Loc
    "The path inside the body. The path may name a missing field."

    message: str
    "The found and the expected value in one sentence, without a secret."

    rule: str
    "The name of the rule: tests compare it, and users switch a lint off by it."

    hint: str | None = None
    key: bool = False
    "The key is wrong, not its value."

    def under(self, at: Loc) -> RuleProblem:
        """Return the same problem for a larger body that has this body at the path `at`."""
        return replace(self, loc=(*at, *self.loc))
