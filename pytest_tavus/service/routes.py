"""Every route of the API, joined from the modules that have them."""

from __future__ import annotations

from pytest_tavus.service import pal_tools, pals, skills, tools
from pytest_tavus.service.api import Route

ROUTES: tuple[Route, ...] = (
    *pals.ROUTES,
    *pal_tools.ROUTES,
    *skills.ROUTES,
    *tools.ROUTES,
)
