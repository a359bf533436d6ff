"""Every route of the API, joined from the modules that have them."""

from __future__ import annotations

from pytest_tavus.simulator.account.builder import builder, fanout, headless, persona_builder
from pytest_tavus.simulator.account.resources import (
    conversations,
    deployment_use,
    deployments,
    documents,
    face_training,
    faces,
    guardrails,
    memory_stores,
    objectives,
    pal_tools,
    pals,
    pronunciation_dictionaries,
    skills,
    tools,
    voice_cloning,
    voices,
)
from pytest_tavus.simulator.account.route import Route

ROUTES: tuple[Route, ...] = (
    *conversations.ROUTES,
    *headless.ROUTES,
    *pals.ROUTES,
    *pal_tools.ROUTES,
    *skills.ROUTES,
    *tools.ROUTES,
    *objectives.ROUTES,
    *guardrails.ROUTES,
    *documents.ROUTES,
    *pronunciation_dictionaries.ROUTES,
    *memory_stores.ROUTES,
    *faces.ROUTES,
    *face_training.ROUTES,
    *voices.ROUTES,
    *voice_cloning.ROUTES,
    *deployments.ROUTES,
    *deployment_use.ROUTES,
    *builder.ROUTES,
    *fanout.ROUTES,
    *persona_builder.ROUTES,
)
