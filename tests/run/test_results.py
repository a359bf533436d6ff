"""The whole river, without pytest: a file in, a result out."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.trace import codec
from pytest_tavus.trace.events import ToolDelivered
from tests.run.conftest import FINDS, PAL, BuildProject, asgi, close_reason, found


def test_a_scenario_passes_with_its_provenance(build_project: BuildProject) -> None:
    result = build_project().run(FINDS)

    assert result.verdict.outcome == "passed"
    assert result.provenance == "scripted PAL, canned answers"
    assert result.scenario.name == "finds a table"
    assert result.trace_path is None
    assert close_reason(result.trace) == "finished"


@pytest.mark.parametrize(
    ("turn", "handler", "provenance"),
    [
        ("calls: [find]", asgi(lambda scope, body: {}), "scripted PAL, real handler"),
        ("calls: [find]", None, "scripted PAL, canned answers"),
        ("calls: [show]", None, "scripted PAL, client outputs"),
        ("calls: [find, show]", None, "scripted PAL, canned answers + client outputs"),
        ("calls: none", None, "scripted PAL, no tool call"),
    ],
)
def test_the_provenance_says_who_answered(
    build_project: BuildProject, turn: str, handler: object, provenance: str
) -> None:
    result = build_project().run(
        "pal: waiter.pal.yaml\n"
        "handler: {canned: {find: {}}}\n"
        "client: {show: shown}\n"
        "scenarios:\n"
        f"  - turns: [{{user: Hello., {turn}}}]\n",
        handler=handler,
    )

    assert result.verdict.outcome == "passed"
    assert result.provenance == provenance


def test_a_result_that_fails_keeps_what_happened(build_project: BuildProject) -> None:
    result = build_project().run(FINDS.replace("says: Table 7", "says: Table 8"))

    assert result.verdict.outcome == "failed"
    assert [kind for kind, _, _ in found(result)] == ["missing_speech"]
    assert result.trace.calls()


def test_a_trace_is_kept_where_the_result_says(build_project: BuildProject, tmp_path: Path) -> None:
    result = build_project(trace_dir=tmp_path / "traces").run(FINDS)

    assert result.trace_path is not None
    header, trace = codec.read(Path(result.trace_path))
    assert (header.scenario, header.provenance) == ("finds a table", result.provenance)
    assert (header.file, header.line) == ("s.yaml", 5)
    assert trace == result.trace


def test_a_stored_trace_is_judged_as_the_conversation_was(
    build_project: BuildProject, tmp_path: Path
) -> None:
    project = build_project(trace_dir=tmp_path / "traces")
    (scenario,) = project.load(FINDS.replace("says: Table 7", "says: Table 8"))
    held = project.runner.run(scenario)
    assert held.trace_path is not None
    _, trace = codec.read(Path(held.trace_path))

    judged = project.runner.loop.run(project.runner.judge(scenario, trace))

    assert judged.verdict == held.verdict
    assert judged.provenance == held.provenance


def test_a_delivery_is_in_the_trace_although_nobody_waited_for_it(
    build_project: BuildProject,
) -> None:
    project = build_project()
    (project.path / "waiter.pal.yaml").write_text(
        PAL.replace("on_resolve: generate_response", "on_resolve: fire_and_forget")
    )
    text = FINDS.replace("Table {result.table}.", "Noted.").replace("Table 7", "Noted")

    result = project.run(text, handler=asgi(lambda scope, body: {"table": 7}))

    assert result.verdict.outcome == "passed"
    order = [type(entry.event).__name__ for entry in result.trace]
    assert order == [
        "SessionOpened",
        "UserSaid",
        "ToolCalled",
        "PalSaid",
        "ToolDelivered",
        "ToolResolved",
        "TurnEnded",
        "SessionClosed",
    ]
    ((_, delivered),) = result.trace.of(ToolDelivered)
    assert delivered.exchange.response is not None


def test_an_override_of_no_cell_is_refused_at_once(tmp_path: Path) -> None:
    settings = Settings(
        scenarios=tmp_path, simulator={"on_resolve.generate_respons.error": "nothing"}
    )

    with pytest.raises(ScenarioError) as refused:
        Runner(settings, root=tmp_path, environ={})

    assert str(refused.value) == (
        "there is no cell 'on_resolve.generate_respons.error' in the on_call and on_resolve "
        "tables\n    hint: did you mean 'on_resolve.generate_response.error'?"
    )


def test_an_override_changes_what_is_heard_and_what_is_expected(
    build_project: BuildProject,
) -> None:
    text = FINDS.replace("        says: Table 7\n", "")

    silent = build_project(simulator={"on_resolve.generate_response.success": "nothing"}).run(text)

    assert silent.verdict.outcome == "passed"
    assert "PalSaid" not in {type(entry.event).__name__ for entry in silent.trace}
