"""The API keys of a simulated account.

A key belongs to one environment of Tavus; the API of another environment refuses it with 401
[client]. A simulated key reads ``tavus_sim_<environment>_<hex>``, so nobody mistakes it for a real
key.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Literal

from pytest_tavus.simulator.account.store.account import AccountIds

Environment = Literal["test", "stg", "prod"]
"""Tavus's environments, as `TAVUS_ENV` names them [client], in lower case."""


class ApiKeys:
    """The keys that one account of one environment accepts."""

    def __init__(
        self,
        *,
        seed: int | None = None,
        environment: Environment = "prod",
        first: str | None = None,
    ) -> None:
        """Use `first` as the first key, or generate it from `seed`, or at random without a seed."""
        self.environment: Environment = environment
        # Not the ids of the account: its reset restarts them, and would issue a revoked key again.
        self._ids = None if seed is None else AccountIds(seed=seed)
        self.first = first or self._new()
        self._keys = [self.first]

    def issue(self) -> str:
        """Return a new key that the account accepts from now on; never the first key."""
        key = self._new()
        if key == self.first:
            key = self._new()  # the caller generated `first` from the same seed
        self._keys.append(key)
        return key

    def revoke_issued(self) -> None:
        """Revoke every key but the first."""
        self._keys = [self.first]

    def all(self) -> tuple[str, ...]:
        """Return every valid key, for redaction."""
        return tuple(self._keys)

    def accepts(self, key: str | None) -> bool:
        """Tell whether a key is valid. The time taken does not tell how much of it matched."""
        encoded = (key or "").encode()
        # Compare all keys: a search that stops early would tell by its time which key matched.
        matches = [hmac.compare_digest(encoded, each.encode()) for each in self._keys]
        return any(matches)

    def _new(self) -> str:
        prefix = f"tavus_sim_{self.environment}_"
        if self._ids is None:
            return prefix + secrets.token_hex(16)
        return self._ids.new(prefix, length=32)
