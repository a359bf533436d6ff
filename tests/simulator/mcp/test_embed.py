"""The page around a conversation: nothing of what was given can break out of its place."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from hypothesis import given

from pytest_tavus.simulator.mcp.toolbox import ToolBox
from pytest_tavus.simulator.mcp.tools.deployments import script_text
from tests.simulator.mcp.box import StubApi
from tests.strategies import any_text

URL = "https://tavus.daily.co/c1?a=1&b=2"


async def written(**arguments: Any) -> dict[str, Any]:
    result = await ToolBox(StubApi()).call("tavus_scaffold_embed", arguments)
    assert result.error is None
    file: dict[str, Any] = result.value["files"][0]
    return file


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.scaffold")
@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("iframe", "tavus-embed.html"),
        ("cvi-ui", "src/components/TavusConversation.tsx"),
        ("vanilla", "tavus-vanilla.html"),
    ],
)
async def test_a_target_has_its_file(target: str, path: str) -> None:
    file = await written(conversation_url=URL, target=target)

    assert list(file) == ["path", "content", "mode", "description"]
    assert (file["path"], file["mode"]) == (path, "create")
    assert html.escape(URL) in file["content"] or URL in file["content"]


@pytest.mark.asyncio
async def test_a_component_has_the_name_it_is_given() -> None:
    file = await written(conversation_url=URL, target="cvi-ui", component_name="Talk")

    assert file["path"] == "src/components/Talk.tsx"
    assert "export const Talk = () => (" in file["content"]


@pytest.mark.asyncio
async def test_a_link_cannot_break_out_of_the_page() -> None:
    evil = '"></iframe><script>alert(1)</script>'

    framed = await written(conversation_url=evil)
    paged = await written(conversation_url=evil, target="vanilla")

    assert "<script>" not in framed["content"]
    assert paged["content"].count("</script>") == 2


@given(any_text)
def test_a_link_in_a_script_is_the_text_it_was(url: str) -> None:
    written = script_text(url)

    assert json.loads(written) == url
    assert "<" not in written
