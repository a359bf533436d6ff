"""A payment endpoint that takes calls from Tavus only: it checks the signature of each request.

With `auth: {type: hmac}` Tavus sends an envelope of its own, in which `arguments` is JSON in a
string, and signs the bytes of the body. So the signature is checked on the raw body, before
anything is parsed: JSON that was read and written again is not the same bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

SECRET = b"a-secret-for-the-examples"
BALANCES = {"INV-77": "$42.00"}


def is_signed(body: bytes, signature: str) -> bool:
    """Tell whether the signature, in hex, is that of these bytes under our secret."""
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    # Both sides as bytes: compare_digest raises on text that is not ASCII.
    return hmac.compare_digest(expected.encode(), signature.encode())


async def pay_invoice(request: Request) -> JSONResponse:
    """Take the payment of an invoice, once for each conversation."""
    body = await request.body()
    if not is_signed(body, request.headers.get("X-Tavus-Signature", "")):
        return JSONResponse({"error": "bad signature"}, status_code=401)
    envelope = json.loads(body)
    arguments = json.loads(envelope["arguments"])
    amount = BALANCES.get(arguments["invoice_id"])
    if amount is None:
        return JSONResponse({"error": "no such invoice"}, status_code=404)
    receipt = f"{arguments['invoice_id']}/{envelope['conversation_id']}"
    return JSONResponse({"paid": amount, "receipt": receipt})


app = Starlette(routes=[Route("/pay-invoice", pay_invoice, methods=["POST"])])
