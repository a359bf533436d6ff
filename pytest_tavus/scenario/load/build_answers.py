"""Models of handlers, client answers, judges and marks to the values of the scenario model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pytest_tavus.scenario.language.answers import CannedDocument, ClientDocument, HandlerDocument
from pytest_tavus.scenario.language.judging import JudgeDocument, JudgeRulesDocument
from pytest_tavus.scenario.values.matcher_values import Complain, compared, literal
from pytest_tavus.scenario.values.model import (
    CannedAnswer,
    ClientAnswer,
    GuardrailRule,
    HandlerSpec,
    JudgeExpectation,
    JudgeRules,
    ObjectiveRule,
    TokenAnswer,
)
from pytest_tavus.spans import Loc


def handler(
    document: HandlerDocument, at: Loc, complain: Complain, *, search_path: tuple[str, ...]
) -> HandlerSpec:
    """Build where the handler is. `search_path`: directories, the file's own first."""
    token = document.token
    return HandlerSpec(
        at=at,
        app=document.app,
        factory=document.factory,
        interface=document.interface,
        command=tuple(document.command or ()),
        cwd=None if document.cwd is None else str(Path(search_path[0], document.cwd)),
        startup_timeout=document.startup_timeout,
        url=document.url,
        env=tuple(document.env or ()),
        canned={
            tool: tuple(
                _canned(one, (*at, "canned", tool, index), complain)
                for index, one in enumerate(answers)
            )
            for tool, answers in (document.canned or {}).items()
        },
        token=None
        if token is None
        else TokenAnswer(
            at=(*at, "token"), access_token=token.access_token, expires_in=token.expires_in
        ),
        fresh=document.fresh,
        search_path=search_path,
    )


def client(
    documents: Mapping[str, list[ClientDocument]], at: Loc, complain: Complain
) -> dict[str, tuple[ClientAnswer, ...]]:
    """Build the answers of client tools."""
    return {
        tool: tuple(_client(one, (*at, tool, index), complain) for index, one in enumerate(answers))
        for tool, answers in documents.items()
    }


def judge(document: JudgeDocument, at: Loc) -> JudgeExpectation:
    """Build what the judge must find."""
    knowledge = document.knowledge_base
    return JudgeExpectation(
        at=at,
        overall=document.overall,
        objectives=_is(document.objectives, "satisfied"),
        guardrails=_is(document.guardrails, "held"),
        tools=_is(document.tools, "invoked"),
        knowledge_base=None if knowledge is None else knowledge == "used",
    )


def judge_rules(document: JudgeRulesDocument, at: Loc) -> JudgeRules:
    """Build the rules of the judge."""
    return JudgeRules(
        objectives={
            name: ObjectiveRule(
                at=(*at, "objectives", name),
                called=tuple(rule.called or ()),
                said=tuple(rule.said or ()),
                collected=tuple(rule.collected or ()),
            )
            for name, rule in (document.objectives or {}).items()
        },
        guardrails={
            name: GuardrailRule(
                at=(*at, "guardrails", name),
                never_said=tuple(rule.never_said or ()),
                never_called=tuple(rule.never_called or ()),
            )
            for name, rule in (document.guardrails or {}).items()
        },
    )


def _canned(document: CannedDocument, at: Loc, complain: Complain) -> CannedAnswer:
    return CannedAnswer(
        at=at,
        when=compared(document.when, (*at, "when"), complain),
        status=document.status,
        delay=document.delay,
        body=literal(document.body, (*at, "body"), complain),
        content_type=document.content_type,
        fault=document.fault,
    )


def _client(document: ClientDocument, at: Loc, complain: Complain) -> ClientAnswer:
    return ClientAnswer(
        at=at,
        when=compared(document.when, (*at, "when"), complain),
        output=literal(document.output, (*at, "output"), complain),
        status=document.status,
        delay=document.delay,
        call=document.call,
        unanswered=document.unanswered,
    )


def _is(words: Mapping[str, str] | None, yes: str) -> dict[str, bool]:
    return {name: word == yes for name, word in (words or {}).items()}
