"""Who answers a call, as data: the handler, canned answers, client tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from pytest_tavus.contract.tool.credentials import secrets_in_url
from pytest_tavus.spans import Loc


class CannedAnswer(Struct, frozen=True, kw_only=True):
    """An answer that stands in for the handler."""

    at: Loc
    when: Any = field(default_factory=dict[str, Any])
    "A recursive subset of the arguments. The first answer whose predicate holds is given."

    status: int = 200
    delay: float = 0.0
    "Seconds, on the conversation's own clock: nothing really waits."

    body: Any = None
    "JSON data, or text that is sent as it is where `content_type` is given."

    content_type: str | None = None
    fault: Literal["connection", "timeout"] | None = None


class ClientAnswer(Struct, frozen=True, kw_only=True):
    """How a tool of `delivery.app_message` is answered."""

    at: Loc
    when: Any = field(default_factory=dict[str, Any])
    output: Any = None
    "Text is passed through; other data is sent as JSON."

    status: Literal["success", "error"] = "success"
    delay: float = 0.0
    "Seconds, on the conversation's own clock."

    call: str | None = None
    "Import string of a Python callable ``(arguments: dict) -> output``; may be async; may raise."

    unanswered: bool = False


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """A canned answer of an OAuth 2 token endpoint."""

    at: Loc
    access_token: str
    expires_in: int = 3600
    "Seconds."


class HandlerSpec(Struct, frozen=True, kw_only=True):
    """Where the user's handler is and how it is started. At most one of app, command, url."""

    at: Loc
    app: str | None = None
    "Import string ``package.module:attribute`` of an ASGI or WSGI application."

    factory: bool = False
    "`app` names a callable that returns the application."

    interface: Literal["asgi", "wsgi"] | None = None
    "`None`: found out from the application."

    command: tuple[str, ...] = ()
    "`{port}` is replaced by a free port, which is also in the variable PORT."

    cwd: str | None = None
    "Absolute, or from the rootdir, which it is where it is left out."

    startup_timeout: float = 10.0
    "Seconds until the port of `command` must answer."

    url: str | None = None
    "Base URL of something already running on loopback."

    env: tuple[str, ...] = ()
    "Environment variables that `command` gets, beside those a process cannot do without."

    canned: Mapping[str, tuple[CannedAnswer, ...]] = field(
        default_factory=dict[str, tuple[CannedAnswer, ...]]
    )
    token: TokenAnswer | None = None
    fresh: bool = False
    "Start a new instance for each scenario instead of sharing one for the run."

    search_path: tuple[str, ...] = ()
    "Directories in which `app` is looked for before the usual ones: those of the file."

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Yield every secret that is written out here, behind the name of its place."""
        if self.token is not None:
            yield "canned token", self.token.access_token
        yield from (("url of the handler", secret) for secret in secrets_in_url(self.url or ""))
