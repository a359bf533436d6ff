"""Reads one response off a connection, with llhttp. Knows no socket, and hardly the request."""

from __future__ import annotations

import httptools

from pytest_tavus.handler.call.faults import SIZE_LIMIT
from pytest_tavus.wire import HttpResponse

HEAD_LIMIT = 256 * 1024
"""Bytes of status line and headers."""

_CONTINUE, _FINAL = 100, 200


class NotHttpError(Exception):
    """What came is no response: one phrase that says why."""


class PartialResponse:
    """A response, as far as it has come. One for each exchange."""

    def __init__(self, *, to_head: bool) -> None:
        """`to_head`: it answers a HEAD request, so that nothing follows its headers."""
        self._parser = httptools.HttpResponseParser(self)
        self._to_head = to_head
        self._status = _CONTINUE
        self._headers: list[tuple[str, str]] = []
        self._chunks: list[bytes] = []
        self._bytes_read = 0
        self.size = 0
        "Bytes of the body so far."

        self.complete = False
        self.surplus = False
        "More came than one response: the next one could not be told from it."

        self.keep_alive = False
        "The connection can carry another exchange."

    def feed(self, data: bytes) -> None:
        """Take what has come.

        Raises:
            NotHttpError: it is no response.

        """
        self._bytes_read += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            phrase = "it goes on in another protocol, which nobody asked for"
            raise NotHttpError(phrase) from None
        except httptools.HttpParserError as error:
            if not self.complete:
                raise NotHttpError(str(error)) from None
            self.surplus = True
        if self._status < _FINAL and self._bytes_read > HEAD_LIMIT:
            phrase = f"its head is longer than {HEAD_LIMIT // 1024} KiB"
            raise NotHttpError(phrase)

    def end(self) -> None:
        """Take the end of the connection, which ends a body that nothing else ends."""
        if self._status >= _FINAL and not self._is_framed():
            self.complete = True

    def response(self) -> HttpResponse:
        """Return it, complete as it is. Nothing is fed any more."""
        del self._parser  # which refers to this object, and would be cleared away late
        body = b"".join(self._chunks)
        return HttpResponse(status=self._status, headers=tuple(self._headers), body=body)

    def _is_framed(self) -> bool:
        """Tell whether the headers say where the body ends."""
        return any(
            name.lower() == "content-length"
            or (name.lower() == "transfer-encoding" and value.lower().endswith("chunked"))
            for name, value in self._headers
        )

    def on_message_begin(self) -> None:
        """Llhttp's: another response begins."""
        self.surplus = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Llhttp's: a header, or a trailer behind the body, which is left out."""
        if self._status < _FINAL:
            self._headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Llhttp's: the head is over. An interim response is not the answer."""
        if self.complete:
            return
        self._status = self._parser.get_status_code()
        if self._status < _FINAL:
            self._headers.clear()
        elif self._to_head:
            self.complete, self.keep_alive = True, self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """Llhttp's: a part of the body."""
        if self.complete:
            self.surplus = True
            return
        self.size += len(body)
        if self.size <= SIZE_LIMIT:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        """Llhttp's: the response is over."""
        if self._status >= _FINAL and not self.complete:
            self.complete, self.keep_alive = True, self._parser.should_keep_alive()
