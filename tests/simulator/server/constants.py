"""Addresses, times and tokens that tests of the server share."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter

from pytest_tavus.simulator.server.oauth.sessions import AuthorizationGrant
from pytest_tavus.simulator.server.oauth.terms import TokenGenerator

BASE = "http://127.0.0.1:8123"
MCP = f"{BASE}/mcp"
CALLBACK = "http://127.0.0.1:7777/callback"
START = 1_800_000_000.0

GRANT = AuthorizationGrant(
    client_id="c",
    scopes=("mcp",),
    resource=MCP,
    code_challenge="",
    redirect_uri=CALLBACK,
    redirect_uri_given=True,
)


class ManualClock:
    """A clock that a test sets."""

    def __init__(self, time: float = 0.0) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time


def seeded_tokens(seed: int) -> TokenGenerator:
    """Return a source that gives the same tokens for the same seed, kind by kind."""
    given: Counter[str] = Counter()

    def fresh(kind: str) -> str:
        given[kind] += 1
        material = f"{seed}\0{kind}\0{given[kind]}".encode()
        digest = hashlib.blake2b(material, digest_size=32).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    return fresh
