"""The developer portal's pages as HTML. Every text of a client is escaped.

The look of the real page is unknown. Clients depend only on its redirects and requests.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse

_SCRIPT = """
const login = JSON.parse(document.getElementById("login").textContent);
const say = (text) => { document.getElementById("outcome").textContent = text; };
fetch(login.callback, {
  method: "POST",
  headers: {"Content-Type": "application/json"},
  body: JSON.stringify(login.payload),
}).then(
  (answer) => say(answer.ok ? "You are signed in. You can close this page."
                            : "The client refused the sign-in: HTTP " + answer.status + "."),
  () => say("The client could not be reached. Is it still waiting?"),
);
"""
"""Sends the key to the waiting CLI, as the portal's page does in a browser [client]."""

_STYLE = "body{font:16px/1.5 system-ui;max-width:34em;margin:4em auto;padding:0 1em}"


def _source(text: str) -> str:
    """Return the source expression of a content security policy that allows one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)}; "
        "connect-src http:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The referrer policy must keep the Origin of the form, because the portal checks it."""


def question_page(
    *, client: str, callback: str, grant: str, fields: Mapping[str, str]
) -> HTMLResponse:
    """Ask whether a client may sign in; `grant` names the key or the scopes that it asks for."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return _page(
        "Sign in to the simulated Tavus",
        f"<p><strong>{escape(client)}</strong> asks for {escape(grant)}.</p>"
        f"<p>The answer goes to <code>{escape(callback)}</code>.</p>"
        f'<form method="post">{hidden}'
        '<button name="decision" value="approve">Approve</button> '
        '<button name="decision" value="deny">Deny</button></form>',
    )


def delivery_page(callback: str, payload: Mapping[str, str]) -> HTMLResponse:
    """Let the browser post a payload to the callback of the waiting CLI."""
    data = json.dumps({"callback": callback, "payload": dict(payload)})
    return _page(
        "Signing in",
        '<p id="outcome">Sending the key to your client ...</p>'
        f'<script type="application/json" id="login">{_escape_for_script(data)}</script>'
        f"<script>{_SCRIPT}</script>",
    )


def problem_page(sentence: str, *, status: int = 400) -> HTMLResponse:
    return _page("This does not work", f"<p>{escape(sentence)}</p>", status=status)


def denial_page() -> HTMLResponse:
    """Confirm a denied login in the browser, because the CLI gets no answer."""
    return _page("Denied", "<p>Nothing was sent to the client. You can close this page.</p>")


def _escape_for_script(data: str) -> str:
    # Otherwise a text in the JSON could end the script element.
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>",
        status_code=status,
        headers=_HEADERS,
    )
