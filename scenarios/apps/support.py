"""What a telecom company's support line can do for a caller: find a contract, open a case."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

CONTRACTS = {"C-2211": {"plan": "Fibre 250", "renews": "1 March"}}


async def find_contract(request: Request) -> JSONResponse:
    """Look a contract up by its number."""
    contract = CONTRACTS.get(request.path_params["contract_id"])
    if contract is None:
        return JSONResponse({"error": "no_such_contract"}, status_code=404)
    return JSONResponse(contract)


async def open_case(request: Request) -> JSONResponse:
    """Open a case for a technician."""
    order = await request.json()
    return JSONResponse({"case_id": f"{order['contract_id']}-1", "callback": "within the hour"})


app = Starlette(
    routes=[
        Route("/contracts/{contract_id}", find_contract, methods=["GET"]),
        Route("/cases", open_case, methods=["POST"]),
    ],
)
