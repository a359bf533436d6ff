"""The whole river, without pytest: a file in, a result out."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.gateway.asgi_call import AsgiApp, Message, Receive, Send
from pytest_tavus.options import Settings
from pytest_tavus.outcome import VerdictError
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.scenario.model import Scenario
from pytest_tavus.stage import Stage
from pytest_tavus.trace import codec
from pytest_tavus.trace.events import Fault, SessionClosed, ToolDelivered
from pytest_tavus.trace.log import Trace

PAL = """
pal_name: Waiter
tools:
  - name: find
    description: Finds a table.
    parameters: {type: object, properties: {guests: {type: integer}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/find", timeout: 30}}
  - name: cancel
    description: Cancels a booking.
    parameters: {type: object, properties: {id: {}}}
    on_call: silent
    on_resolve: generate_response
    delivery: {api: {url: "https://shop.example/cancel"}}
  - name: show
    description: Shows the plan.
    on_call: silent
    on_resolve: generate_response
"""

FINDS = """
pal: waiter.pal.yaml
handler: {canned: {find: {body: {table: 7}}}}
scenarios:
  - name: finds a table
    turns:
      - user: A table for two.
        calls: [find: {guests: 2}]
        plays: Table {result.table}.
        says: Table 7
"""

Staged = Callable[..., "House"]


class House:
    """A directory of scenario files with a stage for them."""

    def __init__(self, path: Path, environ: Mapping[str, str], **settings: Any) -> None:
        self.path = path
        (path / "waiter.pal.yaml").write_text(PAL)
        self.stage = Stage(
            Settings(scenarios=path / "scenarios", **settings), root=path, environ=environ
        )

    def load(self, text: str, file: str = "s.yaml") -> tuple[Scenario, ...]:
        path = self.path / file
        path.write_text(text)
        return self.stage.load(path)

    def run(self, text: str, *, handler: object | None = None) -> ScenarioResult:
        """Play the one scenario of a file."""
        (scenario,) = self.load(text)
        return self.stage.run(scenario, handler=handler)


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    houses: list[House] = []

    def build(environ: Mapping[str, str] | None = None, **settings: Any) -> House:
        houses.append(House(tmp_path, environ or {}, **settings))
        return houses[-1]

    yield build
    for house in houses:
        house.stage.close()


def asgi(answer: Callable[[Message, Any], Any], *, status: int = 200) -> AsgiApp:
    """An application that answers JSON with JSON. What `answer` returns may be awaitable."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            message = "there is none"
            raise LookupError(message)
        body = json.loads((await receive())["body"] or b"null")
        found = answer(scope, body)
        if asyncio.iscoroutine(found):
            found = await found
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    return app


def closed(trace: Trace) -> str:
    last = trace.entries[-1].event
    assert isinstance(last, SessionClosed)
    return last.reason


def faults(trace: Trace) -> list[Fault]:
    return [event for _, event in trace.of(Fault)]


def found(result: ScenarioResult) -> list[tuple[str, str, str]]:
    return [(each.kind, each.owner, each.message) for each in result.verdict.findings]


def test_a_scenario_passes_with_its_provenance(staged: Staged) -> None:
    result = staged().run(FINDS)

    assert result.verdict.outcome == "passed"
    assert result.provenance == "scripted PAL, canned answers"
    assert result.scenario.name == "finds a table"
    assert result.trace_path is None
    assert closed(result.trace) == "finished"


@pytest.mark.parametrize(
    ("turn", "handler", "provenance"),
    [
        ("calls: [find]", asgi(lambda scope, body: {}), "scripted PAL, real handler"),
        ("calls: [find]", None, "scripted PAL, canned answers"),
        ("calls: [show]", None, "scripted PAL, client tools"),
        ("calls: [find, show]", None, "scripted PAL, canned answers + client tools"),
        ("calls: none", None, "scripted PAL, no tool call"),
    ],
)
def test_the_provenance_says_who_answered(
    staged: Staged, turn: str, handler: object, provenance: str
) -> None:
    result = staged().run(
        "pal: waiter.pal.yaml\n"
        "handler: {canned: {find: {}}}\n"
        "client: {show: shown}\n"
        "scenarios:\n"
        f"  - turns: [{{user: Hello., {turn}}}]\n",
        handler=handler,
    )

    assert result.verdict.outcome == "passed"
    assert result.provenance == provenance


def test_a_result_that_fails_keeps_what_happened(staged: Staged) -> None:
    result = staged().run(FINDS.replace("says: Table 7", "says: Table 8"))

    assert result.verdict.outcome == "failed"
    assert [kind for kind, _, _ in found(result)] == ["missing_speech"]
    assert result.trace.calls()


def test_a_handler_that_does_not_start_is_a_fault_and_nothing_is_played(staged: Staged) -> None:
    result = staged().run(FINDS.replace("canned: {find: {body: {table: 7}}}", "app: 'nowhere:app'"))

    assert result.verdict.outcome == "failed"
    (fault,) = faults(result.trace)
    assert fault.owner == "handler"
    assert fault.message.startswith("there is no module 'nowhere'")
    assert found(result) == [
        ("fault", "handler", fault.message),
        ("not_run", "handler", f"turn 1 of 1 was not played: {fault.message}"),
    ]
    assert closed(result.trace) == "fault"
    assert result.provenance == "not held"


def test_a_handler_that_raises_while_it_starts_gives_its_traceback(staged: Staged) -> None:
    house = staged()
    (house.path / "raises_at_import.py").write_text("def app(): pass\n1 / 0\n")

    result = house.run(
        FINDS.replace("canned: {find: {body: {table: 7}}}", "app: 'raises_at_import:app'")
    )

    (fault,) = faults(result.trace)
    assert fault.message == (
        "importing 'raises_at_import' raised ZeroDivisionError: division by zero"
    )
    assert fault.detail is not None
    assert "    1 / 0" in fault.detail
    assert "pytest_tavus" not in fault.detail


async def for_ever(scope: Message, body: Any) -> None:
    await asyncio.Event().wait()


def test_a_conversation_over_its_deadline_names_the_open_call(staged: Staged) -> None:
    result = staged(deadline=0.05).run(FINDS, handler=asgi(for_ever))

    assert faults(result.trace) == [
        Fault(
            owner="handler",
            message=("the conversation did not end within 0.05 s; find had not been answered"),
        )
    ]
    assert closed(result.trace) == "deadline"
    assert found(result)[0][:2] == ("fault", "handler")


def test_a_scenario_may_have_a_deadline_of_its_own(staged: Staged) -> None:
    text = FINDS.replace("    turns:", "    deadline: 50ms\n    turns:")

    result = staged(deadline=3600.0).run(text, handler=asgi(for_ever))

    assert closed(result.trace) == "deadline"


def test_a_deadline_without_an_open_call_is_the_scenarios(staged: Staged) -> None:
    async def slow_start(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    result = staged(deadline=0.05).run(FINDS, handler=slow_start)

    assert faults(result.trace) == [
        Fault(owner="test", message="the conversation did not end within 0.05 s")
    ]


def test_a_client_callable_that_hangs_does_not_hold_up_the_run(staged: Staged) -> None:
    house = staged(deadline=0.05)
    (house.path / "hanging_page.py").write_text(
        "import threading\nrelease = threading.Event()\ndef show(arguments): release.wait(30)\n"
    )

    result = house.run(
        "pal: waiter.pal.yaml\n"
        "client: {show: {call: 'hanging_page:show'}}\n"
        "scenarios:\n"
        "  - turns: [{user: Show me., calls: [show]}]\n"
    )

    sys.modules["hanging_page"].release.set()
    (fault,) = faults(result.trace)
    assert fault.message == (
        "the conversation did not end within 0.05 s; show had not been answered"
    )


def test_a_conversation_in_time_has_no_fault(staged: Staged) -> None:
    assert faults(staged(deadline=60.0).run(FINDS).trace) == []


def test_a_cancelled_conversation_leaves_no_task(staged: Staged) -> None:
    house = staged()
    (scenario,) = house.load(FINDS)
    told: list[str] = []

    async def given_up(scope: Message, body: Any) -> None:
        told.append("asked")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("given up")

    async def cancelled() -> set[asyncio.Task[Any]]:
        before = asyncio.all_tasks()
        playing = asyncio.create_task(house.stage.play(scenario, handler=asgi(given_up)))
        async with asyncio.timeout(10):
            while not told:  # noqa: ASYNC110 - the others run meanwhile
                await asyncio.sleep(0)
            playing.cancel()
            await asyncio.wait([playing])
        assert playing.cancelled()
        return asyncio.all_tasks() - before

    assert house.stage.loop.run(cancelled()) == set()
    assert told == ["asked", "given up"]


def conversation_id(result: ScenarioResult) -> str:
    opened = result.trace.opened()
    assert opened is not None
    return opened.conversation_id


def ids(result: ScenarioResult) -> set[str]:
    return {conversation_id(result), *(call.call_id for _, call in result.trace.calls())}


def test_two_plays_of_one_scenario_are_two_conversations(staged: Staged) -> None:
    house = staged()
    (scenario,) = house.load(FINDS)

    first, second = house.stage.run(scenario), house.stage.run(scenario)

    assert not ids(first) & ids(second)


def test_the_same_seed_gives_the_same_ids_in_the_next_run(staged: Staged) -> None:
    first, second = staged(seed=3), staged(seed=3)

    assert ids(first.run(FINDS)) == ids(second.run(FINDS))


def test_another_seed_gives_other_ids(staged: Staged) -> None:
    assert not ids(staged(seed=3).run(FINDS)) & ids(staged(seed=4).run(FINDS))


def test_the_ids_of_a_scenario_do_not_depend_on_what_ran_before(staged: Staged) -> None:
    alone, after = staged(), staged()
    after.run(FINDS.replace("finds a table", "finds another"))

    assert ids(alone.run(FINDS)) == ids(after.run(FINDS))


SIGNED = PAL.replace(
    'delivery: {api: {url: "https://shop.example/find", timeout: 30}}',
    'delivery: {api: {url: "https://shop.example/find", timeout: 60,'
    " auth: {type: hmac, secret: hush-hush}}}",
)


def test_hundreds_of_conversations_at_once_each_get_their_own_answers(staged: Staged) -> None:
    house = staged()
    (house.path / "waiter.pal.yaml").write_text(SIGNED)
    reply = "It is {result.conversation_id} {result.tool_call_id}."
    (scenario,) = house.load(
        FINDS.replace("Table {result.table}.", reply).replace("        says: Table 7\n", "")
    )
    waiting: list[str] = []
    everybody = asyncio.Event()

    async def echo(scope: Message, body: Any) -> Any:
        waiting.append(body["tool_call_id"])
        if len(waiting) == 500:
            everybody.set()  # nobody is answered before the last one has asked
        await everybody.wait()
        return body

    async def all_at_once() -> list[Trace]:
        app = asgi(echo)
        plays = (house.stage.play(scenario, handler=app) for _ in range(500))
        return await asyncio.gather(*plays)

    traces = house.stage.loop.run(all_at_once())

    for trace in traces:
        opened = trace.opened()
        ((_, call),) = trace.calls()
        resolution = trace.resolution(call.call_id)
        assert opened is not None
        assert resolution is not None
        answer = json.loads(resolution[1].output)
        assert answer["conversation_id"] == opened.conversation_id
        assert answer["tool_call_id"] == call.call_id
        assert json.loads(answer["arguments"]) == {"guests": 2}
    assert len({trace.opened() for trace in traces}) == 500
    assert sorted(waiting) == sorted(call.call_id for t in traces for _, call in t.calls())


TAKEN = """
pal: waiter.pal.yaml
scenarios:
  - name: cancels what was in the way
    turns:
      - user: A table for two.
        calls:
          - find: {guests: 2}
            status: 409
            %(of the call)s
        %(of the turn)s
        plays: {on_error: It is taken.}
      - user: Cancel the other one.
        calls: [{cancel: {id: "{saved.id}"}, status: 409}]
"""


@pytest.mark.parametrize("place", ["of the call", "of the turn"])
def test_a_value_of_an_error_is_kept_for_later_turns(staged: Staged, place: str) -> None:
    saves = {"of the call": "", "of the turn": "", place: "save: {id: result.booking.id}"}
    taken = asgi(lambda scope, body: {"error": "taken", "booking": {"id": 7}}, status=409)

    result = staged().run(TAKEN % saves, handler=taken)

    assert found(result) == []
    assert result.trace.saved() == {"id": 7}
    assert [call.arguments for _, call in result.trace.calls()] == ['{"guests": 2}', '{"id": 7}']


@pytest.mark.parametrize("place", ["of the call", "of the turn"])
def test_a_value_that_an_error_has_not_is_a_finding(staged: Staged, place: str) -> None:
    saves = {"of the call": "", "of the turn": "", place: "save: {id: result.booking.id}"}
    taken = asgi(lambda scope, body: {"error": "taken"}, status=409)

    result = staged().run(TAKEN % saves, handler=taken)

    assert found(result)[0] == (
        "nothing_saved",
        "handler",
        "'id' was to be kept from result.booking.id, but find has no such value",
    )


def test_a_variable_that_is_not_set_is_told_where_it_is_read(staged: Staged) -> None:
    text = FINDS.replace("    turns:", "    env: [NAME]\n    turns:")

    result = staged().run(text.replace("A table for two.", "I am {env.NAME}."))

    assert [fault.message for fault in faults(result.trace)] == [
        ("s.yaml:8:9: the caller's line cannot be said: {env.NAME}: there is no 'NAME' in env")
    ]


def test_a_scenario_sees_only_the_variables_it_names(staged: Staged) -> None:
    text = FINDS.replace("    turns:", "    env: [NAME]\n    turns:")
    house = staged({"NAME": "Ada", "OTHER": "x"})

    result = house.run(text.replace("A table for two.", "I am {env.NAME}."))

    assert result.verdict.outcome == "passed"
    with pytest.raises(ScenarioError, match="'OTHER' is not among those under env"):
        house.load(text.replace("A table for two.", "I am {env.OTHER}."))


def test_an_override_of_no_cell_is_refused_at_once(tmp_path: Path) -> None:
    settings = Settings(
        scenarios=tmp_path, simulator={"on_resolve.generate_respons.error": "nothing"}
    )

    with pytest.raises(ScenarioError) as refused:
        Stage(settings, root=tmp_path, environ={})

    assert str(refused.value) == (
        "there is no cell 'on_resolve.generate_respons.error' in the on_call and on_resolve "
        "tables\n    hint: did you mean 'on_resolve.generate_response.error'?"
    )


def test_an_override_changes_what_is_heard_and_what_is_expected(staged: Staged) -> None:
    text = FINDS.replace("        says: Table 7\n", "")

    silent = staged(simulator={"on_resolve.generate_response.success": "nothing"}).run(text)

    assert silent.verdict.outcome == "passed"
    assert "PalSaid" not in {type(entry.event).__name__ for entry in silent.trace}


def test_a_stage_may_be_closed_twice(staged: Staged) -> None:
    house = staged()
    house.run(FINDS)

    house.stage.close()
    house.stage.close()


SECRETS = {
    "bearer": "canary-bearer-0001",
    "basic": "canary-basic-0002",
    "key": "canary-key-0003",
    "query": "canary-query-0004",
    "client": "canary-client-0005",
    "hmac": "canary-hmac-0006",
    "header": "canary-header-0007",
    "cookie": "canary-cookie-0008",
    "env": "canary-env-0009",
    "listed": "canary-listed-0010",
    "token": "canary-token-0011",
    "session": "canary-session-0012",
    "layer": "canary-layer-0013",
    "own_header": "canary-own-header-0014",
}

AUTH = {
    "bearer": "{type: bearer, token: %(bearer)s}",
    "basic": "{type: basic, username: us, password: %(basic)s}",
    "key": "{type: api_key, name: X-Shop, value: %(key)s}",
    "query": "{type: api_key, name: key, value: %(query)s, location: query}",
    "oauth": (
        "{type: oauth2_client_credentials, token_url: 'https://shop.example/token', "
        "client_id: us, client_secret: %(client)s}"
    ),
    "hmac": "{type: hmac, secret: %(hmac)s}",
    "none": "{type: none}",
}


def guarded_pal() -> str:
    lines = ["pal_name: Keeper", "layers: {llm: {api_key: %(layer)s}}", "tools:"]
    for name, auth in AUTH.items():
        lines += [
            f"  - name: ask_{name}",
            "    description: Asks.",
            "    parameters: {type: object, properties: {word: {type: string}}}",
            "    on_call: silent",
            "    on_resolve: generate_response",
            "    delivery:",
            "      api:",
            f"        url: https://shop.example/{name}",
            f"        auth: {auth}",
            "        headers: {x-api-key: %(header)s, Cookie: id=%(cookie)s}",
        ]
        if name == "hmac":
            lines.pop()
    return "\n".join(lines) % SECRETS


def guarded() -> str:
    turns = [
        f"      - {{user: 'It is {{env.WORD}}.', calls: [ask_{name}: {{word: '{{env.WORD}}'}}],"
        " plays: 'I heard {result}'}"
        for name in AUTH
    ]
    head = ["pal: keeper.pal.yaml", "scenarios:", "  - name: keeps quiet", "    env: [WORD]"]
    return "\n".join([*head, "    turns:", *turns]) + "\n"


async def telling(scope: Message, receive: Receive, send: Send) -> None:
    """Tell everything there is to tell: headers, query, body, and secrets of its own."""
    if scope["type"] == "lifespan":
        message = "there is none"
        raise LookupError(message)
    body = (await receive())["body"]
    if scope["path"] == "/token":
        answer: Any = {"access_token": SECRETS["token"], "token_type": "Bearer", "expires_in": 60}
    else:
        answer = {
            "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
            "query": scope["query_string"].decode(),
            "body": body.decode(),
            "listed": SECRETS["listed"],
        }
    headers = [
        (b"content-type", b"application/json"),
        (b"set-cookie", f"session={SECRETS['session']}".encode()),
        (b"x-shop-own", SECRETS["own_header"].encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def everything(path: Path) -> str:
    return "\n".join(each.read_text() for each in sorted(path.rglob("*")) if each.is_file())


def test_no_secret_reaches_a_file(staged: Staged, tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    house = staged(
        {"WORD": SECRETS["env"], "LISTED": SECRETS["listed"], "HARMLESS": "harmless-0000"},
        trace_dir=traces,
        redact=("LISTED",),
        redact_headers=("X-Shop-Own",),
    )
    (house.path / "keeper.pal.yaml").write_text(guarded_pal())

    result = house.run(guarded(), handler=telling)

    assert found(result) == []
    written = everything(traces)
    assert [name for name, secret in SECRETS.items() if secret in written] == []
    assert written.count("********") > len(SECRETS)


def test_the_secrets_would_be_in_the_file_if_nobody_knew_them(
    staged: Staged, tmp_path: Path
) -> None:
    house = staged(trace_dir=tmp_path / "traces")
    (house.path / "keeper.pal.yaml").write_text(guarded_pal().replace("canary", "another"))
    text = guarded().replace("{env.WORD}", SECRETS["env"])

    house.run(text, handler=telling)

    written = everything(tmp_path / "traces")
    assert SECRETS["env"] in written
    assert SECRETS["listed"] in written
    assert SECRETS["own_header"] in written


def test_a_secret_does_not_reach_the_failure_either(staged: Staged) -> None:
    house = staged({"WORD": SECRETS["env"]})
    (house.path / "keeper.pal.yaml").write_text(guarded_pal())

    result = house.run(guarded().replace("{result}", "{result.nothing}"), handler=telling)

    assert [kind for kind, _, _ in found(result)] == ["unknown_answer"] * len(AUTH)
    told = f"{VerdictError(result)} {result.verdict} {result.trace}"
    assert [name for name, secret in SECRETS.items() if secret in told] == ["listed", "own_header"]


def test_a_trace_is_kept_where_the_result_says(staged: Staged, tmp_path: Path) -> None:
    result = staged(trace_dir=tmp_path / "traces").run(FINDS)

    assert result.trace_path is not None
    header, trace = codec.read(Path(result.trace_path))
    assert (header.scenario, header.provenance) == ("finds a table", result.provenance)
    assert (header.file, header.line) == ("s.yaml", 5)
    assert trace == result.trace


def test_a_stored_trace_is_judged_as_the_conversation_was(staged: Staged, tmp_path: Path) -> None:
    house = staged(trace_dir=tmp_path / "traces")
    (scenario,) = house.load(FINDS.replace("says: Table 7", "says: Table 8"))
    held = house.stage.run(scenario)
    assert held.trace_path is not None
    _, trace = codec.read(Path(held.trace_path))

    judged = house.stage.loop.run(house.stage.judge(scenario, trace))

    assert judged.verdict == held.verdict
    assert judged.provenance == held.provenance


def test_a_delivery_is_in_the_trace_although_nobody_waited_for_it(staged: Staged) -> None:
    house = staged()
    (house.path / "waiter.pal.yaml").write_text(
        PAL.replace("on_resolve: generate_response", "on_resolve: fire_and_forget")
    )
    text = FINDS.replace("Table {result.table}.", "Noted.").replace("Table 7", "Noted")

    result = house.run(text, handler=asgi(lambda scope, body: {"table": 7}))

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


def test_a_handler_that_ends_badly_is_noted_in_the_conversation_it_belongs_to(
    staged: Staged,
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        while scope["type"] == "lifespan":
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                reason = "the till is still open"
                raise RuntimeError(reason)
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b'{"table": 7}'})

    result = staged().run(FINDS, handler=app)

    assert faults(result.trace)[0].message == (
        "the handler's shut-down failed: RuntimeError: the till is still open"
    )
    assert closed(result.trace) == "finished"
    assert result.verdict.outcome == "failed"


def test_a_timeout_of_another_making_is_not_taken_for_the_deadline(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = staged()
    (scenario,) = house.load(FINDS)

    async def broken(*args: object, **kwargs: object) -> object:
        raise TimeoutError

    monkeypatch.setattr("pytest_tavus.gateway.pool.HandlerPool.acquire", broken)

    with pytest.raises(TimeoutError):
        house.stage.run(scenario)


@pytest.mark.parametrize(("played", "outcome"), [("A1", "passed"), ("B1", "failed")])
def test_one_secret_is_not_taken_for_another(staged: Staged, played: str, outcome: str) -> None:
    text = FINDS.replace("    turns:", "    env: [A1, B1]\n    turns:")
    text = text.replace("{find: {body: {table: 7}}}", "{cancel: {body: {}}}")
    head, _, _ = text.partition("        calls:")
    turn = f"""\
        calls: [cancel: {{id: "{{env.A1}}"}}]
        plays: {{calls: [cancel: {{id: "{{env.{played}}}"}}], says: "Yes."}}
"""

    result = staged({"A1": "alpha-secret", "B1": "bravo-secret"}).run(head + turn)

    assert result.verdict.outcome == outcome
