"""Handlers that scenarios name: what is started, how often, and when it is ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.scenario.values.model import CannedAnswer
from tests.handler.recording_app import call_handler, open_pool
from tests.handler.requests import spec

pytestmark = pytest.mark.asyncio


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Path]:
    """A directory whose module `tavus_pool` holds an application, under two names."""
    (tmp_path / "tavus_pool.py").write_text(
        "from tests.handler.recording_app import RecordingApp\n"
        "log = []\n"
        "app = same = RecordingApp(log)\n"
        "def make():\n"
        "    return RecordingApp(log)\n"
    )
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("tavus_pool", None)


def app_log() -> list[str]:
    log: list[str] = sys.modules["tavus_pool"].log
    return log


APP = spec(app="tavus_pool:app")


async def test_scenarios_at_once_start_their_handler_once(shop: Path) -> None:
    async with open_pool(shop) as pool:
        answers = await asyncio.gather(*(call_handler(pool, APP) for _ in range(50)))
        assert answers == ["app"] * 50
        await call_handler(pool, APP)
        assert app_log() == ["up"]
    assert app_log() == ["up", "down"]


async def test_one_application_is_started_once_under_different_names(shop: Path) -> None:
    (shop / "scenarios").mkdir()
    async with open_pool(shop) as pool:
        await call_handler(pool, APP)
        await call_handler(pool, spec(app="tavus_pool:same"))
        await call_handler(pool, spec(app="tavus_pool:app", search_path=("scenarios",)))
        assert app_log() == ["up"]


async def test_scenarios_of_one_handler_have_canned_answers_of_their_own(shop: Path) -> None:
    answer = CannedAnswer(at=(), body="canned")
    async with open_pool(shop) as pool:
        assert await call_handler(pool, APP) == "app"
        canned = spec(app="tavus_pool:app", canned={"get_order_status": (answer,)})
        assert await call_handler(pool, canned) == "canned"
        assert await call_handler(pool, APP) == "app"
        assert app_log() == ["up"]


async def test_a_fresh_handler_is_started_and_ended_by_its_scenario(shop: Path) -> None:
    async with open_pool(shop) as pool:
        fresh = spec(app="tavus_pool:make", factory=True, fresh=True)
        await call_handler(pool, fresh)
        assert app_log() == ["up", "down"]
        await call_handler(pool, fresh)
        assert app_log() == ["up", "down"] * 2


async def test_fresh_start_ups_of_one_application_do_not_overlap(shop: Path) -> None:
    async with open_pool(shop) as pool:
        fresh = spec(app="tavus_pool:app", fresh=True)
        await asyncio.gather(*(call_handler(pool, fresh) for _ in range(5)))
        assert app_log() == ["up", "down"] * 5


async def test_a_fresh_handler_that_nobody_closed_is_ended_with_the_pool(shop: Path) -> None:
    async with open_pool(shop) as pool:
        handler = await pool.acquire(spec(app="tavus_pool:make", factory=True, fresh=True))
    assert app_log() == ["up", "down"]
    await handler.close()


async def test_a_failed_start_is_an_error_of_every_scenario_and_not_repeated(
    shop: Path,
) -> None:
    (shop / "tavus_pool.py").write_text(
        "from tests.handler.recording_app import RecordingApp\n"
        "log = []\n"
        "app = RecordingApp(log)\n"
        "app.fails = True\n"
    )
    async with open_pool(shop) as pool:
        results = await asyncio.gather(
            *(call_handler(pool, APP) for _ in range(3)), return_exceptions=True
        )
        assert [str(each) for each in results] == [
            "the handler's start-up failed: no database\nno database"
        ] * 3
        assert app_log() == ["up"]


async def test_a_failed_import_is_an_error_of_every_scenario_and_not_repeated(
    shop: Path,
) -> None:
    (shop / "tavus_pool.py").write_text(
        "import pathlib\n"
        "with pathlib.Path(__file__).with_name('imports').open('a') as file:\n"
        "    file.write('x')\n"
        "raise ValueError('no configuration')\n"
    )
    async with open_pool(shop) as pool:
        for _ in range(3):
            with pytest.raises(HandlerError) as caught:
                await call_handler(pool, APP)
            assert caught.value.message == (
                "importing 'tavus_pool' raised ValueError: no configuration"
            )
            assert "no configuration" in str(caught.value.detail)
    assert (shop / "imports").read_text() == "x"


async def test_the_result_of_the_fixture_replaces_the_whole_handler(shop: Path) -> None:
    answer = CannedAnswer(at=(), body="canned")
    canned = spec(canned={"get_order_status": (answer,)})
    async with open_pool(shop) as pool:
        assert await call_handler(pool, canned) == "canned"
        assert await call_handler(pool, canned, "tavus_pool:app") == "app"
        assert await call_handler(pool, spec(app="never.imported:app"), canned) == "canned"
