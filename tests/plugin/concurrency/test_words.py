"""What a conversation prints and logs belongs to its own scenario, wherever it was held."""

from __future__ import annotations

import pytest

from tests.plugin.concurrency.conftest import Town, asks

WSGI = """
import json
import logging
import sys
import threading

MEET = threading.Barrier(3, timeout=30)


def app(environ, start_response):
    asked = json.loads(environ["wsgi.input"].read())
    MEET.wait()
    print("print", asked["who"])
    print("error", asked["who"], file=sys.stderr)
    logging.getLogger("shop").warning("log %s", asked["who"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


def client(arguments):
    MEET.wait()
    print("print", arguments["who"])
    print("error", arguments["who"], file=sys.stderr)
    logging.getLogger("shop").warning("log %s", arguments["who"])
    return "found"
"""

SECTIONS = """
def pytest_runtest_logreport(report):
    if report.when == "call":
        note(f"words of {report.nodeid.partition('::')[2]}: "
             + ", ".join(text.strip().replace(chr(10), "/") for _, text in report.sections))
"""

NAMES = ("first", "second", "third")


@pytest.mark.parametrize("capture", ["fd", "sys"])
def test_of_an_application_in_this_process(town: Town, capture: str) -> None:
    town.scenarios(*(asks(name, "meet-3") for name in NAMES))
    town.conftest(SECTIONS)

    town.run(f"--capture={capture}", "-p", "no:logging").assert_outcomes(passed=3)

    assert town.log("words") == [f"words of {name}: print {name}" for name in NAMES]


def test_what_is_logged_is_in_its_own_report(town: Town) -> None:
    town.scenarios(*(asks(name, "meet-3") for name in NAMES))
    town.conftest(SECTIONS)

    town.run("--log-format=%(message)s").assert_outcomes(passed=3)

    assert town.log("words") == [f"words of {n}: print {n}, log {n}" for n in NAMES]


def test_the_level_that_pytest_is_told_holds_ahead_too(town: Town) -> None:
    town.write("shop.py", (town.path / "shop.py").read_text().replace(".warning(", ".info("))
    town.scenarios(*(asks(name, "meet-3") for name in NAMES))
    town.conftest(SECTIONS)

    town.run("--log-format=%(message)s", "--log-level=INFO").assert_outcomes(passed=3)

    assert town.log("words") == [f"words of {n}: print {n}, log {n}" for n in NAMES]


def test_without_capture_they_come_one_after_the_other(town: Town) -> None:
    town.scenarios(*(asks(name, "meet-3") for name in NAMES))

    run = town.run("-s")

    said = [line.rpartition("print ")[2] for line in run.outlines if "print " in line]
    assert [line.rstrip(".") for line in said] == list(NAMES)


def test_of_a_wsgi_application_and_its_threads(town: Town) -> None:
    town.write("wsgi.py", WSGI)
    town.scenarios(*(asks(name) for name in NAMES), handler="wsgi:app")
    town.conftest(SECTIONS)

    town.run("--log-format=%(message)s").assert_outcomes(passed=3)

    assert town.log("words") == [f"words of {n}: print {n}, error {n}, log {n}" for n in NAMES]


def test_of_a_client_callable_and_its_thread(town: Town) -> None:
    pal = (town.path / "scenarios/shop.pal.yaml").read_text()
    delivery = pal.index("    delivery:")
    town.write("scenarios/shop.pal.yaml", pal[:delivery] + "    delivery: {app_message: true}\n")
    town.write("page.py", WSGI)
    client = {"find": {"call": "page:client"}}
    town.scenarios(*(asks(name, client=client) for name in NAMES), handler=None)
    town.conftest(SECTIONS)

    town.run("--log-format=%(message)s").assert_outcomes(passed=3)

    assert town.log("words") == [f"words of {n}: print {n}, error {n}, log {n}" for n in NAMES]


def test_streams_and_loggers_are_left_as_they_were(town: Town) -> None:
    town.scenarios(*(asks(name, "meet-3") for name in NAMES))
    town.conftest(
        """
import logging, sys

BEFORE = []

def state():
    root = logging.getLogger()
    handlers = [one for one in root.handlers if type(one).__name__ != "CrashLog"]
    filters = [one.filters[:] for one in handlers]
    return (root.level, handlers, filters, "write" in vars(sys.stdout))

@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish():
    BEFORE.append(state())

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish():
    note(f"same {BEFORE[0] == state()}")
    return (yield)
"""
    )

    town.run("--log-level=INFO").assert_outcomes(passed=3)

    assert town.log("same") == ["same True"]
