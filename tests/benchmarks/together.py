"""``python -m tests.benchmarks.together``: what many conversations at once gain and cost.

Every number is a ratio of two things measured side by side in this run: a suite that waits against
the same waits under `asyncio.gather`; a suite that computes, at once and one by one; two workers
and one; one sender of requests with one and with fifty calls in flight.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

from pytest_tavus.clock import RealClock
from pytest_tavus.handler.call.address import parse_base_address
from pytest_tavus.handler.call.port import CallRef
from pytest_tavus.handler.http.handler import RemoteHandler
from pytest_tavus.wire import HttpRequest
from tests.benchmarks.measure import Taken, pytest_run, seconds, server, times
from tests.benchmarks.suites import Writer, noop, ours_in_process, ours_working, waiting

TURNS, SECONDS = 2, 1.0

XDIST: Mapping[str, Writer] = {
    "scenarios": ours_in_process,
    "scenarios whose application works for 10 ms": ours_working,
    "no-op tests": noop,
}


def ideal(count: int, at_once: int) -> float:
    """Return the seconds that the waits of a suite take under `asyncio.gather` alone."""

    async def conversation(room: asyncio.Semaphore) -> None:
        async with room:
            for _ in range(TURNS):
                await asyncio.sleep(SECONDS)

    async def main() -> None:
        room = asyncio.Semaphore(at_once)
        await asyncio.gather(*(conversation(room) for _ in range(count)))

    began = time.perf_counter()
    asyncio.run(main())
    return time.perf_counter() - began


def start_up(directory: Path, arguments: list[str]) -> Taken:
    """Return what a run takes without its conversations: starting, reading the files, ending."""
    collecting = [*arguments, "--collect-only"]
    pytest_run(directory, collecting)  # the first run compiles and warms caches
    return pytest_run(directory, collecting)


def latency_bound(count: int, at_once: int, directory: Path) -> None:
    """Print how near a suite that waits comes to its ideal."""
    place = directory / f"w{count}"
    arguments = [*waiting(place, count, ""), f"--tavus-concurrency={at_once}"]
    around, whole = start_up(place, arguments), pytest_run(place, arguments)
    taken, best = whole.seconds - around.seconds, ideal(count, at_once)
    print(
        f"latency-bound, {count} scenarios x {TURNS} turns x {SECONDS:g} s, {at_once} at once: "
        f"{taken:.2f} s = {taken / best:.2f} x the ideal of {best:.2f} s "
        f"(processor time {whole.cpu - around.cpu:.2f} s; one by one {count * TURNS * SECONDS:.0f})"
    )


def cpu_bound(count: int, rounds: int, directory: Path) -> None:
    """Print what concurrency costs a suite that has nothing to wait for."""
    place = directory / "c"
    arguments = ours_in_process(place, count, "")
    runs: dict[int, list[Taken]] = {1: [], 8: [], 64: []}
    for _ in range(rounds):
        for at_once, taken in runs.items():
            taken.append(pytest_run(place, [*arguments, f"--tavus-concurrency={at_once}"]))
    for at_once in (8, 64):
        wall = times(runs[at_once], runs[1])
        cpu = times(runs[at_once], runs[1], figure=attrgetter("cpu"))
        print(
            f"CPU-bound, {count} scenarios, {at_once} at once: {wall:.2f} x one by one "
            f"({cpu:.2f} x its processor time)"
        )


def workers(count: int, rounds: int, directory: Path) -> None:
    """Print what two workers of pytest-xdist gain, beside what tests gain that do nothing."""
    for name, writes in XDIST.items():
        place = directory / f"x-{writes.__name__}"
        arguments = writes(place, count, "")
        one: list[Taken] = []
        two: list[Taken] = []
        for _ in range(rounds):
            one.append(pytest_run(place, arguments))
            two.append(pytest_run(place, [*arguments, "-p", "xdist", "-n", "2"]))
        print(f"xdist -n 2, {count} {name}: {seconds(one) / seconds(two):.2f} x the throughput")


def memory(directory: Path) -> None:
    """Print what a scenario takes that has ended ahead of its turn, or waits to begin."""
    sizes: dict[int, float] = {}
    for count in (200, 1000):
        place = directory / f"m{count}"
        arguments = [*waiting(place, count, ""), f"--tavus-concurrency={count}"]
        one = pytest_run(place, [*arguments, "--collect-only"]).megabytes
        sizes[count] = pytest_run(place, arguments).megabytes - one
    per = (sizes[1000] - sizes[200]) / 800 * 1024
    print(f"memory: {per:.0f} KB per scenario in flight or waiting")


def sender(count: int, rounds: int) -> None:
    """Print what a request costs with fifty in flight against one at a time, by one sender."""

    async def sent(url: str, at_once: int) -> float:
        remote = RemoteHandler(parse_base_address(url))
        room, clock = asyncio.Semaphore(at_once), RealClock()
        request = HttpRequest(
            method="POST",
            url="https://shop.example.com/orders/status",
            headers=(("Content-Type", "application/json"),),
            body=b'{"order_id": "A-10428"}',
        )
        call = CallRef(conversation_id="c", call_id="1", tool="get_order_status")

        async def one() -> None:
            async with room:
                exchange = await remote.send(request, call=call, within=30, clock=clock)
                assert exchange.response is not None, exchange.fault

        await asyncio.gather(*(one() for _ in range(100)))
        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        taken = time.perf_counter() - began
        await remote.close()
        return taken / count * 1000

    with server() as url:
        pairs = [(asyncio.run(sent(url, 1)), asyncio.run(sent(url, 50))) for _ in range(rounds)]
    single, fifty = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    print(f"a request, 50 in flight: {fifty / single:.2f} x one at a time ({single:.2f} ms)")


def main(rounds: int = 5) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        latency_bound(40, 40, directory)
        latency_bound(400, 100, directory)
        cpu_bound(1000, rounds, directory)
        workers(2000, max(1, rounds // 2), directory)
        memory(directory)
    sender(2000, rounds)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
