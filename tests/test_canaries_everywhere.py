"""A run in which everything goes wrong, in every way there is to print it: no canary gets out."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

CANARIES = {
    "SHOP_KEY": "canary/8f3b 51c2+77e1",
    "DESK_KEY": "canary-desk-4d2a-90f7-" + "x7" * 60,
    "LISTED": "canary-listed-66b0",
    "BODY": "canary-body-18aa",
    "TOKEN": "canary-token-53d9",
}
SPELLED: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "json": lambda text: json.dumps(text)[1:-1],
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "percent": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "needless escapes": lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
}
PIECE = 8
"""Characters of a canary that may not get out: what was cut before it was masked leaves more."""

FILES = {
    "pytest.ini": "[pytest]\ntavus_redact = LISTED\n",
    "scenarios/desk.pal.yaml": f"""
pal_name: Desk
tools:
  - name: look_up
    description: Look something up.
    parameters: {{type: object, properties: {{q: {{type: string, maxLength: 300}}}}}}
    delivery:
      api:
        url: https://desk.example.com/look-up
        auth: {{type: bearer, token: {CANARIES["TOKEN"]}}}
        body_template: {{q: "{{q}}", api_key: {CANARIES["BODY"]}}}
    on_resolve: generate_response
""",
    "scenarios/desk.yaml": """
pal: desk.pal.yaml
handler: desk:app
env: [SHOP_KEY, DESK_KEY]
scenarios:
  - name: wrong argument
    turns:
      - user: My key is {env.SHOP_KEY}.
        calls: [look_up: {q: !re "^{env.DESK_KEY}$"}]
        plays: {calls: [look_up: {q: "{env.SHOP_KEY}"}], says: "{result}"}
  - name: wrong answer
    turns:
      - user: My key is {env.DESK_KEY}.
        calls: [{look_up: {q: "{env.DESK_KEY}"}, result: {plain: "{env.SHOP_KEY}"}}]
        plays: I heard {result}
        says: {not: "{env.DESK_KEY}"}
  - name: raises
    turns:
      - user: Raise.
        calls: [look_up: {q: raise}]
        plays: I heard {result}
  - name: says what must not be said
    never: [look_up: {q: "{env.SHOP_KEY}"}]
    turns:
      - user: Say it.
        calls: [look_up: {q: "{env.SHOP_KEY}"}]
        plays: "{result.listed} {result.nothing}"
""",
    "scenarios/desk.py": """
import base64
import json
import os


def spelled(text):
    code = base64.b64encode
    return {
        "plain": text,
        "hex": text.encode().hex(),
        "base64": code(text.encode()).decode(),
        "twice": code(code(text.encode())).decode(),
        "percent": "".join(f"%{byte:02x}" for byte in text.encode()),
    }


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    asked = json.loads(body)
    if asked["q"] == "raise":
        raise ValueError("x" * 150 + os.environ["DESK_KEY"] + " " + asked["api_key"])
    answer = spelled(asked["q"]) | {"listed": os.environ["LISTED"], "got": asked}
    answer["auth"] = environ["HTTP_AUTHORIZATION"]
    start_response("200 OK", [("Content-Type", "application/json")])
    written = json.dumps(answer)[1:]
    escaped = "".join(f"\\\\u{ord(one):04x}" for one in asked["q"])
    return [("{" + f'"escaped": "{escaped}", ' + written).encode()]
""",
    "tests/test_desk.py": """
import pytest
from pytest_tavus import ToolCalled, ToolResolved, UserSaid


@pytest.fixture
def session(tavus):
    with tavus.open(
        pal="../scenarios/desk.pal.yaml", handler="scenarios.desk:app", env=["SHOP_KEY", "DESK_KEY"]
    ) as opened:
        yield opened


def say(session, key):
    return session.say(
        "My key is {env.%s}." % key,
        calls=[{"look_up": {"q": "{env.%s}" % key}}],
        plays="I heard {result}",
    )


def test_the_cursor_misses(session):
    cursor = say(session, "SHOP_KEY")
    trace, result = session.trace, repr(session.trace)
    cursor.find(ToolResolved, output={"plain": "something else"})


def test_plain_asserts_fail(session):
    cursor = say(session, "DESK_KEY")
    called = cursor.find(ToolCalled)
    assert called.arguments == "something else"


def test_a_turn_fails(session):
    trace = session.trace
    session.say("Raise.", calls=[{"look_up": {"q": "raise"}}])


def test_a_result_is_looked_at(tavus_run):
    result = tavus_run("scenarios/desk.yaml", "wrong answer")
    pal = result.scenario.pal
    scenario = result.scenario
    assert result.verdict.outcome == "passed", result.verdict
""",
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Everything that a run prints and writes."""
    project = tmp_path_factory.mktemp("desk")
    for name, text in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (project / "out").mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}},
        **CANARIES,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = [
        *("-m", "pytest", "tests", "scenarios", "--tavus-scenarios", "-n", "2", "--showlocals"),
        *("-vv", "--full-trace", "-rA", "--tavus-trace-dir=out/traces", "-p", "no:cacheprovider"),
        *("--junitxml=out/junit.xml", "--tavus-results=out/results.jsonl"),
    ]
    merge = [
        *("-m", "pytest_tavus.cli", "merge", "out/results.jsonl"),
        "--junitxml=out/merged.xml",
    ]
    told = [
        subprocess.run(
            [sys.executable, *words],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for words in (run, merge)
    ]
    assert "8 failed" in told[0].stdout, told[0].stdout[-3000:] + told[0].stderr
    files = [path.read_text() for path in sorted((project / "out").rglob("*")) if path.is_file()]
    assert len(files) >= 8
    return "\n".join([*(one.stdout + one.stderr for one in told), *files])


@pytest.mark.parametrize("spelling", SPELLED)
@pytest.mark.parametrize("name", CANARIES)
def test_no_canary_gets_out_whole_or_in_pieces(printed: str, name: str, spelling: str) -> None:
    secret = SPELLED[spelling](CANARIES[name])
    usual = json.dumps(FILES)

    pieces = {secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)}

    assert [piece for piece in sorted(pieces) if piece in printed and piece not in usual] == []


@pytest.mark.parametrize("source", ["env.SHOP_KEY", "env.DESK_KEY", "env.LISTED"])
def test_the_masks_are_there_instead(printed: str, source: str) -> None:
    assert f"⟦{source}⟧" in printed
    assert f"⟦{source} encoded⟧" in printed or source == "env.LISTED"


def test_the_secrets_of_the_pal_are_masked_too(printed: str) -> None:
    assert "⟦secret of look_up⟧" in printed
    assert "⟦secret of look_up 2⟧" in printed
