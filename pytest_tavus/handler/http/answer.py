"""Parses one response with llhttp. Knows no socket, and no request but whether it is a HEAD."""

from __future__ import annotations

import httptools

from pytest_tavus.handler.call.faults import SIZE_LIMIT
from pytest_tavus.wire import HttpResponse

HEAD_LIMIT = 256 * 1024
"""Bytes of status line and headers."""

_CONTINUE, _FINAL = 100, 200


class NotHttpError(Exception):
    """The received bytes are no HTTP response. Its text completes "is not HTTP:"."""


class PartialResponse:
    """The response of one exchange, as far as it has been received.

    With `to_head`, it answers a HEAD request, so no body follows its headers. The methods named
    ``on_...`` are the callbacks of llhttp.
    """

    def __init__(self, *, to_head: bool) -> None:
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
        "Bytes followed the response; they would be mistaken for the next response."

        self.keep_alive = False
        "The connection can carry another exchange."

    def feed(self, data: bytes) -> None:
        """Parse received bytes.

        Raises:
            NotHttpError: the bytes are no response.

        """
        self._bytes_read += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            phrase = "it switches to another protocol without being asked"
            raise NotHttpError(phrase) from None
        except httptools.HttpParserError as error:
            if not self.complete:
                raise NotHttpError(str(error)) from None
            self.surplus = True
        if self._status < _FINAL and self._bytes_read > HEAD_LIMIT:
            phrase = f"its head is longer than {HEAD_LIMIT // 1024} KiB"
            raise NotHttpError(phrase)

    def end(self) -> None:
        """Handle the end of the connection, which ends a body without a declared length."""
        if self._status >= _FINAL and not self._is_framed():
            self.complete = True

    def response(self) -> HttpResponse:
        """Return the complete response. Must be the last call."""
        # The parser refers back to this object: only the garbage collector would free the two.
        del self._parser
        body = b"".join(self._chunks)
        return HttpResponse(status=self._status, headers=tuple(self._headers), body=body)

    def _is_framed(self) -> bool:
        return any(
            name.lower() == "content-length"
            or (name.lower() == "transfer-encoding" and value.lower().endswith("chunked"))
            for name, value in self._headers
        )

    def on_message_begin(self) -> None:
        self.surplus = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._status < _FINAL:  # later ones are trailers behind the body
            self._headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        self._status = self._parser.get_status_code()
        if self._status < _FINAL:
            self._headers.clear()  # an interim response, such as 100 Continue
        elif self._to_head:
            self.complete, self.keep_alive = True, self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if self.complete:
            self.surplus = True
            return
        self.size += len(body)
        if self.size <= SIZE_LIMIT:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._status >= _FINAL and not self.complete:
            self.complete, self.keep_alive = True, self._parser.should_keep_alive()
