"""``python -m tests.benchmarks.profile [N] [ROUNDS]``: where the time of a green scenario goes.

Two turns, one call, the application in this process. Prints the table of `docs/performance.md`:
processor time for one scenario, from the medians of interleaved rounds. What runs inside of pytest
is the difference between whole runs, and so are the parts that nothing else reaches: a busy machine
shows in them first.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pytest_tavus.clock import RealClock
from pytest_tavus.handler.asgi.handler import start_asgi
from pytest_tavus.handler.call.port import CallRef, Handler
from pytest_tavus.report.record import Record, record, user_properties
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.report.summary import summary_lines
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.scenario.load.parse import load_scenarios
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.trace.log import Trace
from pytest_tavus.wire import HttpRequest
from tests.benchmarks.handler import app
from tests.benchmarks.measure import pytest_run
from tests.benchmarks.suites import noop, ours_in_process

MEASURED_BY: Mapping[str, str] = {
    "load": "`load_scenarios`: text, models, rules",
    "plan": "`--collect-only`, less that of a test that does nothing and less `load`: items, marks",
    "play": "`Runner.play`, less `gateway`: brain, delivery, trace",
    "gateway": "`Handler.send`: recorder, and the application's own work",
    "checks": "`Runner.judge`",
    "report": "record, JUnit properties and summary",
    "pytest": "a test that does nothing",
    "item": "a whole run, less all of these: fixtures, marks, hooks, the record's way",
}
"""The parts, in the order in which a scenario passes them, and what each is measured by."""

REQUEST = HttpRequest(
    method="POST",
    url="https://shop.example.com/orders/status",
    headers=(("Content-Type", "application/json"),),
    body=b'{"order_id": "A-10428"}',
)


@contextmanager
def staged(directory: Path) -> Generator[Runner]:
    """Open a runner of this process."""
    runner = Runner(Settings(scenarios=directory), root=directory, environ={})
    try:
        yield runner
    finally:
        runner.close()


def microseconds(count: int, work: Callable[[], object]) -> float:
    """Return the processor time of one of `count` things that are done by `work`."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / count * 1e6


def inside(runner: Runner, directory: Path, count: int) -> dict[str, float]:
    """Measure what can be called by itself."""
    file, taken = directory / "orders.yaml", dict[str, float]()
    taken["load"] = microseconds(count, lambda: load_scenarios(file, root=directory))
    scenarios = load_scenarios(file, root=directory)
    traces: list[Trace] = []
    results: list[ScenarioResult] = []
    whole = microseconds(count, lambda: traces.extend(_play(runner, one) for one in scenarios))
    taken["gateway"] = sending(runner, count)
    taken["play"] = whole - taken["gateway"]
    pairs = tuple(zip(scenarios, traces, strict=True))
    judged = (_judge(runner, scenario, trace) for scenario, trace in pairs)
    taken["checks"] = microseconds(count, lambda: results.extend(judged))
    taken["report"] = microseconds(count, lambda: _report(results))
    assert all(one.verdict.outcome == "passed" for one in results)
    return taken


def sending(runner: Runner, count: int) -> float:
    """Measure a request to the application through the gateway."""

    async def send(handler: Handler) -> None:
        call = CallRef(conversation_id="c", call_id="1", tool="get_order_status")
        for _ in range(count):
            exchange = await handler.send(REQUEST, call=call, within=30, clock=RealClock())
            assert exchange.response is not None, exchange.fault

    handler = runner.loop.run(start_asgi(app, within=30))
    try:
        return microseconds(count, lambda: runner.loop.run(send(handler)))
    finally:
        runner.loop.run(handler.close())


def _play(runner: Runner, scenario: Scenario) -> Trace:
    return runner.loop.run(runner.play(scenario))


def _judge(runner: Runner, scenario: Scenario, trace: Trace) -> ScenarioResult:
    return runner.loop.run(runner.judge(scenario, trace))


def _report(results: list[ScenarioResult]) -> None:
    records: list[Record] = [record(one) for one in results]
    for one in records:
        user_properties(one)
    summary_lines(records)


def runs(directory: Path, count: int) -> dict[str, float]:
    """Measure whole runs of pytest: of scenarios and of tests that do nothing, and collecting."""
    taken = dict[str, float]()
    for name, writes in (("scenarios", ours_in_process), ("no-op", noop)):
        for kind, more in (("run", ()), ("collected", ("--collect-only", "-qq"))):
            cost = [_cpu(directory, f"{name}{size}", size, writes, more) for size in (1, count + 1)]
            taken[f"{name} {kind}"] = (cost[1] - cost[0]) / count * 1e6
    return taken


def _cpu(
    directory: Path,
    name: str,
    count: int,
    writes: Callable[[Path, int, str], list[str]],
    more: tuple[str, ...],
) -> float:
    place = directory / name
    return pytest_run(place, [*writes(place, count, ""), *more]).cpu


def parts(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return every part, with those that are differences, from the medians of the rounds."""
    taken = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    whole = {name: taken.pop(name) for name in tuple(taken) if " " in name}
    collecting = whole["scenarios collected"] - whole["no-op collected"]
    every = {**taken, "plan": collecting - taken["load"], "pytest": whole["no-op run"]}
    every["item"] = whole["scenarios run"] - sum(every.values())
    return every


def table(every: Mapping[str, float]) -> Iterator[str]:
    """Yield the table as it stands in the documentation."""
    yield "| part | microseconds | measured by |"
    yield "|---|---|---|"
    for name, how in MEASURED_BY.items():
        yield f"| {name} | {every[name]:.0f} | {how} |"
    yield f"| all of it | {sum(every.values()):.0f} | a whole run, less one of a single scenario |"


def main(count: int = 1000, rounds: int = 5) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        ours_in_process(directory / "here", count, "")
        taken: list[dict[str, float]] = []
        for _ in range(rounds):
            with staged(directory / "here") as runner:
                inside(runner, directory / "here", count)  # the first time warms what is cached
                measured = inside(runner, directory / "here", count)
            taken.append({**measured, **runs(directory, count)})
    print(*table(parts(taken)), sep="\n")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
