"""What a person does in a shell with the programs of an environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conformance.environments import Environment
from tests.conformance.processes import Ran, clean, run

SECONDS = 120.0


class Terminal:
    """A shell in an empty directory, with nothing in its environment but what it is given."""

    def __init__(self, environment: Environment, *, home: Path, given: Mapping[str, str]) -> None:
        self._environment = environment
        self._given = dict(given)
        self.home = home

    def without(self, *names: str, **given: str) -> Terminal:
        """Return another one, in which some variables are not set, and others are."""
        kept = {name: value for name, value in self._given.items() if name not in names}
        return Terminal(self._environment, home=self.home, given={**kept, **given})

    def write(self, name: str, data: Any) -> str:
        """Write a file of JSON, and return its name."""
        (self.home / name).write_text(json.dumps(data), encoding="utf-8")
        return name

    def run(self, program: str, *words: str) -> Ran:
        """Run one of the environment's programs."""
        return run(
            self._environment.program(program),
            *words,
            env=clean(self.home, self._given),
            cwd=self.home,
            seconds=SECONDS,
        )

    def script(self, script: Path, *words: str) -> Any:
        """Run a script with the environment's interpreter; return the JSON it prints."""
        ran = self.run("python", str(script), *words)
        assert ran.code == 0, ran.told()
        return json.loads(ran.out)

    def prints(self, *words: str) -> str:
        """Return what `tavus` prints, which must succeed."""
        ran = self.run("tavus", *words)
        assert ran.code == 0, ran.told()
        return ran.out

    def tells(self, *words: str) -> Any:
        """Return the JSON that `tavus` prints, which must succeed."""
        return json.loads(self.prints(*words))

    def refuses(self, *words: str, code: int = 1) -> str:
        """Return what `tavus` prints, which must end with an exit code."""
        ran = self.run("tavus", *words)
        assert ran.code == code, ran.told()
        return ran.out + ran.err
