"""No secret reaches a file or a failure, wherever it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_tavus.handler.asgi.call import Message, Receive, Send
from pytest_tavus.plugin.failure import VerdictError
from tests.run.conftest import BuildProject, found

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


def test_no_secret_reaches_a_file(build_project: BuildProject, tmp_path: Path) -> None:
    traces = tmp_path / "traces"
    project = build_project(
        {"WORD": SECRETS["env"], "LISTED": SECRETS["listed"], "HARMLESS": "harmless-0000"},
        trace_dir=traces,
        redact=("LISTED",),
        redact_headers=("X-Shop-Own",),
    )
    (project.path / "keeper.pal.yaml").write_text(guarded_pal())

    result = project.run(guarded(), handler=telling)

    assert found(result) == []
    written = everything(traces)
    assert [name for name, secret in SECRETS.items() if secret in written] == []
    masks = ["env.WORD", "env.LISTED", "token", "set-cookie 1", "x-shop-own 1"]
    masks += [f"secret of ask_{name}" for name in AUTH if name not in {"none", "hmac"}]
    assert [name for name in masks if f"⟦{name}" not in written] == []


def test_the_secrets_would_be_in_the_file_if_nobody_knew_them(
    build_project: BuildProject, tmp_path: Path
) -> None:
    project = build_project(trace_dir=tmp_path / "traces")
    (project.path / "keeper.pal.yaml").write_text(guarded_pal().replace("canary", "another"))
    text = guarded().replace("{env.WORD}", SECRETS["env"])

    project.run(text, handler=telling)

    written = everything(tmp_path / "traces")
    assert SECRETS["env"] in written
    assert SECRETS["listed"] in written
    assert SECRETS["own_header"] in written


def test_a_secret_does_not_reach_the_failure_either(build_project: BuildProject) -> None:
    project = build_project({"WORD": SECRETS["env"]})
    (project.path / "keeper.pal.yaml").write_text(guarded_pal())

    result = project.run(guarded().replace("{result}", "{result.nothing}"), handler=telling)

    assert [kind for kind, _, _ in found(result)] == ["unknown_answer"] * len(AUTH)
    told = f"{VerdictError(result)} {result.verdict} {result.trace}"
    assert [name for name, secret in SECRETS.items() if secret in told] == ["listed", "own_header"]
