"""Secrets of which every piece can be told from the words around it, and their spellings."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import strategies as st

CORE = "QXZJVWKÄÖ漢"
"""No word of ours is written with these, so a piece of a secret is known wherever it turns up."""

ODD = "0123456789-_.~/+=%&<>\"'\\ \n⟦⟧*"
PIECE, TELLING = 8, 4


def secrets() -> st.SearchStrategy[str]:
    """Return texts of which every piece can be told from the words around it."""
    parts = st.tuples(st.sampled_from(CORE), st.sampled_from(CORE), st.sampled_from(CORE + ODD))
    long = st.lists(parts.map("".join), min_size=2, max_size=20).map("".join)
    return long | st.text(CORE, min_size=4, max_size=8)


def spellings(secret: str) -> tuple[str, ...]:
    """Return a secret as it is, and as programs encode it."""
    data = secret.encode()
    return (
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(data).decode(),
        data.hex(),
    )


def pieces(secret: str) -> list[str]:
    """Return the pieces of a long secret that must not be seen either."""
    found = [secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)]
    return [one for one in found if sum(char in CORE for char in one) >= TELLING]
