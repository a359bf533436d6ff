"""``python -m tests.benchmarks.soak [N] [AT_ONCE]``: a long run with faults that leaves nothing.

N scenarios (10,000 unless told) against a handler that crashes, is slow, hangs up and is cancelled.
Every scenario must be accounted for exactly once with the verdict that its fault must have, and no
task, socket, process, thread or file may be left, and no warning.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.measure import pytest_run
from tests.benchmarks.suites import PAL

FAULTS = ("answers", "answers", "answers", "crashes", "stays", "refuses", "breaks")
"""What the handler does, in turn. Only what answers passes."""

SHOP = """
import asyncio
import json


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    what = json.loads((await receive())["body"])["order_id"].partition(" ")[0]
    if what == "crashes":
        raise RuntimeError("the shop is closed")
    if what == "stays":
        await asyncio.Event().wait()
    if what == "breaks":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        return
    status = 503 if what == "refuses" else 200
    await asyncio.sleep(0.001)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"status": "out"}'})
"""

CONFTEST = """
import asyncio
import gc
import os
import threading
from pathlib import Path

BEFORE = {}


def left():
    gc.collect()
    tasks = [one for one in gc.get_objects() if isinstance(one, asyncio.Task) and not one.done()]
    files = len(os.listdir("/proc/self/fd"))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {"tasks": len(tasks), "files": files, "children": len(children),
            "threads": threading.active_count()}


def pytest_sessionstart():
    BEFORE.update(left())


def pytest_unconfigure(config):
    if hasattr(config, "workerinput") or not BEFORE:
        return
    after = left()
    grown = {name: after[name] - number for name, number in BEFORE.items() if after[name] > number}
    with open("left.json", "w") as file:
        import json
        json.dump(grown, file)
"""

SCENARIO = """\
  - name: {name}
    deadline: {deadline}
    turns:
      - user: Where is my order?
        calls:
          - get_order_status: {{order_id: {name}}}
            status: success
"""

INI = """\
[pytest]
addopts = -q -p pytest_tavus.plugin --tb=no --no-summary
filterwarnings = error
"""


def names(count: int) -> Iterator[str]:
    """Yield the names of the scenarios, which say what the handler does."""
    yield from (f"{FAULTS[number % len(FAULTS)]} {number}" for number in range(count))


def write(directory: Path, count: int) -> None:
    """Write the suite, a hundred scenarios to a file."""
    (directory / "scenarios").mkdir()
    (directory / "pytest.ini").write_text(INI)
    (directory / "conftest.py").write_text(CONFTEST)
    (directory / "shop.py").write_text(SHOP)
    (directory / "scenarios" / "support.pal.yaml").write_text(PAL)
    every = list(names(count))
    for begin in range(0, count, 100):
        head = "pal: support.pal.yaml\nhandler: {app: 'shop:app'}\nscenarios:\n"
        body = "".join(
            SCENARIO.format(name=name, deadline="0.3s" if name.startswith("stays") else "30s")
            for name in every[begin : begin + 100]
        )
        (directory / "scenarios" / f"{begin:06}.yaml").write_text(head + body)


def accounted(directory: Path, count: int) -> list[str]:
    """Return what is wrong with the results: each scenario is wanted once, with its verdict."""
    lines = [json.loads(line) for line in (directory / "results.jsonl").read_text().splitlines()]
    ended = [] if "exit" in lines[-1] else ["the run did not come to its end"]
    return ended + missing(lines[1:-1], count)


def missing(rows: Sequence[Mapping[str, str]], count: int) -> list[str]:
    """Return the scenarios that are not there exactly once, with the verdict they must have."""
    came = {row["nodeid"].partition("::")[2]: row["came"] for row in rows}
    times = Counter(row["nodeid"].partition("::")[2] for row in rows)
    wrong: list[str] = []
    for name in names(count):
        wanted = "passed" if name.startswith("answers") else "failed"
        if times[name] != 1 or came[name] != wanted:
            wrong.append(f"{name}: {times[name]} times, {came.get(name)} instead of {wanted}")
    return wrong + [f"{name} was not asked for" for name in came.keys() - set(names(count))]


def main(count: int = 10_000, at_once: int = 64) -> int:
    """Run, and say what is wrong; return the number of faults found."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        write(directory, count)
        arguments = [
            "--tavus-scenarios", f"--tavus-concurrency={at_once}",
            "--tavus-results=results.jsonl", "--tavus-trace-dir=traces", "--tavus-trace=failed",
        ]  # fmt: skip
        taken = pytest_run(directory, arguments, ends_with={1})
        wrong = accounted(directory, count)
        left = json.loads((directory / "left.json").read_text())
        wrong += [f"{number} {name} were left" for name, number in left.items()]
        output = (directory / "output.txt").read_text()
        warned = [line for line in output.splitlines() if "warning" in line.lower()]
        wrong += [f"there was a warning: {line}" for line in warned]
        unfinished = list((directory / "traces").glob("*.unfinished"))
        wrong += [f"{len(unfinished)} trace files are unfinished"] if unfinished else []
    found = subprocess.run(["pgrep", "-f", temporary], capture_output=True, text=True, check=False)
    wrong += ["a process was left"] if found.stdout.strip() else []
    print(f"{count} scenarios, {at_once} at once: {taken.seconds:.1f} s, {taken.megabytes:.0f} MB")
    print("\n".join(wrong[:20]) or "each accounted for exactly once, and nothing is left")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])) > 0)
