"""The official command line on the simulated Tavus: every group of commands, and exit codes."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from pytest_tavus.simulator.server.fixture import TavusServer
from tests.conformance import walks_pals, walks_resources
from tests.conformance.furnished import Account, Ids
from tests.conformance.terminal import Terminal

Walk = Callable[[Terminal, Ids], None]

WALKS: Mapping[str, Walk] = {
    "pal": walks_pals.pal,
    "pal parts": walks_pals.pal_parts,
    "conversation": walks_pals.conversation,
    "builder": walks_pals.builder,
    "deployment": walks_pals.deployment,
    "quickstart": walks_pals.quickstart,
    "embed": walks_pals.embed,
    "tool": walks_resources.tool,
    "objective": walks_resources.objective,
    "guardrail": walks_resources.guardrail,
    "document": walks_resources.document,
    "pronunciation-dictionary": walks_resources.pronunciation_dictionary,
    "face": walks_resources.face,
    "resource": walks_resources.resource,
    "skill": walks_resources.skill,
}

ELSEWHERE = {"auth", "doctor", "chat"}
"""The first two are below, the third is in test_rooms.py."""

BROWSER = Path(__file__).parent / "programs" / "browser.py"


@pytest.mark.fidelity("conformance.command_line")
@pytest.mark.parametrize("group", WALKS)
def test_a_group_of_commands_does_what_it_is_for(
    group: str, terminal: Terminal, tavus: TavusServer
) -> None:
    with closing(Account(tavus)) as account:
        WALKS[group](terminal, account.furnish())


def test_every_group_of_commands_is_walked_through(terminal: Terminal) -> None:
    told = terminal.prints("--help")
    commands = told[told.index("Commands") :]
    listed = set(re.findall(r"^│ ([a-z-]+)", commands, re.MULTILINE))

    assert listed == {name.partition(" ")[0] for name in WALKS} | ELSEWHERE


def test_the_doctor_finds_everything_well(terminal: Terminal, tavus: TavusServer) -> None:
    told = terminal.prints("doctor")

    assert f"{tavus.url}/v2" in told
    assert "env:TAVUS_API_KEY" in told
    assert "Network check passed." in told


def test_the_doctor_misses_a_session(terminal: Terminal) -> None:
    told = terminal.without("TAVUS_API_KEY").refuses("doctor")

    assert "(missing)" in told


def test_a_key_of_nobody_is_refused(terminal: Terminal) -> None:
    stranger = terminal.without(TAVUS_API_KEY="nobody's")

    assert "Tavus API GET /pals failed with 401" in stranger.refuses("doctor")


def test_a_key_of_one_environment_is_refused_by_another(
    terminal: Terminal, tavus: TavusServer
) -> None:
    other = tavus.api_key.replace("_prod_", "_test_")

    assert "failed with 401" in terminal.without(TAVUS_API_KEY=other).refuses("pal", "list")


@pytest.mark.fidelity("conformance.login")
def test_a_person_signs_in_with_the_browser(terminal: Terminal, tavus: TavusServer) -> None:
    stranger = terminal.without("TAVUS_API_KEY", BROWSER=f"{sys.executable} {BROWSER} %s &")

    before = stranger.tells("auth", "status")
    told = stranger.prints("auth", "login")
    key = (terminal.home / "key").read_text()

    assert before == {"env": "PROD", "authenticated": False, "source": None}
    assert "Logged in as Tavus user for PROD." in told
    assert key != tavus.api_key
    signed_in = stranger.without(TAVUS_API_KEY=key)
    assert signed_in.tells("auth", "status")["authenticated"] is True
    assert "Network check passed." in signed_in.prints("doctor")


def test_a_person_signs_out(terminal: Terminal) -> None:
    assert "Deleted keyring API key for PROD." in terminal.prints("auth", "logout")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("pal", "get", "p0"), 1, "Tavus API GET /pals/p0 failed with 400"),
        (("pal", "create", "--pipeline-mode", "loud"), 1, "pipeline_mode"),
        (("chat", "turn", "c0", "--message", "Hi"), 1, "GET /conversations/c0 failed with 400"),
        (("pal", "greet"), 2, "No such command 'greet'"),
        (("chat", "start"), 2, "Missing option '--pal-id'"),
    ],
)
@pytest.mark.fidelity("conformance.exit_codes")
def test_what_is_wrong_has_its_exit_code(
    words: tuple[str, ...], code: int, told: str, terminal: Terminal
) -> None:
    assert told in terminal.refuses(*words, code=code)


@pytest.mark.fidelity("conformance.exit_codes")
def test_a_server_that_is_not_there_is_a_traceback(terminal: Terminal, nobody: str) -> None:
    lost = terminal.without(TAVUS_PUBLIC_API_BASE_URL=f"{nobody}/v2")

    assert "ConnectError" in lost.refuses("pal", "list")


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that nobody answers at, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
