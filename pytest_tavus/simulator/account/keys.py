"""The API keys of a simulated account.

A key belongs to one environment of Tavus; another's API answers it with 401 [client]. Keys of the
simulator say what they are: ``tavus_sim_<environment>_<hex>``, so nobody takes one for a real key.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Literal

from pytest_tavus.simulator.account.store.account import AccountIds

Environment = Literal["test", "stg", "prod"]
"""Tavus's environments, as `TAVUS_ENV` names them [client], in lower case."""


class ApiKeys:
    """The keys that one account of one environment takes."""

    def __init__(
        self,
        *,
        seed: int | None = None,
        environment: Environment = "prod",
        first: str | None = None,
    ) -> None:
        """Take the account's first key, or make one: from the seed, without one from randomness."""
        self.environment: Environment = environment
        # Ids of their own, which no reset begins anew: no key that was issued comes back.
        self._ids = None if seed is None else AccountIds(seed=seed)
        self.first = first or self._new()
        self._keys = [self.first]

    def issue(self) -> str:
        """Return a new key that is good from now on; never the first one, which stays itself."""
        key = self._new()
        if key == self.first:
            key = self._new()  # whoever gave the first one had it from the same seed
        self._keys.append(key)
        return key

    def revoke_issued(self) -> None:
        """Let no key be good any more but the first."""
        self._keys = [self.first]

    def all(self) -> tuple[str, ...]:
        """Return every good key, for redaction."""
        return tuple(self._keys)

    def accepts(self, key: str | None) -> bool:
        """Tell whether a key is one of this account. Takes the same time for near misses."""
        given = (key or "").encode()
        found = [hmac.compare_digest(given, each.encode()) for each in self._keys]
        return any(found)

    def _new(self) -> str:
        prefix = f"tavus_sim_{self.environment}_"
        if self._ids is None:
            return prefix + secrets.token_hex(16)
        return self._ids.new(prefix, length=32)
