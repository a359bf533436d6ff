"""Mistakes in the warehouse."""

from __future__ import annotations

from tests.examples.scene import Edit
from tests.examples.twins.twin import Twin

TWINS = (
    Twin(
        name="auth-wrong_token",
        broken="The PAL holds an old bearer token.",
        scenario="auth.yaml::is let in[by a bearer token]",
        edits=(
            Edit(
                file="pals/warehouse.pal.yaml",
                old="token: open-sesame-bearer",
                new="token: open-sesame-expired",
            ),
        ),
    ),
    Twin(
        name="auth-token_refused",
        broken="The token endpoint does not know the client's secret.",
        scenario="auth.yaml::is let in[by an OAuth 2 token]",
        edits=(
            Edit(
                file="pals/warehouse.pal.yaml",
                old="client_secret: open-sesame-oauth2",
                new="client_secret: open-sesame-expired",
            ),
        ),
    ),
    Twin(
        name="auth-fresh_token_refused_too",
        broken="The handler refuses even a token that has just been issued.",
        scenario="auth.yaml::fetches a new token when the old one is refused",
        edits=(Edit(file="apps/warehouse.py", old="A_TOKEN = 2", new="A_TOKEN = 0"),),
    ),
)
