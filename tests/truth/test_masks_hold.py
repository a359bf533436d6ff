"""Masking changes no verdict, and no output holds a secret or a piece of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, reject, settings

from pytest_tavus.errors import ScenarioError
from pytest_tavus.options import Settings
from pytest_tavus.outcome import VerdictError
from pytest_tavus.report.junit import user_properties
from pytest_tavus.report.record import record
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.stage import Stage
from pytest_tavus.trace.codec import TraceHeader, decode, encode
from pytest_tavus.trace.log import Trace
from tests.truth.talks import Talk, pieces, spellings, talks

Judge = Callable[..., ScenarioResult]
COUNT = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


class Court:
    """Judges a talk on a stage of its own, with its secrets masked or not."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._environ: dict[str, str] = {}
        self._stage = Stage(Settings(scenarios=root), root=root, environ=self._environ)

    def judge(
        self, talk: Talk, *, plain: bool = False, trace: Trace | None = None
    ) -> ScenarioResult:
        self._environ.clear()
        self._environ.update(talk.environ)
        file = {**talk.file, "plain": list(talk.environ)} if plain else talk.file
        path = self._root / "talk.yaml"
        path.write_text(json.dumps(file), encoding="utf-8")
        try:
            (scenario,) = self._stage.load(path)
        except ScenarioError:
            reject()
        judged = self._stage.judge(scenario, talk.trace if trace is None else trace)
        return self._stage.loop.run(judged)

    def close(self) -> None:
        self._stage.close()


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    made = Court(tmp_path_factory.mktemp("court"))
    yield made
    made.close()


def findings(result: ScenarioResult) -> list[Any]:
    """What was found, but for its words."""
    return [
        (one.kind, one.owner, one.turn, one.seqs, one.consequence, str(one.span))
        for one in result.verdict.findings
    ]


def header(result: ScenarioResult) -> TraceHeader:
    return TraceHeader(scenario=result.scenario.name)


def outputs(result: ScenarioResult) -> dict[str, str]:
    """Everything that leaves the package of a result, as text."""
    kept = record(result)
    error = VerdictError(result)
    return {
        "picture": str(error),
        "colours": error.coloured,
        "reason": error.reason,
        "record": json.dumps(kept, ensure_ascii=False),
        "properties": str(user_properties(kept)),
        "trace": "\n".join(encode(result.trace, header(result))),
        "repr of the trace": repr(result.trace),
        "repr of the entries": repr(result.trace.entries),
        "repr of the result": repr(result),
        "repr of the verdict": repr(result.verdict),
    }


@given(talk=talks())
@COUNT
def test_the_verdict_is_the_same_with_and_without_masks(court: Court, talk: Talk) -> None:
    masked, plain = court.judge(talk), court.judge(talk, plain=True)

    event(masked.verdict.outcome)
    assert masked.verdict.outcome == plain.verdict.outcome
    assert findings(masked) == findings(plain)
    if masked.verdict.outcome == "passed":
        assert masked.verdict.reason == plain.verdict.reason


@given(talk=talks())
@COUNT
def test_no_output_holds_a_secret_or_a_piece_of_one(court: Court, talk: Talk) -> None:
    result = court.judge(talk)

    telling = [one for secret in talk.environ.values() for one in spellings(secret)]
    telling += [one for secret in talk.environ.values() for one in pieces(secret)]
    for name, text in outputs(result).items():
        seen = [one for one in telling if one in text]
        assert seen == [], f"{name}: {text}"


@given(talk=talks())
@COUNT
def test_the_outputs_would_hold_the_secrets_if_nobody_masked_them(court: Court, talk: Talk) -> None:
    """What makes the test above able to fail."""
    plain = court.judge(talk, plain=True)
    clear = str(talk.trace.entries)
    written = outputs(plain)["repr of the entries"]

    for secret in talk.environ.values():
        if repr(secret)[1:-1] in clear:
            assert repr(secret)[1:-1] in written


@given(talk=talks())
@COUNT
def test_a_stored_trace_is_never_judged_otherwise(court: Court, talk: Talk) -> None:
    """A value that was masked is unknown: it makes nothing green, and nothing red."""
    first = court.judge(talk)
    _, stored = decode(list(encode(first.trace, header(first))))

    again = court.judge(talk, trace=stored)

    event(f"{first.verdict.outcome}, then {again.verdict.outcome}")
    assert again.verdict.outcome in {first.verdict.outcome, "undecided"}
    assert set(findings(again)) <= set(findings(first))
    assert again.trace == first.trace
