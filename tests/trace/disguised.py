"""Tells whether an encoded secret is found in a text."""

from __future__ import annotations

from hypothesis import strategies as st

from pytest_tavus.trace.redaction.disguise import Disguises
from pytest_tavus.trace.redaction.prefilter import Prefilter
from tests.trace.spellings import Piece

SEAMS = st.sampled_from(" =<>,:;(\n|")
"""Characters that form no escape with their neighbours."""

separate_before = st.builds(str.__add__, st.text(max_size=5), SEAMS)
separate_after = st.builds(str.__add__, SEAMS, st.text(max_size=5))


def is_covered(secret: str, piece: Piece) -> bool:
    """Tell whether spans cover the encoded secret and the prefilter suspects it."""
    before, encoded, after = piece
    text = before + encoded + after
    disguises = Disguises(secret)
    prefilter = Prefilter()
    prefilter.add(disguises)
    hidden = {at for start, end, _ in disguises.spans(text) for at in range(start, end)}
    place = range(len(before), len(before) + len(encoded))
    return hidden >= set(place) and prefilter.suspects(text) == [disguises]


def surround(before: str, piece: Piece, after: str) -> Piece:
    return before + piece[0], piece[1], piece[2] + after
