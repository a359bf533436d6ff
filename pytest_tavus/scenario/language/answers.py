"""The models of who answers a call: the handler, canned answers, client tools."""

from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from pytest_tavus.contract.tool.url_rules import redact_url
from pytest_tavus.scenario.language.calls import Arguments
from pytest_tavus.scenario.language.shapes import (
    BuildSpec,
    Command,
    Names,
    OneOrMany,
    Part,
    Seconds,
    Text,
    refuse,
    short,
    text_stands_for,
)
from pytest_tavus.scenario.values.answer_values import (
    CannedAnswer,
    ClientAnswer,
    HandlerSpec,
    TokenAnswer,
)
from pytest_tavus.scenario.values.matcher_values import build_expected, build_literal


class CannedDocument(Part):
    """An answer that stands in for the handler."""

    part = "a canned answer"
    builds = BuildSpec(CannedAnswer, when=build_expected, body=build_literal)
    nullable = frozenset({"body"})
    hint = "the data that is answered stands under body"

    when: Arguments = Field(
        default_factory=dict[str, Any],
        description="Given only for calls with these arguments, as a recursive subset. "
        "The first answer that fits is given.",
    )
    status: int = Field(default=200, ge=100, le=599, description="HTTP status.")
    delay: Seconds = Field(default=0.0, description="Time on the conversation's own clock.")
    body: Any = Field(default=None, description="JSON data; text as it is with `content_type`.")
    content_type: Text | None = Field(default=None, description="Media type of the body.")
    fault: Literal["connection", "timeout"] | None = Field(
        default=None, description="The connection breaks, or no answer comes in time."
    )

    @model_validator(mode="after")
    def _check_fault_or_answer(self) -> Self:
        if self.fault is not None and {"body", "status", "content_type"} & self.model_fields_set:
            refuse(
                "a canned answer with a fault has no status and no body", hint="keep one of both"
            )
        return self


class ClientDocument(Part):
    """How a tool of `delivery.app_message` is answered. Short: the output as text."""

    part = "a client answer"
    builds = BuildSpec(ClientAnswer, when=build_expected, output=build_literal)
    nullable = frozenset({"output"})
    hint = "the data that is answered stands under output"

    when: Arguments = Field(
        default_factory=dict[str, Any],
        description="Given only for calls with these arguments, as a recursive subset.",
    )
    output: Any = Field(default=None, description="Text as it is; other data is sent as JSON.")
    status: Literal["success", "error"] = Field(default="success", description="Tavus's status.")
    delay: Seconds = Field(default=0.0, description="Time on the conversation's own clock.")
    call: Text | None = Field(
        default=None, description="Import string of a Python callable `(arguments) -> output`."
    )
    unanswered: bool = Field(default=False, description="No result is ever sent.")

    @model_validator(mode="after")
    def _check_one_kind(self) -> Self:
        given = [key for key in ("output", "call", "unanswered") if key in self.model_fields_set]
        if not given:
            refuse(
                "a client answer says neither output, nor call, nor unanswered",
                hint="write output: with what the client sends back",
            )
        if len(given) > 1:
            refuse(f"a client answer has both {given[0]} and {given[1]}", hint="keep one of both")
        return self


class TokenDocument(Part):
    """A canned answer of the OAuth 2 token endpoint. Short: the token as text."""

    part = "a token answer"
    builds = BuildSpec(TokenAnswer)

    access_token: Text = Field(description="The token that is issued.")
    expires_in: int = Field(default=3600, ge=1, description="Seconds it is valid for.")


def _check_loopback(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or host not in {"localhost", "127.0.0.1", "::1"}:
        refuse(
            f"{redact_url(value)!r} is not on this machine: the url of a handler is on loopback",
            hint="write http://127.0.0.1:<port>",
        )
    return value


class HandlerDocument(Part):
    """Where the real handler is, and how it is started. Short: the import string of an app."""

    part = "a handler"
    builds = BuildSpec(HandlerSpec)
    part_mappings = frozenset({"canned"})

    app: Text | None = Field(
        default=None, description="Import string `module:attribute` of an ASGI or WSGI app."
    )
    command: Command | None = Field(
        default=None, description="A process to start; `{port}` becomes a free port."
    )
    url: Annotated[Text | None, BeforeValidator(_check_loopback)] = Field(
        default=None, description="Base URL of something that already runs on loopback."
    )
    factory: bool = Field(default=False, description="`app` is a callable that returns the app.")
    interface: Literal["asgi", "wsgi"] | None = Field(
        default=None, description="Left out: found out from the app."
    )
    cwd: Text | None = Field(
        default=None,
        description="Directory `command` runs in, from this file. Left out: pytest's rootdir.",
    )
    startup_timeout: Seconds = Field(
        default=10.0, description="Time in which the port of `command` must answer."
    )
    env: Names | None = Field(
        default=None, description="Environment variables that `command` gets, by name."
    )
    canned: dict[str, OneOrMany[CannedDocument]] | None = Field(
        default=None, description="Answers by tool, given instead of the handler's."
    )
    token: Annotated[
        TokenDocument | None,
        BeforeValidator(text_stands_for("access_token")),
        short({"type": "string"}),
    ] = Field(default=None, description="The answer of the OAuth 2 token endpoint.")
    fresh: bool = Field(default=False, description="A new instance for each scenario.")

    needs: ClassVar[dict[str, str]] = {
        "factory": "app",
        "interface": "app",
        "cwd": "command",
        "startup_timeout": "command",
        "env": "command",
    }

    @model_validator(mode="after")
    def _check_one_place(self) -> Self:
        given = [key for key in ("app", "command", "url") if getattr(self, key) is not None]
        if len(given) > 1:
            refuse(
                f"a handler is in one place, but {given[0]} and {given[1]} are given",
                hint="keep one of app, command and url",
            )
        if not given and not self.canned:
            refuse(
                "a handler is nowhere: no app, no command, no url and no canned answers",
                hint="write handler: package.module:app",
            )
        for key, other in self.needs.items():
            if key in self.model_fields_set and getattr(self, other) is None:
                refuse(f"{key} of a handler is only for {other}", hint=f"remove {key}")
        return self


def _expand_handler(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        refuse(
            "a handler as text is the import string of an app, not a URL",
            hint="write handler: {url: <the URL>}",
        )
    return text_stands_for("app")(value)


Handler = Annotated[HandlerDocument, BeforeValidator(_expand_handler), short({"type": "string"})]
ClientAnswers = OneOrMany[
    Annotated[ClientDocument, BeforeValidator(text_stands_for("output")), short({"type": "string"})]
]
