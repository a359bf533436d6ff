"""The API keys of a simulated account.

A key belongs to one environment of Tavus; another's API answers it with 401 [client]. Keys of the
simulator say what they are: ``tavus_sim_<environment>_<hex>``, so nobody takes one for a real key.
"""

from __future__ import annotations

import hmac
from typing import Literal

from pytest_tavus.service.ids import AccountIds

Environment = Literal["test", "stg", "prod"]
"""Tavus's environments, as `TAVUS_ENV` names them [client], in lower case."""


class ApiKeys:
    """The keys that one account of one environment takes."""

    def __init__(
        self, *, ids: AccountIds, environment: Environment = "prod", first: str | None = None
    ) -> None:
        """Take the account's first key, or make one."""
        self.environment: Environment = environment
        self._ids = ids
        self.first = first or self._new()
        self._keys = [self.first]

    def issue(self) -> str:
        """Return a new key that is good from now on; never the first one, which stays itself."""
        key = self._new()
        if key == self.first:
            key = self._new()  # the ids begin anew, and the first one was made of them
        self._keys.append(key)
        return key

    def all(self) -> tuple[str, ...]:
        """Return every good key, for redaction."""
        return tuple(self._keys)

    def admit(self, key: str | None) -> bool:
        """Tell whether a key is one of this account. Takes the same time for near misses."""
        given = (key or "").encode()
        found = [hmac.compare_digest(given, each.encode()) for each in self._keys]
        return any(found)

    def _new(self) -> str:
        return self._ids.new(f"tavus_sim_{self.environment}_", length=32)
