"""Each place of a request is read as it was written; a value that looks alike is another one."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.contract.tool.sent import SentArguments
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile, MissingArgument
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.matching.compare import matches
from pytest_tavus.wire import HttpRequest
from tests.handler.delivery.samples import call, run_delivery

FORM = "application/x-www-form-urlencoded"
TEXT = {"type": "string"}
HEADERS = DeliveryProfile(header_placeholders=True)


def tool(properties: dict[str, Any] | None = None, **api: Any) -> Tool:
    definition = {
        "name": "cancel_order",
        "description": "Cancels an order.",
        "parameters": {"type": "object", "properties": properties or {"x": TEXT}},
        "delivery": {"api": {"url": "https://shop.test/v1", **api}},
    }
    return Tool.from_json(definition)


def request_of(
    tested: Tool, profile: DeliveryProfile | None = None, /, **arguments: Any
) -> HttpRequest:
    return run_delivery(tested, call(arguments), profile=profile).request


def read(
    tested: Tool, profile: DeliveryProfile | None = None, /, **arguments: Any
) -> SentArguments:
    profile = profile or DeliveryProfile()
    return RequestReader(profile)(tested, request_of(tested, profile, **arguments), "c1a2b3")


PLACES: dict[str, dict[str, Any]] = {
    "path": {"url": "https://shop.test/orders/{x}/cancel", "method": "DELETE"},
    "query of the URL": {"url": "https://shop.test/orders?id={x}&all=no", "method": "GET"},
    "query": {"query_params": {"id": "{x}"}, "method": "GET"},
    "longer query": {"query_params": {"q": "id:{x};"}, "method": "GET"},
    "body": {},
    "template": {"body_template": {"order": {"ids": ["none", "{x}"]}}},
    "longer text of a template": {"body_template": {"note": "cancel {x}, please"}},
    "form": {"content_type": FORM},
    "template of a form": {"content_type": FORM, "body_template": {"order": "{x}"}},
    "list of a form": {"content_type": FORM, "body_template": {"order": ["all", "{x}"]}},
    "list within a list of a form": {
        "content_type": FORM,
        "body_template": {"order": ["all", ["{x}"]]},
    },
    "object of a form": {"content_type": FORM, "body_template": {"order": {"id": "{x}"}}},
    "signed event": {"auth": {"type": "hmac", "secret": "s3cret"}},
}
LOOK_ALIKE: list[tuple[Any, Any, dict[str, Any]]] = [
    ("A-10428", "A-10429", TEXT),
    ("A-10428", "a-10428", TEXT),
    ("A-10428", "A-10428 ", TEXT),
    ("A/1", "A%2F1", TEXT),
    ("a b", "a+b", TEXT),
    ("", "null", TEXT),
    ("1", "1.0", TEXT),
    ("{x}", "{y}", TEXT),
    ("\u00e9", "e\u0301", TEXT),
    (7, 70, {"type": "integer"}),
    (0.1, 0.10000000000000002, {"type": "number"}),
    (True, False, {"type": "boolean"}),
    ([1, 2], [2, 1], {"type": "array", "items": {"type": "integer"}}),
    (["a"], ["a", "a"], {"type": "array", "items": TEXT}),
    ({"id": 1}, {"id": "1"}, {"type": "object"}),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("value", "other", "schema"), LOOK_ALIKE)
def test_values_that_look_alike_are_read_with_their_types(
    place: str, value: Any, other: Any, schema: dict[str, Any]
) -> None:
    tested = tool({"x": schema}, **PLACES[place])
    for sent in (value, other):
        found = read(tested, x=sent).arguments["x"]
        assert matches(sent, found, exact=True)
        assert not matches(other if sent is value else value, found, exact=True)


@pytest.mark.parametrize("place", PLACES)
def test_an_argument_that_no_call_has_is_absent(place: str) -> None:
    sent = read(tool(**PLACES[place]))
    assert set(sent.arguments) == set(sent.maybe_absent)
    assert not sent.ambiguous


def test_a_header_is_read_if_the_profile_fills_headers() -> None:
    tested = tool(headers={"X-Order": "id {x}"}, method="GET")
    assert read(tested, HEADERS, x="A-1").arguments == {"x": "A-1"}
    assert read(tested, x="A-1").arguments == {}
    assert RequestReader(HEADERS).carries(tested, "x")
    assert not RequestReader(DeliveryProfile()).carries(tested, "x")


@pytest.mark.parametrize("value", [" A-1", "A-1\t"])
def test_blanks_at_the_ends_of_a_header_are_not_on_the_wire(value: str) -> None:
    tested = tool(headers={"X-Order": "{x}"}, method="GET")
    assert read(tested, HEADERS, x=value).ambiguous == {"x": "unlike"}


@pytest.mark.parametrize(
    ("auth", "name"),
    [
        ({"type": "bearer", "token": "t"}, "authorization"),
        ({"type": "basic", "username": "u", "password": "p"}, "Authorization"),
        ({"type": "api_key", "name": "x-key", "value": "k"}, "X-Key"),
        ({"type": "hmac", "secret": "s"}, "x-tavus-signature"),
        ({"type": "none"}, "Content-Type"),
    ],
)
def test_a_header_that_the_credentials_replace_has_no_arguments(
    auth: dict[str, Any], name: str
) -> None:
    tested = tool(headers={name: "{x}"}, auth=auth, method="GET")
    if auth["type"] == "hmac":
        assert read(tested, HEADERS, x="A-1").arguments == {"x": "A-1"}  # of the signed body
    else:
        assert not RequestReader(HEADERS).carries(tested, "x")
        assert read(tested, HEADERS, x="A-1").arguments == {}


def test_an_argument_without_a_place_is_not_carried() -> None:
    nowhere: list[dict[str, Any]] = [
        {"body_template": {"all": True}},
        {"body_template": {}},
        {"method": "GET"},
        {"url": "https://shop.test/v1#{x}", "method": "GET"},
        {"method": "GET", "query_params": {"{x}": "all"}},
    ]
    for api in nowhere:
        tested = tool(**api)
        assert not RequestReader(DeliveryProfile()).carries(tested, "x")
        assert read(tested, x="A-1") == SentArguments(arguments={})
    client = Tool.from_json({**tool().to_json(), "delivery": {"app_message": True}})
    assert RequestReader(DeliveryProfile()).carries(client, "x")


def test_a_text_is_split_only_if_there_is_one_split() -> None:
    properties = dict.fromkeys("xyz", TEXT)
    tested = tool(properties, method="GET", url="https://shop.test/{x}-{y}/{z}")
    sent = read(tested, x="1", y="2", z="1-2-3")
    assert sent == SentArguments(arguments={"x": "1", "y": "2", "z": "1-2-3"}, ambiguous={})
    for arguments in ({"x": "1-2", "y": "3"}, {"x": "1", "y": "2-3"}):
        sent = read(tested, None, **arguments, z="A")
        assert sent.arguments == {"z": "A"}
        assert sent.ambiguous == {"x": "split", "y": "split"}


def test_only_the_placeholders_without_clear_bounds_are_ambiguous() -> None:
    properties = dict.fromkeys("wxyz", TEXT)
    template = {"text": "{w}: {x}-{y} ({z})"}
    sent = read(tool(properties, body_template=template), w="a", x="1-2", y="3", z="b")
    assert (sent.arguments, sent.ambiguous) == (
        {"w": "a", "z": "b"},
        {"x": "split", "y": "split"},
    )


def test_placeholders_side_by_side_have_no_bounds() -> None:
    tested = tool({"x": TEXT, "y": TEXT}, body_template={"text": "{x}{y}"})
    assert read(tested, x="a", y="b").ambiguous == {"x": "split", "y": "split"}
    assert read(tested).arguments == {"x": "", "y": ""}


def test_a_long_text_with_many_placeholders_is_read_in_time() -> None:
    names = [f"p{number}" for number in range(50)]
    template = {"text": "-".join(f"{{{name}}}" for name in names)}
    tested = tool(dict.fromkeys(names, TEXT), body_template=template)
    sent = read(tested, **dict.fromkeys(names, "-" * 2000))
    assert set(sent.ambiguous) == set(names)


@pytest.mark.parametrize("text", ["42", "true", "null", "[1]", '{"a": 1}', "1.5"])
def test_a_text_without_a_declared_type_may_be_json(text: str) -> None:
    tested = tool({"x": {}}, method="GET", url="https://shop.test/{x}")
    assert read(tested, x=text).ambiguous == {"x": "type"}
    typed = tool({"x": TEXT}, method="GET", url="https://shop.test/{x}")
    assert read(typed, x=text).arguments == {"x": text}


def test_a_text_without_a_declared_type_that_is_no_json_is_text() -> None:
    tested = tool({"x": {}}, method="GET", url="https://shop.test/{x}")
    for text in ("A-1", "", '"x"', "042", " 1", "NaN", "1e999"):
        assert read(tested, x=text).arguments == {"x": text}


def test_a_text_that_is_no_value_of_its_type_is_text() -> None:
    for kind, text in [("integer", "1.5"), ("integer", "true"), ("number", "x"), ("boolean", "1")]:
        tested = tool({"x": {"type": kind}}, method="GET", url="https://shop.test/{x}")
        assert read(tested, x=text).arguments == {"x": text}


def test_one_type_in_a_list_is_declared_and_two_are_not() -> None:
    for kinds, found in [(["integer"], {"x": 4}), (["integer", "string"], {})]:
        tested = tool({"x": {"type": kinds}}, method="GET", url="https://shop.test/{x}")
        assert read(tested, x=4).arguments == found


def test_places_that_disagree_are_ambiguous() -> None:
    tested = tool(url="https://shop.test/orders/{x}")
    request = request_of(tested, x="A-1")
    other = HttpRequest(method="POST", url="https://shop.test/orders/A-2", body=request.body)
    reader = RequestReader(DeliveryProfile())
    assert reader(tested, request, "c1").arguments == {"x": "A-1"}
    assert reader(tested, other, "c1").ambiguous == {"x": "places"}


def test_the_json_body_settles_the_type_of_a_text_in_the_url() -> None:
    tested = tool({"x": {}}, url="https://shop.test/orders/{x}")
    assert read(tested, x=42).arguments == {"x": 42}
    assert read(tested, x="42").arguments == {"x": "42"}


def test_the_id_of_the_conversation_is_no_argument() -> None:
    tested = tool(url="https://shop.test/{tavus_conversation_id}{x}", method="GET")
    assert read(tested, x="A").arguments == {"x": "A"}
    assert not RequestReader(DeliveryProfile()).carries(tested, "tavus_conversation_id")


MISSING: list[tuple[MissingArgument, Any, str]] = [
    ("empty", "", ""),
    ("null", None, ""),
    ("braces", "{x}", "{x}"),
]


@pytest.mark.parametrize(("policy", "value", "text"), MISSING)
def test_the_replacement_of_an_absent_argument_may_be_a_value(
    policy: MissingArgument, value: Any, text: str
) -> None:
    profile = DeliveryProfile(missing_argument=policy)
    lone = tool(body_template={"id": "{x}"})
    inner = tool(body_template={"id": "<{x}>"})
    for sent, found in ((read(lone, profile), value), (read(inner, profile), text)):
        assert sent == SentArguments(
            arguments={"x": found}, maybe_absent=frozenset("x"), ambiguous={}
        )
    other = read(lone, profile, x="A-1")
    assert (other.arguments, other.maybe_absent) == ({"x": "A-1"}, frozenset())


def test_items_of_a_list_that_may_have_shifted_are_ambiguous() -> None:
    properties = dict.fromkeys("vwxyz", TEXT)
    tested = tool(properties, body_template={"ids": ["<{v}>", "{w}", "{x}", "{y}", "<{z}>"]})
    ends = {"v": "1", "z": "5"}
    assert read(tested, None, **ends, w="2", x="3", y="4").arguments == {
        **ends,
        "w": "2",
        "x": "3",
        "y": "4",
    }
    sent = read(tested, None, **ends, w="2", y="4")
    assert sent.arguments == ends
    assert sent.ambiguous == {"w": "shift", "x": "shift", "y": "shift"}
    assert read(tested, None, **ends).arguments == ends


def test_a_literal_between_dropped_items_keeps_its_index() -> None:
    properties = dict.fromkeys("xyz", TEXT)
    tested = tool(properties, body_template={"ids": ["{x}", "<{y}>", "all", "{z}"]})
    assert read(tested, y="A").arguments == {"y": "A"}
    assert read(tested, x="1", y="A").ambiguous == {"x": "shift", "y": "shift", "z": "shift"}


UNLIKE: list[tuple[str, dict[str, Any], HttpRequest]] = [
    (
        "another path",
        {"url": "https://shop.test/orders/{x}"},
        HttpRequest(method="POST", url="https://shop.test/orders/A/1", body=b"{}"),
    ),
    (
        "another host",
        {"url": "https://shop.test/orders/{x}", "method": "GET"},
        HttpRequest(method="GET", url="https://shop.best/orders/A"),
    ),
    (
        "bytes that are no text",
        {"url": "https://shop.test/orders/{x}", "method": "GET"},
        HttpRequest(method="GET", url="https://shop.test/orders/%FF"),
    ),
    (
        "a parameter too many",
        {"query_params": {"q": "{x}"}, "method": "GET"},
        HttpRequest(method="GET", url="https://shop.test/v1?q=A&r=B"),
    ),
    (
        "a parameter that is never left out",
        {"query_params": {"q": "<{x}>"}, "method": "GET"},
        HttpRequest(method="GET", url="https://shop.test/v1"),
    ),
    (
        "a value in another encoding",
        {"query_params": {"q": "{x}"}, "method": "GET"},
        HttpRequest(method="GET", url="https://shop.test/v1?q=a+b"),
    ),
    (
        "half a percent code",
        {"url": "https://shop.test/%2{x}", "method": "GET"},
        HttpRequest(method="GET", url="https://shop.test/%252A"),
    ),
    (
        "no object",
        {"body_template": {"order": {"id": "{x}"}}},
        HttpRequest(method="POST", url="https://shop.test/v1", body=b'{"order": 1}'),
    ),
    (
        "no list",
        {"body_template": {"ids": ["{x}"]}},
        HttpRequest(method="POST", url="https://shop.test/v1", body=b'{"ids": "A"}'),
    ),
    (
        "no text",
        {"body_template": {"id": "<{x}>"}},
        HttpRequest(method="POST", url="https://shop.test/v1", body=b'{"id": 1}'),
    ),
    (
        "two texts for one",
        {"content_type": FORM, "body_template": {"id": "<{x}>"}},
        HttpRequest(method="POST", url="https://shop.test/v1", body=b"id=%3CA%3E&id=%3CB%3E"),
    ),
    (
        "bytes in a form",
        {"content_type": FORM, "body_template": {"id": "{x}"}},
        HttpRequest(method="POST", url="https://shop.test/v1", body=b"id=\xff"),
    ),
]


@pytest.mark.parametrize(("api", "request_"), [pytest.param(a, r, id=i) for i, a, r in UNLIKE])
def test_a_request_that_does_not_fit_its_template_is_not_read(
    api: dict[str, Any], request_: HttpRequest
) -> None:
    sent = RequestReader(DeliveryProfile())(tool(**api), request_, "c1")
    assert sent.doubt("x") == "unlike"
    assert sent.arguments == {}


@pytest.mark.parametrize("missing", ["empty", "null", "braces"])
def test_a_key_that_is_never_left_out_must_be_there(missing: MissingArgument) -> None:
    reader = RequestReader(DeliveryProfile(missing_argument=missing))
    request = HttpRequest(method="POST", url="https://shop.test/v1", body=b"{}")
    assert reader(tool(body_template={"id": "{x}"}), request, "c1").ambiguous == {"x": "unlike"}
    form = tool(content_type=FORM, body_template={"id": "{x}"})
    request = HttpRequest(method="POST", url="https://shop.test/v1")
    assert reader(form, request, "c1").ambiguous == {"x": "unlike"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"A"'])
@pytest.mark.parametrize(
    "api", [{}, {"auth": {"type": "hmac", "secret": "s"}}, {"url": "https://shop.test/v1?q={x}"}]
)
def test_a_body_that_is_no_object_may_hold_any_argument(api: dict[str, Any], body: bytes) -> None:
    url = "https://shop.test/v1?q=A" if "url" in api else "https://shop.test/v1"
    request = HttpRequest(method="POST", url=url, body=body)
    sent = RequestReader(DeliveryProfile())(tool(**api), request, "c1")
    assert (sent.unreadable, sent.doubt("x"), sent.doubt("y")) == (True, "unlike", "unlike")
    assert sent.arguments == {}


def test_both_parts_of_the_signed_event_must_say_the_same() -> None:
    tested = tool(auth={"type": "hmac", "secret": "s"})
    body = b'{"arguments": "{\\"x\\": 1}", "properties": {"arguments": "{\\"x\\": 2}"}}'
    request = HttpRequest(method="POST", url="https://shop.test/v1", body=body)
    assert RequestReader(DeliveryProfile())(tested, request, "c1").ambiguous == {"x": "places"}
    flat = RequestReader(DeliveryProfile(hmac_envelope="flat"))(tested, request, "c1")
    assert flat.arguments == {"x": 1}


def test_a_url_that_cannot_be_sent_carries_nothing() -> None:
    tested = tool(url="https://shop.test/{x}\x00", method="GET")
    assert not RequestReader(DeliveryProfile()).carries(tested, "x")


def test_credentials_in_the_query_are_no_argument() -> None:
    auth = {"type": "api_key", "name": "id", "value": "k3y", "location": "query"}
    tested = tool(query_params={"id": "{x}"}, auth=auth, method="GET")
    assert read(tested).arguments == {}
    assert read(tested, x="A").arguments == {"x": "A"}


def test_added_parameters_are_read_behind_any_end_of_the_url() -> None:
    for url in ("https://shop.test/v1?", "https://shop.test/v1?all=no&", "https://shop.test/{y}"):
        tested = tool({"x": TEXT, "y": TEXT}, url=url, method="GET", query_params={"id": "{x}"})
        assert read(tested, x="A").arguments["x"] == "A"
        assert "x" not in read(tested).arguments


def test_half_of_a_surrogate_pair_is_read_as_what_was_sent() -> None:
    tested = tool(url="https://shop.test/{x}", method="GET")
    assert read(tested, x="\ud83d").arguments == {"x": "?"}
    assert read(tool(), x="\ud83d").arguments == {"x": "\ud83d"}


def test_an_empty_list_is_not_in_a_form() -> None:
    tested = tool({"x": {"type": "array", "items": TEXT}}, content_type=FORM)
    for sent in (read(tested), read(tested, x=[])):
        assert (sent.arguments, sent.maybe_absent) == ({"x": []}, frozenset("x"))


def test_a_form_does_not_tell_an_item_from_a_list_of_one_without_a_type() -> None:
    tested = tool({"x": {}}, content_type=FORM)
    assert read(tested, x="A").ambiguous == {"x": "type"}
    assert read(tested, x=["A", "B"]).arguments == {"x": ["A", "B"]}
    assert read(tested, x=["A", "1"]).ambiguous == {"x": "type"}
