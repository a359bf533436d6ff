"""A response is read as it comes: in one piece or byte by byte, framed in every way there is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_tavus.handler.http.answer import HEAD_LIMIT, NotHttpError, PartialResponse

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Late: 1\r\n\r\n"


def read(data: bytes, *, to_head: bool = False) -> PartialResponse:
    answer = PartialResponse(to_head=to_head)
    answer.feed(data)
    return answer


def body(answer: PartialResponse) -> bytes:
    assert answer.complete
    return answer.response().body


@given(
    st.lists(st.binary(max_size=40), max_size=5),
    st.lists(st.integers(min_value=0, max_value=300), max_size=6),
)
def test_a_response_may_arrive_in_any_pieces(chunks: list[bytes], cuts: list[int]) -> None:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks if each)
    data = OK + b"X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"
    answer = PartialResponse(to_head=False)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    for start, end in pairwise(places):
        assert not answer.complete
        answer.feed(data[start:end])

    assert answer.complete
    assert answer.keep_alive
    assert not answer.surplus
    response = answer.response()
    assert response.body == b"".join(chunks)
    assert response.headers == (("X-A", "1"), ("Transfer-Encoding", "chunked"))


def test_a_trailer_is_no_header() -> None:
    answer = read(CHUNKED)
    assert answer.complete
    assert answer.response().headers == (("Transfer-Encoding", "chunked"),)


def test_an_interim_response_is_not_the_answer() -> None:
    answer = PartialResponse(to_head=False)
    answer.feed(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    assert not answer.complete
    answer.feed(OK + b"Content-Length: 2\r\n\r\n{}")
    assert not answer.surplus
    response = answer.response()
    assert (response.status, response.body) == (200, b"{}")
    assert response.headers == (("Content-Length", "2"),)


def test_a_switch_to_another_protocol_is_no_answer() -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with pytest.raises(NotHttpError, match=r"^it switches to another protocol without being asked"):
        read(switching)


def test_an_offer_of_another_protocol_is_an_answer() -> None:
    offer = OK + b"Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}"
    assert body(read(offer)) == b"{}"


def test_the_response_to_a_head_request_ends_with_its_headers() -> None:
    head = OK + b"Content-Length: 5\r\n\r\n"
    assert body(read(head, to_head=True)) == b""
    assert read(head, to_head=True).keep_alive
    assert not read(head).complete
    assert read(head + b"x", to_head=True).surplus


@pytest.mark.parametrize("head", [b"\r\n", b"Transfer-Encoding: gzip\r\n\r\n"])
def test_the_end_of_the_connection_ends_a_body_without_a_length(head: bytes) -> None:
    answer = read(OK + head + b"to the end")
    assert not answer.complete
    answer.end()
    assert body(answer) == b"to the end"
    assert not answer.keep_alive


@pytest.mark.parametrize(
    "partial",
    [b"", b"HTTP/1.1 2", OK, OK + b"Content-Length: 3\r\n\r\n{}", CHUNKED[:-9]],
)
def test_the_end_of_the_connection_does_not_complete_another_body(partial: bytes) -> None:
    answer = PartialResponse(to_head=False)
    answer.feed(partial)
    answer.end()
    assert not answer.complete


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(status: bytes) -> None:
    assert body(read(b"HTTP/1.1 " + status + b"\r\n\r\n")) == b""


@pytest.mark.parametrize(
    ("data", "lasting"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", True),
        (OK + b"Content-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_the_answer_decides_whether_the_connection_is_reused(data: bytes, *, lasting: bool) -> None:
    assert read(data).keep_alive is lasting


@pytest.mark.parametrize("more", [OK, b"x", b"\x00"])
def test_bytes_behind_the_answer_are_noticed(more: bytes) -> None:
    answer = read(OK + b"Content-Length: 2\r\n\r\n{}" + more)
    assert body(answer) == b"{}"
    assert answer.surplus
    assert not read(OK + b"Content-Length: 2\r\n\r\n{}").surplus


@pytest.mark.parametrize(
    "data",
    [
        b"220 mail.example ESMTP\r\n",
        b"\x16\x03\x01\x02\x00",
        OK + b"Content-Length: two\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        OK + b"A B: 1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_bytes_that_are_no_response_are_refused(data: bytes) -> None:
    with pytest.raises(NotHttpError, match=r"."):
        read(data)


def test_a_head_without_an_end_is_refused() -> None:
    answer = PartialResponse(to_head=False)
    answer.feed(OK + b"X: " + b"a" * (HEAD_LIMIT - 50))
    with pytest.raises(NotHttpError, match=r"^its head is longer than 256 KiB$"):
        answer.feed(b"a" * 100)


def test_a_body_may_be_longer_than_a_head() -> None:
    long = b"a" * (HEAD_LIMIT + 1)
    assert body(read(OK + b"Content-Length: %d\r\n\r\n" % len(long) + long)) == long


def test_the_space_around_a_value_is_not_part_of_it() -> None:
    answer = read(OK + b"X-A:  \t1 2\t \r\nX-B:\r\nContent-Length: 0\r\n\r\n")
    assert answer.response().headers == (("X-A", "1 2"), ("X-B", ""), ("Content-Length", "0"))
