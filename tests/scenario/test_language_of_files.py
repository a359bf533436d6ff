"""What a file says for its scenarios, and what a scenario says beside its turns."""

from __future__ import annotations

from pathlib import Path

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import Mark
from tests.scenario.files import loaded, lone


def test_a_scenario_replaces_what_the_file_says(tmp_path: Path) -> None:
    first, second = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        handler: apps.orders:app
        tags: [slow]
        extra: allowed
        deadline: 20s
        scenarios:
          - name: as the file says
            turns: [{user: hi, calls: [show_map]}]
          - name: as it says itself
            handler: {url: "http://127.0.0.1:8000"}
            tags: fast
            extra: refused
            turns: [{user: hi, calls: none}, {user: bye, extra: allowed}]
        """,
    )
    assert first.handler is not None
    assert (first.handler.app, first.handler.at) == ("apps.orders:app", ("handler",))
    assert (first.tags, first.turns[0].extra, first.deadline) == (("slow",), True, 20.0)
    assert second.handler is not None
    assert (second.handler.app, second.handler.url) == (None, "http://127.0.0.1:8000")
    assert second.handler.at == ("scenarios", 1, "handler")
    assert second.tags == ("fast",)
    assert [turn.extra for turn in second.turns] == [False, True]


def test_a_scenario_can_be_held_by_itself_or_within_its_locks(tmp_path: Path) -> None:
    plain, locked, alone = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        handler: apps.orders:app
        lock: orders-db
        scenarios:
          - name: as the file says
            turns: [{user: hi, calls: [show_map]}]
          - name: with locks of its own
            lock: [mail, sms, mail]
            turns: [{user: hi, calls: [show_map]}]
          - name: by itself
            alone: true
            turns: [{user: hi, calls: [show_map]}]
        """,
    )
    assert (plain.alone, plain.locks) == (False, ("orders-db",))
    assert locked.locks == ("mail", "sms")
    assert alone.alone


def test_scenarios_of_a_file_share_what_the_file_says(tmp_path: Path) -> None:
    first, second = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        handler: apps.orders:app
        scenarios:
          - {name: a, turns: [{user: hi, calls: none}]}
          - {name: b, turns: [{user: hi, calls: none}]}
        """,
    )
    assert first.pal is second.pal
    assert first.handler is second.handler


def test_a_lone_scenario_is_named_after_its_file(tmp_path: Path) -> None:
    assert (
        lone(tmp_path, "pal: support.pal.yaml\nturns: [{user: hi, calls: none}]").name == "orders"
    )


def test_a_handler_and_clients_answer(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        """\
        pal: support.pal.yaml
        handler:
          command: python -m shop --port {port}
          startup_timeout: 3s
          env: [DATABASE_URL]
          token: secret-token
          canned:
            get_order_status:
              - {when: {order_id: !re "^X"}, status: 404, delay: 2s, body: {error: unknown}}
              - {fault: timeout}
            cancel_order: {body: {ok: true}}
        client:
          show_map: shown
        turns: [{user: hi, calls: none}]
        """,
    )
    handler = scenario.handler
    assert handler is not None
    assert handler.command == ("python", "-m", "shop", "--port", "{port}")
    assert (handler.startup_timeout, handler.env) == (3.0, ("DATABASE_URL",))
    assert handler.token is not None
    assert (handler.token.access_token, handler.token.expires_in) == ("secret-token", 3600)
    unknown, late = handler.canned["get_order_status"]
    assert unknown.when == {"order_id": build_matcher("re", "^X")}
    assert (unknown.status, unknown.delay, unknown.body) == (404, 2.0, {"error": "unknown"})
    assert late.fault == "timeout"
    assert handler.canned["cancel_order"][0].body == {"ok": True}
    assert [answer.output for answer in scenario.client["show_map"]] == ["shown"]


def test_rows_make_a_scenario_each_and_keep_types(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        scenarios:
          - name: order {row.order}
            parametrize:
              - {order: A-1, wait: 2}
              - {id: odd one, order: "{x}", wait: 3}
            turns:
              - user: Where is {row.order}?
                calls: [{get_order_status: {order_id: "{row.order}"}}]
                within: "{row.wait}"
        """,
    )
    assert [one.name for one in found] == ["order A-1[A-1-2]", "order {x}[odd one]"]
    assert [one.turns[0].within for one in found] == [2.0, 3.0]
    assert found[1].turns[0].user == "Where is {{x}}?"


def test_a_matrix_is_every_combination(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        name: any
        parametrize: {matrix: {a: [1, 2], b: [x, {y: 1}]}}
        turns: [{user: "{row.a} {row.b}", calls: none}]
        """,
    )
    assert [one.name for one in found] == ["any[1-x]", "any[row2]", "any[2-x]", "any[row4]"]
    assert found[1].turns[0].user == '1 {{"y": 1}}'


def test_rows_reach_what_the_file_says(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """\
        pal: support.pal.yaml
        handler: {canned: {get_order_status: {body: {status: "{row.status}"}}}}
        scenarios:
          - name: any
            parametrize: [{status: sent}, {status: lost}]
            turns: [{user: hi, calls: none}]
        """,
    )
    bodies = [one.handler.canned["get_order_status"][0].body for one in found if one.handler]
    assert bodies == [{"status": "sent"}, {"status": "lost"}]


def test_marks_carry_their_reasons(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        """\
        pal: support.pal.yaml
        marks: [{xfail: the handler is not finished}, smoke]
        turns: [{user: hi, calls: none}]
        """,
    )
    assert scenario.marks == (
        Mark(name="xfail", reason="the handler is not finished"),
        Mark(name="smoke"),
    )


def test_judge_rules_of_the_scenario_win_over_those_of_the_pal(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        """\
        pal:
          pal_name: P
          tools:
            - name: book
              description: Book a table.
              parameters: {type: object, properties: {}}
              delivery: {app_message: true}
          judge_rules:
            objectives: {booked: {called: book}, greeted: {said: hello}}
        judge:
          objectives: {booked: satisfied, greeted: unsatisfied}
          guardrails: {polite: held}
          knowledge_base: unused
          rules:
            objectives: {greeted: {said: [good morning]}}
            guardrails: {polite: {never_said: idiot}}
        turns: [{user: hi, calls: none}]
        """,
    )
    rules = scenario.judge_rules
    assert rules.objectives["booked"].called == ("book",)
    assert rules.objectives["greeted"].said == ("good morning",)
    assert rules.guardrails["polite"].never_said == ("idiot",)
    assert scenario.judge is not None
    assert scenario.judge.objectives == {"booked": True, "greeted": False}
    assert (scenario.judge.guardrails, scenario.judge.knowledge_base) == ({"polite": True}, False)
