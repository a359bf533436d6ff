"""What a scenario's fixtures allow: who may begin ahead, and who is held by itself."""

from __future__ import annotations

import pytest

from tests.plugin.concurrency.conftest import Town, asks


def test_a_fixture_of_the_session_is_shared(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-4") for number in range(4)))
    town.conftest(
        """
@pytest.fixture(scope="session", autouse=True)
def database():
    note("open")
    yield
    note(f"close with {len(OPEN)}")
"""
    )

    town.run().assert_outcomes(passed=4)

    assert (town.log("open"), town.log("close")) == (["open"], ["close with 0"])


def test_a_fixture_of_a_file_is_there_for_that_file_alone(town: Town) -> None:
    for file in ("a", "b"):
        town.scenarios(
            *(asks(f"{file}{n}", f"meet-3-{file}") for n in range(3)),
            file=f"scenarios/{file}.yaml",
        )
    town.conftest(
        """
@pytest.fixture(scope="module", autouse=True)
def database(request):
    note(f"open {request.path.stem} with {len(OPEN)}")
    yield
    note(f"close {request.path.stem} with {len(OPEN)}")
"""
    )

    town.run().assert_outcomes(passed=6)

    assert town.log("open") == ["open a with 0", "open b with 0"]
    assert town.log("close") == ["close a with 0", "close b with 0"]
    assert town.most() == 3


def test_a_handler_of_a_session_fixture_serves_all(town: Town) -> None:
    town.scenarios(
        *(asks(f"s{number}", "meet-4") for number in range(4)), handler={"canned": {"find": {}}}
    )
    town.conftest(
        """
import shop

@pytest.fixture(scope="session")
def tavus_handler():
    return shop.app
"""
    )

    town.run().assert_outcomes(passed=4)

    assert town.most() == 4


def test_a_fixture_of_each_scenario_keeps_it_by_itself(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}") for number in range(4)))
    town.conftest(
        """
@pytest.fixture(autouse=True)
def clean():
    note(f"clean {len(OPEN)}")
    yield
    note(f"clean {len(OPEN)}")
"""
    )

    town.run().assert_outcomes(passed=4)

    assert town.log("clean") == ["clean 0"] * 8
    assert town.most() == 1


def test_only_those_that_use_it_are_by_themselves(town: Town) -> None:
    town.scenarios(
        asks("first", "meet-3"),
        asks("its own", fixtures=["clean"]),
        asks("second", "meet-3"),
        asks("third", "meet-3"),
    )
    town.conftest(
        """
@pytest.fixture
def clean():
    note(f"clean {len(OPEN)}")
    yield
    note(f"clean {len(OPEN)}")
"""
    )

    town.run().assert_outcomes(passed=4)

    assert town.log("clean") == ["clean 0"] * 2


def test_a_named_fixture_of_a_plugin_counts(town: Town) -> None:
    town.scenarios(asks("first", fixtures=["tmp_path"]), asks("second", fixtures=["tmp_path"]))

    town.run().assert_outcomes(passed=2)

    assert town.most() == 1


def test_what_a_plugin_sets_up_for_every_test_does_not_count(town: Town) -> None:
    town.scenarios(asks("first", "meet-2"), asks("second", "meet-2"))
    town.write(
        "plug.py", "import pytest\n\n@pytest.fixture(autouse=True)\ndef plugged():\n    pass\n"
    )

    town.run("-p", "plug").assert_outcomes(passed=2)


def test_directories_with_conftests_of_their_own_are_told_apart(town: Town) -> None:
    for place in ("one", "two"):
        town.scenarios(
            *(asks(f"{place}{n}", "meet-2") for n in range(2)), file=f"scenarios/{place}/a.yaml"
        )
    town.conftest(
        """
@pytest.fixture(autouse=True)
def clean():
    note(f"clean {len(OPEN)}")
""",
        file="scenarios/two/conftest.py",
    )
    town.scenarios(asks("two0"), asks("two1"), file="scenarios/two/a.yaml")

    town.run().assert_outcomes(passed=4)

    assert town.log("clean") == ["clean 0"] * 2


def test_nothing_is_in_flight_during_a_test_of_another_kind(town: Town) -> None:
    town.scenarios(*(asks(f"s{number}", "meet-4") for number in range(4)))
    town.scenarios(*(asks(f"t{number}", "meet-4") for number in range(4)), file="scenarios/z.yaml")
    town.write(
        "scenarios/test_python.py", "from shop import OPEN\ndef test_alone(): assert not OPEN\n"
    )

    run = town.run("scenarios/a.yaml", "scenarios/test_python.py", "scenarios/z.yaml")

    run.assert_outcomes(passed=9)
    assert town.most() > 1


def test_an_alone_scenario_is_held_while_no_other_is(town: Town) -> None:
    met = [asks(f"s{number}", "meet-6") for number in range(6)]
    town.scenarios(*met[:3], asks("alone", alone=True), *met[3:])

    town.run().assert_outcomes(passed=7)

    lines = town.log()
    assert lines[lines.index("begin alone of 1") + 1] == "end alone"
    assert town.most() == 6


def test_scenarios_with_the_same_lock_are_held_one_at_a_time(town: Town) -> None:
    town.scenarios(
        *(asks(f"locked{number}", lock="orders-db") for number in range(4)),
        asks("free1", "meet-2"), asks("free2", "meet-2"),
    )  # fmt: skip

    town.run().assert_outcomes(passed=6)

    locked = [line.split()[:2] for line in town.log() if "locked" in line]
    assert [word for word, _ in locked] == ["begin", "end"] * 4


def test_scenarios_with_other_locks_are_held_at_once(town: Town) -> None:
    town.scenarios(asks("one", "meet-2", lock="orders"), asks("two", "meet-2", lock=["mail"]))

    town.run().assert_outcomes(passed=2)


@pytest.mark.parametrize("mark", [{"skip": "not today"}, {"xfail": "known"}])
def test_a_skipped_scenario_is_never_begun(town: Town, mark: dict[str, str]) -> None:
    town.scenarios(asks("first"), asks("marked", says="nothing", marks=[mark]), asks("last"))

    run = town.run()

    skipped = "skip" in mark
    run.assert_outcomes(passed=2, skipped=int(skipped), xfailed=int(not skipped))
    assert any("marked" in line for line in town.log()) is not skipped


@pytest.mark.parametrize("mark", ["skipif(True, reason='no')", "xfail(run=False)"])
def test_what_a_mark_of_the_users_decides_is_not_begun_ahead(town: Town, mark: str) -> None:
    town.scenarios(asks("first"), asks("marked", tags=["mine"]), asks("last"))
    town.conftest(
        f"""
def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("mine"):
            item.add_marker(pytest.mark.{mark})
"""
    )

    town.run()

    assert [line.split()[1] for line in town.log("begin")] == ["first", "last"]


def test_what_a_conftest_decides_at_set_up_is_not_begun_ahead(town: Town) -> None:
    town.scenarios(asks("first"), asks("second"), asks("last"))
    town.conftest(
        """
def pytest_runtest_setup(item):
    if item.name == "second":
        pytest.skip("not here")
"""
    )

    town.run().assert_outcomes(passed=2, skipped=1)

    assert [line.split()[1] for line in town.log("begin")] == ["first", "last"]


def test_a_fixture_that_fails_fails_each_scenario_and_begins_none(town: Town) -> None:
    town.scenarios(asks("first"), asks("second"))
    town.conftest(
        """
@pytest.fixture(scope="session", autouse=True)
def database():
    raise RuntimeError("no database")
"""
    )

    run = town.run("--tb=long")

    run.assert_outcomes(errors=2)
    assert town.log() == []
    run.stdout.no_fnmatch_line("*pytest_tavus*")
