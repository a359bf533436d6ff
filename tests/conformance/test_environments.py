"""The environments of the clients of others: made once, shared, and missed in a clear sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conformance.environments import (
    Environments,
    IndexUnreachableError,
    NotInstalledError,
    key,
)
from tests.conformance.processes import Ran


class Pip(Environments):
    """Runs nothing: each command has the exit code that is given for a word in it."""

    def __init__(self, directory: Path, **codes: int) -> None:
        super().__init__(directory, environ={"PIP_INDEX_URL": "x", "PYTHONPATH": "y"})
        self.codes = codes
        self.ran: list[str] = []

    def run(self, *command: str, seconds: float) -> Ran:
        line = " ".join(command)
        self.ran.append(line)
        if "venv" in command:
            Path(command[-1]).mkdir()
        code = next((code for word, code in self.codes.items() if word in line), 0)
        return Ran(code=code, out="", err="WARNING: hm\nERROR: no\n")


def test_an_environment_is_made_once(tmp_path: Path) -> None:
    pip = Pip(tmp_path)

    first, second = pip.get("a==1"), Pip(tmp_path).get("a==1")

    assert first == second
    assert first.python == tmp_path / key("a==1") / "bin" / "python"
    assert [line.split()[-1] for line in pip.ran] == [str(first.directory), "pip", "a==1"]


def test_one_that_was_not_made_to_its_end_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / key("a==1") / "half"
    half.mkdir(parents=True)

    Pip(tmp_path).get("a==1")

    assert not half.exists()


def test_a_silent_index_is_asked_once(tmp_path: Path) -> None:
    pip = Pip(tmp_path, download=1)

    for requirement in ("a==1", "b==1"):
        with pytest.raises(IndexUnreachableError) as silent:
            pip.get(requirement)

        assert str(silent.value) == "the package index cannot be reached: ERROR: no"
    assert len(pip.ran) == 2


@pytest.mark.parametrize("step", ["venv", "install"])
def test_what_cannot_be_installed_is_no_silent_index(step: str, tmp_path: Path) -> None:
    with pytest.raises(NotInstalledError) as failed:
        Pip(tmp_path, **{step: 1}).get("a==1")

    assert str(failed.value) == "a==1 cannot be installed: ERROR: no"


def test_each_requirement_has_a_place_of_its_own() -> None:
    assert key("a==1") != key("a==2")
    assert key("tavus-cli==0.11.0").startswith("tavus-cli-0-11-0-")


def test_a_step_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    real = Environments(tmp_path, environ={})

    told = real.run(sys.executable, "-c", "import signal; signal.pause()", seconds=0.2)

    assert (told.code, told.err) == (1, "it took longer than 0.2 s")
