"""``pytest-tavus serve``: its start, its output, its end and its refusals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pytest_tavus.cli import main
from tests.simulator.server.served import PATIENCE

SCRIPT = """
pal: {pal_name: Shop, system_prompt: Help., default_face_id: r90bbd427f71}
name: an order
turns:
  - user: Is anybody there?
    calls: none
    plays: I am here.
"""

CALLING = """
pal:
  pal_name: Shop
  tools: [{name: get_order, description: Looks up an order.}]
name: an order
turns: [{user: "Where is it?", calls: [{get_order: {}}]}]
"""

MAIN = "import sys; from pytest_tavus.cli import main; sys.exit(main())"


@contextmanager
def started(*flags: str, cwd: Path, program: str = MAIN) -> Generator[subprocess.Popen[str]]:
    """Run the command, and kill its process afterwards, also after a failed assertion."""
    command = [sys.executable, "-c", program, "serve", *flags]
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_a_signal_and_exits_with_0(
    number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "order.yaml").write_text(SCRIPT)
    flags = ("--json", "--control", "--seed", "7", "--script", "order.yaml")
    with started(*flags, cwd=tmp_path) as process:
        told = json.loads(first_line(process))
        key = {"x-api-key": told["api_key"]}
        pals = httpx.get(f"{told['url']}/v2/pals", headers=key).json()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out, err) == (0, "", "")
    assert [pal["pal_name"] for pal in pals["data"]] == ["Shop"]
    assert told["pals"] == [{"pal_id": pal["pal_id"], "pal_name": "Shop"} for pal in pals["data"]]
    assert told["mcp_url"] == f"{told['url']}/mcp"
    assert told["environ"]["TAVUS_API_KEY"] == told["api_key"]
    assert told["environ"]["TAVUS_PUBLIC_API_BASE_URL"] == f"{told['url']}/v2"


def test_a_conversation_in_progress_does_not_hold_up_the_end(tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(SCRIPT)
    with started("--json", "--script", "order.yaml", cwd=tmp_path) as process:
        told = json.loads(first_line(process))
        with httpx.Client(base_url=told["url"], headers={"x-api-key": told["api_key"]}) as http:
            pal_id = http.get("/v2/pals").json()["data"][0]["pal_id"]
            made = http.post("/v2/conversations", json={"pal_id": pal_id, "chat": True}).json()
            url = f"/v2/conversations/{made['conversation_id']}/respond"
            reply = http.post(url, json={"text": "Is anybody there?", "timeout_s": 10}).json()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)

    assert reply == {"status": "ready", "text": "I am here."}
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("model", [True, False])
def test_a_failure_in_the_pal_is_a_line_in_the_log(tmp_path: Path, *, model: bool) -> None:
    (tmp_path / "order.yaml").write_text(CALLING)
    nobody = ("--model", "small", "--model-url", "http://127.0.0.1:9/v1") if model else ()
    with started("--json", "--script", "order.yaml", *nobody, cwd=tmp_path) as process:
        told = json.loads(first_line(process))
        headers = {"x-api-key": told["api_key"]}
        with httpx.Client(base_url=told["url"], headers=headers, timeout=PATIENCE) as http:
            body = {"pal_id": told["pals"][0]["pal_id"], "chat": True}
            name = http.post("/v2/conversations", json=body).json()["conversation_id"]
            http.post(f"/v2/conversations/{name}/respond", json={"text": "Hm?"})
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)

    what = "no script has this line next: 'an order' expects 'Where is it?'"
    if model:
        what = "the model 'small' at http://127.0.0.1:9/v1 cannot be reached"
    (line,) = err.splitlines()
    assert line.startswith(f"WARNING pytest_tavus.simulator.rooms.trouble: {name}: {what}")


OPEN_STREAM = "GET /mcp HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n"
HALF_A_BODY = "POST /v2/pals HTTP/1.1\r\nhost: {host}\r\nx-api-key: {key}\r\ncontent-length: 9\r\n"
DELAYED = "GET /v2/pals HTTP/1.1\r\nhost: {host}\r\nx-api-key: {key}\r\n"


@pytest.mark.parametrize(
    ("head", "begun"), [(OPEN_STREAM, True), (HALF_A_BODY, False), (DELAYED, False)]
)
def test_a_request_in_progress_neither_holds_up_the_end_nor_is_in_the_log(
    head: str, begun: bool, tmp_path: Path
) -> None:
    with started("--json", "--control", cwd=tmp_path) as process:
        told = json.loads(first_line(process))
        key, host = told["api_key"], told["url"].removeprefix("http://")
        fault = {"path": "/v2/pals", "method": "GET", "effect": "delay", "delay": 600}
        url = f"{told['url']}/_simulator"
        httpx.post(f"{url}/faults", json=fault, headers={"x-api-key": key}, timeout=PATIENCE)
        name, _, port = host.partition(":")
        with socket.create_connection((name, int(port)), timeout=PATIENCE) as plug:
            bearer = f"authorization: Bearer {key}\r\n" if begun else ""
            plug.sendall(f"{head.format(host=host, key=key)}{bearer}\r\n".encode())
            if begun:
                assert plug.recv(15) == b"HTTP/1.1 200 OK"
            else:
                httpx.get(f"{url}/clock", headers={"x-api-key": key}, timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, err) == (0, "")


def test_a_loop_that_is_blocked_for_ever_is_ended_by_force(tmp_path: Path) -> None:
    program = (
        "from pytest_tavus.simulator.server import command\n"
        "from pytest_tavus.simulator.account.front import Api\n"
        "command.END_SECONDS = 0.1\n"
        "async def call(*_, **__):\n"
        "    print('blocked', flush=True)\n"
        "    while True: pass\n"
        "Api.call = call\n"
    ) + MAIN
    with started("--json", cwd=tmp_path, program=program) as process:
        told = json.loads(first_line(process))
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{told['url']}/v2/pals", headers={"x-api-key": told["api_key"]}, timeout=0.5)
        assert first_line(process) == "blocked\n"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert err == (
        "pytest-tavus serve: a request or a handler did not end within 0.1 s, so the server was "
        "ended by force\n"
    )


def test_imported_modules_are_frozen(tmp_path: Path) -> None:
    program = (
        "import gc\n"
        "from pytest_tavus.simulator.server import command\n"
        "command._render_json = lambda _: f'{gc.get_freeze_count()}\\n'\n"
    ) + MAIN
    with started("--json", cwd=tmp_path, program=program) as process:
        spared = int(first_line(process))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    assert spared > 10_000


def test_the_command_prints_its_pals(tmp_path: Path) -> None:
    (tmp_path / "order.yaml").write_text(SCRIPT)
    with started("--script", "order.yaml", cwd=tmp_path) as process:
        lines = [first_line(process).rstrip() for _ in range(2)]

    assert lines[1] == "# The PAL 'Shop' is p2ead7fb79245."


def test_a_crash_of_the_server_is_logged(tmp_path: Path) -> None:
    program = (
        "from pytest_tavus.simulator.account.front import Api\n"
        "async def call(*_, **__): raise KeyError('a bug')\n"
        "Api.call = call\n"
    ) + MAIN
    (tmp_path / "shop.py").write_text("async def app(scope, receive, send): pass\n")
    with started("--json", "--handler", "shop:app", cwd=tmp_path, program=program) as process:
        told = json.loads(first_line(process))
        answer = httpx.get(f"{told['url']}/v2/pals", headers={"x-api-key": told["api_key"]})
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)

    assert answer.json() == {
        "error": "the simulator failed at GET /v2/pals (KeyError): a bug in it"
    }
    assert err.startswith("ERROR uvicorn.error: Exception in ASGI application\n")
    assert err.endswith("KeyError: 'a bug'\n")


def test_without_json_it_prints_lines_for_a_shell(tmp_path: Path) -> None:
    with started("--control", cwd=tmp_path) as process:
        lines = [first_line(process).rstrip() for _ in range(11)]

    url = lines[0].partition(" is at ")[2].partition(",")[0]
    assert lines[0] == f"# A simulated Tavus is at {url}, its MCP server at {url}/mcp."
    assert lines[1] == f"# The control plane is below {url}/_simulator."
    assert lines[2] == "# In the shell of a client:"
    assert [line.split("=")[0] for line in lines[3:10]] == [
        "export TAVUS_API_KEY",
        "export TAVUS_ENV",
        "export TAVUS_PUBLIC_API_BASE_URL",
        "export TAVUS_PORTAL_API_BASE_URL",
        "export TAVUS_DEV_PORTAL_URL",
        "export TAVUS_PAL_MAKER_URL",
        "export PYTHONPATH",
    ]
    assert lines[10] == "# Ctrl-C ends it."


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--env", "moon"], "'moon' is no environment of Tavus"),
        (["--api-key", "canary-8f3b"], "the API key does not look like a simulated key"),
        (["--script", "nowhere.yaml"], "nowhere.yaml"),
        (["--handler", "nowhere:app"], "nowhere"),
        (["--port", "80000"], "the port must be a number, from 0 to 65535, not 80000"),
        (["--cors", "*"], "'*' is no origin of a page"),
        (["--concurrency", "0"], "the limit of conversations at the same time must be a number"),
    ],
)
def test_a_failure_to_start_is_one_line(
    flags: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["serve", *flags]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pytest-tavus serve: ")
    assert sentence in err
    assert "canary" not in err


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "mcp", "jsonpatch"])
def test_without_the_extra_it_names_what_to_install(package: str) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from pytest_tavus.cli import main; sys.exit(main(['serve']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ),
    )

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        f"pytest-tavus serve needs the package {package!r}, which is not installed: "
        "pip install 'pytest-tavus[serve]'\n"
    )


def test_another_missing_module_is_not_blamed_on_the_extra() -> None:
    program = (
        "import sys; sys.modules['pytest_tavus.simulator.server.running'] = None\n"
        "from pytest_tavus.cli import main; main(['serve'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert run.returncode == 1
    assert "ModuleNotFoundError" in run.stderr


def test_the_help_names_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])

    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert "listens on 127.0.0.1 only" in text
    assert "--auto-approve" in text
