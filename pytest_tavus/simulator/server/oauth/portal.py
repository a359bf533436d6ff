"""The page of the developer portal at `/dev/cli-authorize`: asks a person, and acts on the answer.

Two clients open the page. The authorization of an MCP client arrives as a request that the
authorization server signed, and ends with a code in a redirect. The login of the CLI names its own
loopback callback, and ends with an API key that the browser posts there [client].

Only a form of a page that was shown in the same browser is accepted (CSRF protection). The page
carries a proof of a cookie that only this server sets, and the browser sends the page's origin.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from mcp.server.auth.provider import construct_redirect_uri
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pytest_tavus.simulator.server.oauth.clients import loopback_fault
from pytest_tavus.simulator.server.oauth.page import (
    delivery_page,
    denial_page,
    problem_page,
    question_page,
)
from pytest_tavus.simulator.server.oauth.provider import SignIn
from pytest_tavus.simulator.server.oauth.sessions import AuthorizationGrant
from pytest_tavus.simulator.server.oauth.signed import (
    AuthorizationRequest,
    LoginRequest,
    PendingRequest,
    RequestRefused,
)
from pytest_tavus.simulator.server.oauth.terms import PAGE_PATH


async def read_form(request: Request) -> FormData:
    """Parse the form of a request. Later calls of `request.form` return the same form.

    Raises:
        HTTPException: the form contains a file, or is malformed (400).
    """
    return await request.form(max_files=0)


def find_form_text(form: FormData, name: str) -> str | None:
    """Return a text field of a form; `None` if it is missing."""
    value = form.get(name)
    return value if isinstance(value, str) else None


COOKIE = "tavus_sign_in"


class Portal:
    """Shows the page, and handles its form."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._context = sign_in.context

    async def show(self, request: Request) -> Response:
        """Show the question, or approve at once with `auto_approve`."""
        requests, auto_approve = self._sign_in.requests, self._sign_in.terms.auto_approve
        try:
            text = self._read_request(request)
            pending = requests.answer(text) if auto_approve else requests.read(text)
        except RequestRefused as refused:
            return problem_page(str(refused))
        return self._approve(pending) if auto_approve else self._ask(text, pending)

    async def decide(self, request: Request) -> Response:
        form = await read_form(request)
        text = find_form_text(form, "request") or ""
        if not self._is_from_our_page(request, form):
            return problem_page("This answer did not come from this server's page.", status=403)
        try:
            pending = self._sign_in.requests.answer(text)
        except RequestRefused as refused:
            return problem_page(str(refused))
        approved = find_form_text(form, "decision") == "approve"
        return self._approve(pending) if approved else self._deny(pending)

    def _read_request(self, request: Request) -> str:
        query = request.query_params
        if query.get("mode") == "oauth":
            return query.get("request", "")
        callback, state = query.get("callback", ""), query.get("state", "")
        if (fault := loopback_fault(callback)) is not None:
            sentence = (
                f"A key is only sent to a loopback address, and {callback!r} is not: {fault}."
            )
            raise RequestRefused(sentence)
        if not state:
            raise RequestRefused("The client sent no state, so it could not recognize the answer.")
        name = query.get("name") or "A client without a name"
        login = LoginRequest(callback=callback, state=state, name=name)
        return self._sign_in.requests.sign(login, seconds=self._sign_in.terms.request_seconds)

    def _ask(self, text: str, pending: PendingRequest) -> Response:
        nonce = self._context.generate_token("nonce")
        fields = {"request": text, "proof": self._sign_in.requests.proof(text, nonce)}
        if isinstance(pending, LoginRequest):
            page = question_page(
                client=pending.name, callback=pending.callback, grant="an API key", fields=fields
            )
        else:
            page = question_page(
                client=pending.client_name or "A client without a name",
                callback=pending.redirect_uri,
                grant=f"the scopes {' '.join(pending.scopes)}",
                fields=fields,
            )
        page.set_cookie(COOKIE, nonce, path=PAGE_PATH, httponly=True, samesite="strict")
        return page

    def _is_from_our_page(self, request: Request, form: FormData) -> bool:
        """Tell whether a form comes from this server's page in the same browser."""
        # Ports share cookies, so a page on another port of this machine could have set the cookie.
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return False
        # A page that cannot read this server's page does not know the proof.
        return self._sign_in.requests.proves(
            find_form_text(form, "proof") or "",
            text=find_form_text(form, "request") or "",
            nonce=request.cookies.get(COOKIE, ""),
        )

    def _approve(self, pending: PendingRequest) -> Response:
        if isinstance(pending, LoginRequest):
            payload = {"state": pending.state, "api_key": self._context.issue_key()}
            return delivery_page(pending.callback, payload)
        grant = AuthorizationGrant(
            client_id=pending.client_id,
            scopes=pending.scopes,
            resource=self._context.resource,
            code_challenge=pending.code_challenge,
            redirect_uri=pending.redirect_uri,
            redirect_uri_given=pending.redirect_uri_given,
        )
        return self._redirect_back(pending, code=self._sign_in.sessions.issue_code(grant))

    def _deny(self, pending: PendingRequest) -> Response:
        if isinstance(pending, LoginRequest):
            return denial_page()
        return self._redirect_back(pending, error="access_denied")

    def _redirect_back(self, pending: AuthorizationRequest, **answer: str) -> Response:
        """Redirect the browser to the client; `iss` names the authorization server (RFC 9207)."""
        target = construct_redirect_uri(
            pending.redirect_uri, **answer, state=pending.state, iss=self._context.base_url
        )
        return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
