"""The head of a request: what goes on the wire, and what would not be HTTP."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.handler.http.handler import UnsendableError, encode_head

VALUES = st.binary(max_size=30).map(
    lambda text: bytes(each for each in text if each >= 0x20 and each != 0x7F).strip(b" ")
)


class Reader:
    """What a server reads."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.url = b""
        self.over = 0

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_message_complete(self) -> None:
        self.over += 1


@given(st.lists(st.tuples(st.sampled_from([b"X-A", b"x_b", b"!#"]), VALUES), max_size=4))
def test_a_server_parses_the_encoded_request(lines: list[tuple[bytes, bytes]]) -> None:
    reader = Reader()
    parser = httptools.HttpRequestParser(reader)

    parser.feed_data(encode_head("GET", "/a?b=%20", lines))

    assert reader.over == 1
    assert parser.get_method() == b"GET"
    assert reader.url == b"/a?b=%20"
    assert reader.headers == lines


def test_the_head_has_a_request_line_and_header_lines() -> None:
    head = encode_head("PUT", "/a", [(b"host", b"x"), (b"X-Empty", b"")])
    assert head == b"PUT /a HTTP/1.1\r\nhost: x\r\nX-Empty: \r\n\r\n"


@pytest.mark.parametrize(
    ("method", "target", "line", "says"),
    [
        ("GE T", "/", (b"a", b"b"), "'GE T' is no method"),
        ("", "/", (b"a", b"b"), "'' is no method"),
        ("GET", "/a b", (b"a", b"b"), "its path or its query holds a character that no URL has"),
        ("GET", "/\r\n", (b"a", b"b"), "its path or its query holds a character that no URL has"),
        ("GET", "/", (b"a b", b"c"), "'a b' is no name of a header"),
        ("GET", "/", (b"a:", b"c"), "'a:' is no name of a header"),
        ("GET", "/", (b"a", b"b\r\nc: d"), "the value of its header 'a' is no text of one line"),
        ("GET", "/", (b"a", b"b\x00"), "the value of its header 'a' is no text of one line"),
        ("GET", "/", (b"a", b" b"), "the value of its header 'a' is no text of one line"),
        ("GET", "/", (b"a", b"b\n"), "the value of its header 'a' is no text of one line"),
    ],
)
def test_a_part_that_is_not_http_is_refused(
    method: str, target: str, line: tuple[bytes, bytes], says: str
) -> None:
    with pytest.raises(UnsendableError) as caught:
        encode_head(method, target, [line])
    assert str(caught.value) == says
