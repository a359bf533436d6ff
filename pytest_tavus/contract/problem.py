"""One thing that is wrong, or risky, in a definition: where in the body, what, and what to do."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.spans import Loc


class RuleProblem(Struct, frozen=True, kw_only=True):
    """A broken rule or a lint. Whoever knows the file turns `loc` into a line."""

    loc: Loc
    "The path inside the body. It may name a field that is missing there."

    message: str
    "What was found and what is expected, in one sentence, without a secret."

    rule: str
    "The name of the rule, for tests and for switching a lint off."

    hint: str | None = None
    key: bool = False
    "It is the key that is wrong, not its value."

    def under(self, at: Loc) -> RuleProblem:
        """Return the same problem of a body that is part of another, at this path."""
        return replace(self, loc=(*at, *self.loc))
