"""A project of a user with a real handler, which says what it was asked and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.cli import main
from pytest_tavus.plugin import session_hooks as _run
from pytest_tavus.plugin.concurrency import hooks as _hooks
from tests.installed import install
from tests.source import REPOSITORY

__all__ = ["_hooks", "_run"]

SECONDS = 120
"""How long a run in a process of its own may take."""

SHOP = '''
import asyncio
import json
import logging
import os
from pathlib import Path

LOG = Path(__file__).with_name("shop.log")
OPEN = set()
MET = {}


def note(line):
    with LOG.open("a") as log:
        log.write(line + "\\n")


async def answered(order):
    """Meet others, wait for ever, or crash, as the order says; otherwise answer.

    ``meet-3`` meets two others with the same order; ``meet-3-a`` is another order. ``wait``
    waits for a moment in which there is nothing else to do, which lets others begin ahead.
    """
    word, number, *_ = [*order.split("-"), ""]
    if word == "meet":
        arrived, met = MET.setdefault(order, (set(), asyncio.Event()))
        arrived.add(asyncio.current_task())
        if len(arrived) >= int(number):
            met.set()
        await asyncio.wait_for(met.wait(), 30)
    if word == "wait":
        await asyncio.sleep(0.001)
    if word == "stay":
        await asyncio.Event().wait()
    if word == "crash":
        raise RuntimeError("the shop is closed")


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    asked = json.loads((await receive())["body"])
    order, who = asked["order_id"], asked.get("who", "")
    OPEN.add(who)
    note(f"begin {who} of {len(OPEN)}")
    print(f"print {who}")
    logging.getLogger("shop").warning(f"log {who}")
    try:
        await answered(order)
    except asyncio.CancelledError:
        note(f"cancelled {who}")
        raise
    finally:
        OPEN.discard(who)
        note(f"end {who}")
    body = json.dumps({"order": order}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
'''

PAL = """
tools:
  - name: find
    description: Finds an order.
    parameters:
      type: object
      properties: {order_id: {type: string}, who: {type: string}}
      required: [order_id]
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example.com/orders", method: POST}}
"""

INI = "[pytest]\naddopts = -p no:randomly\n"


def asks(name: str, order: str = "wait", *, says: str = "done", **keys: Any) -> dict[str, Any]:
    """Return a scenario in which the caller asks for an order and the PAL says that it is done.

    Its conversation waits, so that others begin ahead, unless the order is ``at once``.
    """
    call = {"find": {"order_id": order, "who": name}}
    turn = {"user": "Where is my order?", "calls": [call], "plays": "done", "says": says}
    return {"name": name, "turns": [turn], **keys}


class Town:
    """A directory in which pytest runs with the plugin, as if it were installed."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.write("pytest.ini", INI)
        self.write("shop.py", SHOP)
        self.write("scenarios/shop.pal.yaml", PAL)

    def write(self, file: str, text: str) -> Path:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def scenarios(
        self, *given: dict[str, Any], file: str = "scenarios/a.yaml", handler: Any = "shop:app"
    ) -> None:
        pal = "shop.pal.yaml" if Path(file).parent.name == "scenarios" else "../shop.pal.yaml"
        head = {"pal": pal} if handler is None else {"pal": pal, "handler": handler}
        self.write(file, json.dumps({**head, "scenarios": list(given)}))

    def conftest(self, text: str, file: str = "conftest.py") -> None:
        self.write(file, f"import pytest\nfrom shop import OPEN, note\n{text}")

    def run(self, *args: str, at_once: int | str = 10) -> pytest.RunResult:
        """Run pytest in this process, with our plugin alone."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            patch.syspath_prepend(str(self.path))  # pyright: ignore[reportUnknownMemberType]  # untyped there
            return self.pytester.runpytest_inprocess(
                "-p", "tavus", "--tavus-scenarios", f"--tavus-concurrency={at_once}", *args
            )

    def run_apart(self, *args: str, at_once: int | str = 10) -> pytest.RunResult:
        """Run pytest in a process of its own, with every plugin that is installed."""
        return self.pytester.runpytest_subprocess(
            "--tavus-scenarios", f"--tavus-concurrency={at_once}", *args, timeout=SECONDS
        )

    def log(self, word: str = "") -> list[str]:
        """What the shop noted, in order."""
        log = self.path / "shop.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if line.startswith(word)]

    def most(self) -> int:
        """How many conversations the shop saw at once, at most."""
        return max(int(line.rpartition(" ")[2]) for line in self.log("begin"))


def outcomes(run: pytest.RunResult, words: Sequence[str] = ("PASSED", "FAILED")) -> list[str]:
    """Return the lines of a verbose run that tell of scenarios, without the percentage."""
    found = [line.partition("::")[2].partition("[ ")[0] for line in run.outlines if "::" in line]
    return [line.strip() for line in found if any(word in line for word in words)]


@pytest.fixture
def town(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A project in which the plugin is installed, however this suite itself came by it."""
    site = install(pytester, monkeypatch)
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}:{pytester.path}:{site}")
    return Town(pytester)


def part(town: Town, number: int, *args: str) -> Path:
    """Run one file of the suite as a part of its own."""
    directory = town.path / f"part{number}"
    town.run(
        f"scenarios/{number}.yaml",
        f"--tavus-results={directory / 'results.jsonl'}",
        f"--tavus-trace-dir={directory / 'traces'}",
        *args,
    )
    return directory


@pytest.fixture
def parts(town: Town) -> list[Path]:
    town.scenarios(
        asks("good one"), asks("skipped", marks=[{"skip": "not today"}]), file="scenarios/1.yaml"
    )
    town.scenarios(
        asks("good two"),
        asks("known", says="x", marks=[{"xfail": "known"}]),
        file="scenarios/2.yaml",
    )
    town.scenarios(asks("good three"), asks("bad", says="nothing"), file="scenarios/3.yaml")
    return [part(town, number) for number in (1, 2, 3)]


def merged(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, list[str]]:
    capsys.readouterr()
    code = main(["merge", *map(str, args)])
    return code, capsys.readouterr().out.splitlines()
