"""How much an assignment may look through: counted in steps, which do not depend on load."""

from __future__ import annotations

from typing import Final

DECIDING: Final = 500_000
"""Steps for the question whether everything holds, which is answered exactly or not at all."""

EXPLAINING: Final = 60_000
"""Steps for the search of what explains best that not everything holds."""


class TooManyWaysError(Exception):
    """The expectations leave more ways open than can be looked through."""


class Steps:
    """A number of steps that is being used up."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, number: int = 1) -> None:
        """Use some up.

        Raises:
            TooManyWaysError: there are not so many left.

        """
        self._left -= number
        if self._left < 0:
            raise TooManyWaysError
