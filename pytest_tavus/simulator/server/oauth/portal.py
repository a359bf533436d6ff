"""The page of the developer portal at `/dev/cli-authorize`: it asks, and acts on the answer.

Two clients lead there. An MCP client's authorization comes with a signed request of the
authorization server's, and ends with a code in a redirect. The CLI's login names its own loopback
callback, and ends with an API key that the person's browser posts to it [client].

The answer is a form of a page that was shown in the same browser: the page carries a proof of a
cookie that only this server sets, and the browser says that the form came from here.
"""

from __future__ import annotations

from typing import Any
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
from pytest_tavus.simulator.server.oauth.signed import RequestRefused
from pytest_tavus.simulator.server.oauth.terms import PAGE_PATH


async def read_form(request: Request) -> FormData:
    """Return the form of a request; whoever asks the request for its form afterwards gets this one.

    Raises:
        HTTPException: it has a file in it, or cannot be read (400).
    """
    return await request.form(max_files=0)


def find_form_text(form: FormData, name: str) -> str | None:
    """Return a field of a form, or `None` where there is none."""
    value = form.get(name)
    return value if isinstance(value, str) else None


COOKIE = "tavus_sign_in"


class Portal:
    """Shows the page, and takes the answer."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._context = sign_in.context

    async def show(self, request: Request) -> Response:
        """Ask; or, where nobody is to be asked, act at once."""
        requests, at_once = self._sign_in.requests, self._sign_in.terms.auto_approve
        try:
            text = self._read_request(request)
            fields = requests.answer(text) if at_once else requests.read(text)
        except RequestRefused as refused:
            return problem_page(str(refused))
        return self._approve(fields) if at_once else self._question(text, fields)

    async def decide(self, request: Request) -> Response:
        """Act on the form of the page."""
        form = await read_form(request)
        text = find_form_text(form, "request") or ""
        if not self._is_from_our_page(request, form):
            return problem_page("This answer did not come from this server's page.", status=403)
        try:
            fields = self._sign_in.requests.answer(text)
        except RequestRefused as refused:
            return problem_page(str(refused))
        return (
            self._approve(fields)
            if find_form_text(form, "decision") == "approve"
            else self._deny(fields)
        )

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
            raise RequestRefused("The client sent no state, so it could not know the answer again.")
        name = query.get("name") or "A client without a name"
        fields = {"kind": "login", "callback": callback, "state": state, "name": name}
        seconds = self._sign_in.terms.request_seconds
        return self._sign_in.requests.sign(fields, seconds=seconds)

    def _question(self, text: str, fields: dict[str, Any]) -> Response:
        nonce = self._context.generate_token("nonce")
        proof = self._sign_in.requests.proof(text, nonce)
        login = fields["kind"] == "login"
        page = question_page(
            who=fields["name"] if login else fields["client_name"] or "A client without a name",
            where=fields["callback"] if login else fields["redirect_uri"],
            wants="an API key" if login else f"the scopes {' '.join(fields['scopes'])}",
            fields={"request": text, "proof": proof},
        )
        page.set_cookie(COOKIE, nonce, path=PAGE_PATH, httponly=True, samesite="strict")
        return page

    def _is_from_our_page(self, request: Request, form: FormData) -> bool:
        """Tell whether a form is from a page of ours in this browser.

        The proof keeps out whoever cannot read the page. The origin keeps out a page on another
        port of this machine, which could have set the cookie: ports share cookies.
        """
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return False
        return self._sign_in.requests.proves(
            find_form_text(form, "proof") or "",
            text=find_form_text(form, "request") or "",
            nonce=request.cookies.get(COOKIE, ""),
        )

    def _approve(self, fields: dict[str, Any]) -> Response:
        if fields["kind"] == "login":
            payload = {"state": fields["state"], "api_key": self._context.issue_key()}
            return delivery_page(fields["callback"], payload)
        grant = AuthorizationGrant(
            client_id=fields["client_id"],
            scopes=tuple(fields["scopes"]),
            resource=self._context.resource,
            code_challenge=fields["code_challenge"],
            redirect_uri=fields["redirect_uri"],
            redirect_uri_given=fields["redirect_uri_given"],
        )
        return self._redirect_back(fields, code=self._sign_in.sessions.issue_code(grant))

    def _deny(self, fields: dict[str, Any]) -> Response:
        if fields["kind"] == "login":
            return denial_page()
        return self._redirect_back(fields, error="access_denied")

    def _redirect_back(self, fields: dict[str, Any], **answer: str) -> Response:
        """Send the browser back to the client; `iss` says who answers (RFC 9207)."""
        target = construct_redirect_uri(
            fields["redirect_uri"], **answer, state=fields["state"], iss=self._context.base_url
        )
        return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
