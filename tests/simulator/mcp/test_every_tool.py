"""Every tool, called once as it should be and once as it should not, on an account with things."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.table import TOOLS
from tests.simulator.mcp.filled_account import fill_account
from tests.simulator.mcp.valid_calls import CRAWLED, NOTHING, PORTAL_ONLY, VALID

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("tool", VALID)
async def test_a_tool_that_is_called_rightly_answers_in_the_shape_of_the_official_one(
    tool: str,
) -> None:
    arguments, keys = VALID[tool]
    async with fill_account() as account:
        result = await account.toolbox.call(tool, **account.fill_ids(dict(arguments)))

    assert result.error is None
    if keys == NOTHING:
        assert result.value is None
    else:
        answer = json_object(result.value)
        assert answer is not None
        assert set(keys.split()) - {"*"} <= set(answer)


async def test_every_tool_is_called_rightly_but_for_those_of_the_portal() -> None:
    assert {*VALID, *PORTAL_ONLY, *CRAWLED} == set(TOOLS)
