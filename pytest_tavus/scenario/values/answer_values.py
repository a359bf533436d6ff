"""The answers to calls, as data: the handler, canned answers, client tools.

Each class describes a part of the language and is its run-time value.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from msgspec import field

from pytest_tavus.contract.annotations import BLANK, GIVEN, After, Before, Bounds, Short
from pytest_tavus.contract.refusal import refuse
from pytest_tavus.contract.tool.credentials import secrets_in_url
from pytest_tavus.contract.tool.url_rules import redact_url
from pytest_tavus.scenario.values.call_values import EXPECTED, Arguments
from pytest_tavus.scenario.values.forms import (
    Command,
    Names,
    OneOrMany,
    Part,
    Seconds,
    Text,
    text_stands_for,
)
from pytest_tavus.scenario.values.matcher_values import build_literal
from pytest_tavus.spans import Loc


class CannedAnswer(Part, frozen=True, kw_only=True):
    """An answer that stands in for the handler."""

    part = "a canned answer"
    hint = "the data that is answered stands under body"

    at: Loc
    when: Annotated[
        Arguments,
        EXPECTED,
        "Given only for calls with these arguments, as a recursive subset. "
        "The first answer that fits is given.",
    ] = field(default_factory=dict[str, Any])
    status: Annotated[int, Bounds(ge=100, le=599), "HTTP status."] = 200
    delay: Annotated[Seconds, "Time on the conversation's own clock."] = 0.0
    "No real time passes."

    body: Annotated[Any, After(build_literal), "JSON data; text as it is with `content_type`."] = (
        None
    )
    content_type: Annotated[Text | None, "Media type of the body."] = None
    fault: Annotated[
        Literal["connection", "timeout"] | None,
        "The connection breaks, or no answer comes in time.",
    ] = None

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse an answer beside a fault."""
        if given.get("fault") is not None and {"body", "status", "content_type"} & given.keys():
            refuse(
                "a canned answer with a fault has no status and no body", hint="keep one of both"
            )


class ClientAnswer(Part, frozen=True, kw_only=True):
    """How a tool of `delivery.app_message` is answered. Short: the output as text."""

    part = "a client answer"
    hint = "the data that is answered stands under output"

    at: Loc
    when: Annotated[
        Arguments,
        EXPECTED,
        "Given only for calls with these arguments, as a recursive subset.",
    ] = field(default_factory=dict[str, Any])
    output: Annotated[Any, After(build_literal), "Text as it is; other data is sent as JSON."] = (
        None
    )
    status: Annotated[Literal["success", "error"], "Tavus's status."] = "success"
    delay: Annotated[Seconds, "Time on the conversation's own clock."] = 0.0
    call: Annotated[Text | None, "Import string of a Python callable `(arguments) -> output`."] = (
        None
    )
    "The callable may be async, and may raise."

    unanswered: Annotated[bool, "No result is ever sent."] = False

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse an answer without output, call and unanswered, or with two of them."""
        kinds = [key for key in ("output", "call", "unanswered") if key in given]
        if not kinds:
            refuse(
                "a client answer says neither output, nor call, nor unanswered",
                hint="write output: with what the client sends back",
            )
        if len(kinds) > 1:
            refuse(f"a client answer has both {kinds[0]} and {kinds[1]}", hint="keep one of both")


class TokenAnswer(Part, frozen=True, kw_only=True):
    """A canned answer of the OAuth 2 token endpoint. Short: the token as text."""

    part = "a token answer"

    at: Loc
    access_token: Annotated[Text, "The token that is issued."]
    expires_in: Annotated[int, Bounds(ge=1), "Seconds it is valid for."] = 3600


def _check_loopback(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        # A malformed host or port raises; the URL is refused like a URL of another machine.
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or host not in {"localhost", "127.0.0.1", "::1"}:
        refuse(
            f"{redact_url(value)!r} is not on this machine: the url of a handler is on loopback",
            hint="write http://127.0.0.1:<port>",
        )
    return value


class HandlerSpec(Part, frozen=True, kw_only=True):
    """Where the real handler is, and how it is started. Short: the import string of an app."""

    part = "a handler"

    at: Loc
    app: Annotated[Text | None, "Import string `module:attribute` of an ASGI or WSGI app."] = None
    command: Annotated[Command, "A process to start; `{port}` becomes a free port."] = ()
    "The variable PORT also has the port."

    url: Annotated[
        Text | None,
        BLANK,
        Before(_check_loopback),
        "Base URL of something that already runs on loopback.",
    ] = None
    factory: Annotated[bool, "`app` is a callable that returns the app."] = False
    interface: Annotated[Literal["asgi", "wsgi"] | None, "Left out: found out from the app."] = None
    cwd: Annotated[
        Text | None, "Directory `command` runs in, from this file. Left out: pytest's rootdir."
    ] = None
    startup_timeout: Annotated[Seconds, "Time in which the port of `command` must answer."] = 10.0
    env: Annotated[Names, "Environment variables that `command` gets, by name."] = ()
    canned: Annotated[
        dict[str, OneOrMany[CannedAnswer]],
        BLANK,
        "Answers by tool, given instead of the handler's.",
    ] = field(default_factory=dict[str, tuple[CannedAnswer, ...]])
    token: Annotated[
        TokenAnswer | None,
        BLANK,
        Before(text_stands_for("access_token")),
        Short({"type": "string"}),
        "The answer of the OAuth 2 token endpoint.",
    ] = None
    fresh: Annotated[bool, "A new instance for each scenario."] = False
    search_path: Annotated[tuple[str, ...], GIVEN] = ()
    "Directories of the file, which are searched for `app` before the usual directories."

    _needs: ClassVar[Mapping[str, str]] = {
        "factory": "app",
        "interface": "app",
        "cwd": "command",
        "startup_timeout": "command",
        "env": "command",
    }

    @classmethod
    def check(cls, given: dict[str, Any]) -> None:
        """Refuse two of app, command and url, an empty handler, and keys without their place."""
        places = [key for key in ("app", "command", "url") if given.get(key) is not None]
        if len(places) > 1:
            refuse(
                f"a handler is in one place, but {places[0]} and {places[1]} are given",
                hint="keep one of app, command and url",
            )
        if not places and not given.get("canned"):
            refuse(
                "a handler is nowhere: no app, no command, no url and no canned answers",
                hint="write handler: package.module:app",
            )
        for key, other in cls._needs.items():
            if key in given and given.get(other) is None:
                refuse(f"{key} of a handler is only for {other}", hint=f"remove {key}")

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield each secret in these values, as a pair of a description and the secret."""
        if self.token is not None:
            yield "canned token", self.token.access_token
        yield from (("url of the handler", secret) for secret in secrets_in_url(self.url or ""))


def _expand_handler(value: object) -> object:
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        refuse(
            "a handler as text is the import string of an app, not a URL",
            hint="write handler: {url: <the URL>}",
        )
    return text_stands_for("app")(value)


Handler = Annotated[HandlerSpec, Before(_expand_handler), Short({"type": "string"})]
ClientAnswers = OneOrMany[
    Annotated[ClientAnswer, Before(text_stands_for("output")), Short({"type": "string"})]
]
