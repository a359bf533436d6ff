"""Forms as OAuth has them: fields of text. Uploaded files are refused before anything is read."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request


async def form_of(request: Request) -> FormData:
    """Return the form of a request; whoever asks the request for its form afterwards gets this one.

    Raises:
        HTTPException: it has a file in it, or cannot be read (400).
    """
    return await request.form(max_files=0)


def text_in(form: FormData, name: str) -> str | None:
    """Return a field of a form, or `None` where there is none."""
    value = form.get(name)
    return value if isinstance(value, str) else None
