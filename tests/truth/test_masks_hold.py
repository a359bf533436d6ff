"""Masking changes no verdict, and no output holds a secret or a piece of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, reject, settings

from pytest_tavus.errors import ScenarioError
from pytest_tavus.plugin.failure import VerdictError
from pytest_tavus.report.record import record, user_properties
from pytest_tavus.report.result import ScenarioResult
from pytest_tavus.run.options.settings import Settings
from pytest_tavus.run.runner import Runner
from pytest_tavus.trace.codec import TraceHeader, decode, encode
from pytest_tavus.trace.events import AppMessage, ToolDelivered, Withheld
from pytest_tavus.trace.log import Trace
from pytest_tavus.trace.redaction.mask import escape_brackets
from pytest_tavus.wire import HttpExchange, HttpRequest, HttpResponse
from tests.truth.canaries import pieces, spellings
from tests.truth.talks import Talk, scenario_file, sent_body, talks
from tests.verdict.checks.story import Story

Judge = Callable[..., ScenarioResult]
COUNT = settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Court:
    """Judges a talk on a runner of its own, with its secrets masked or not."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._environ: dict[str, str] = {}
        self._runner = Runner(Settings(scenarios=root), root=root, environ=self._environ)

    def judge(
        self, talk: Talk, *, plain: bool = False, trace: Trace | None = None
    ) -> ScenarioResult:
        self._environ.clear()
        self._environ.update({**talk.secrets, **talk.settings})
        file = {**talk.file, "plain": list(self._environ)} if plain else talk.file
        path = self._root / "talk.yaml"
        path.write_text(json.dumps(file), encoding="utf-8")
        try:
            (scenario,) = self._runner.load(path)
        except ScenarioError:
            reject()
        judged = self._runner.judge(scenario, talk.trace if trace is None else trace)
        return self._runner.loop.run(judged)

    def close(self) -> None:
        self._runner.close()


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

    telling = [one for secret in talk.secrets.values() for one in spellings(secret)]
    telling += [one for secret in talk.secrets.values() for one in pieces(secret)]
    for name, text in outputs(result).items():
        seen = [one for one in telling if one in text]
        assert seen == [], f"{name}: {text}"


@pytest.mark.parametrize("path", ["QXZJVWK1", "result.QXZJVWK2", "saved.QXZJVWK1", "result.x"])
def test_a_line_that_cannot_be_said_shows_no_secret(court: Court, path: str) -> None:
    """Neither by its placeholder, nor by the keys of an answer that are like it."""
    story = Story().user()
    call = story.opens("find", {"q": "order"})
    story.resolves(call, {"QXZJVWK1": 1, "key": "on its way"})
    story.record(Withheld(template=path, reason="missing_path", path=path, call_id=call))
    turns = [{"user": "Go on.", "calls": ["find"], "plays": {"calls": "none", "says": "Hm."}}]
    secrets = {"S0": "QXZJVWK1", "S1": "QXZJVWK2"}
    file = {**scenario_file(list(secrets)), "scenarios": [{"name": "it", "turns": turns}]}
    talk = Talk(file=file, trace=story.end().trace(), secrets=secrets, settings={})

    found = outputs(court.judge(talk))

    assert [name for name, text in found.items() if "QXZJVWK" in text] == []
    assert "cannot fill" in found["reason"]


@given(talk=talks())
@COUNT
def test_the_outputs_would_hold_the_secrets_if_nobody_masked_them(court: Court, talk: Talk) -> None:
    """What makes the test above able to fail."""
    plain = court.judge(talk, plain=True)
    clear = str(talk.trace.entries)
    written = outputs(plain)["repr of the entries"]

    for secret in talk.secrets.values():
        if repr(secret)[1:-1] in clear:
            assert escape_brackets(repr(secret)[1:-1]) in written


@given(talk=talks())
@COUNT
def test_a_stored_trace_is_never_judged_otherwise(court: Court, talk: Talk) -> None:
    """A value that was masked is unknown: it makes nothing green, and nothing red."""
    first = court.judge(talk)
    _, stored = decode(list(encode(first.trace, header(first))))

    again = court.judge(talk, trace=stored)

    event(f"{first.verdict.outcome}, then {again.verdict.outcome}")
    assert again.verdict.outcome in {first.verdict.outcome, "undecided"}
    # A cause may be open now, so what followed from it may stand for itself.
    told = {(one.kind, one.turn, one.seqs, str(one.span)) for one in first.verdict.findings}
    for one in again.verdict.findings:
        assert (one.kind, one.turn, one.seqs, str(one.span)) in told
    assert again.trace == first.trace


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("order", {}),
        ("⟦", {}),
        ("⟦⟦⟧", {}),
        ("⟦env.S0", {}),
        ("order", {"MODE": "find"}),  # a variable that has the name of a tool
        ("order", {"MODE": "conversation.utterance"}),  # or the type of an event
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_stored_trace_is_judged_as_it_was(
    court: Court, text: str, settings: dict[str, str], ascii_only: bool
) -> None:
    story = Story().user()
    call = story.opens("find", json.dumps({"q": text}, ensure_ascii=ascii_only))
    url = "https://shop.example.com/find"
    request = HttpRequest(method="POST", url=url, body=sent_body({"q": text}))
    exchange = HttpExchange(request=request, response=HttpResponse(status=200))
    story.record(ToolDelivered(call_id=call, purpose="tool", exchange=exchange))
    story.resolves(call, json.dumps({"key": text}, ensure_ascii=ascii_only))
    spoken = AppMessage(
        direction="from_tavus",
        event_type="conversation.utterance",
        properties={"role": "replica", "speech": text},
    )
    story.pal(text).record(spoken)
    wanted = {"find": {"q": text}, "result": {"key": text}}
    turn = {"user": "Go on.", "calls": [wanted], "plays": {"calls": "none", "says": "Hm."}}
    turn |= {"says": {"equals": text}, "events": [{"conversation.utterance": {"speech": text}}]}
    turn |= {"never": [{"find": {"q": "another"}}]}
    secrets = {"S0": "QXZJVWK1"}
    file = {
        **scenario_file([*secrets, *settings]),
        "scenarios": [{"name": "it", "turns": [turn]}],
    }
    talk = Talk(file=file, trace=story.end().trace(), secrets=secrets, settings=settings)
    first = court.judge(talk)
    _, stored = decode(list(encode(first.trace, header(first))))

    again = court.judge(talk, trace=stored)

    assert first.verdict.outcome == "passed", first.verdict.reason
    allowed = {"passed", "undecided"} if settings else {"passed"}
    assert again.verdict.outcome in allowed, again.verdict.reason
