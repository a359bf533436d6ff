"""Whatever a request is written from, reading it gives that back, or says that nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from pytest_tavus.contract.tool.sent import SentArguments
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.handler.delivery.profile import DeliveryProfile, Envelope, MissingArgument
from pytest_tavus.handler.delivery.template import as_text
from pytest_tavus.handler.sent.reader import RequestReader
from pytest_tavus.matching.compare import matches
from pytest_tavus.wire import HttpRequest
from tests.handler.delivery.samples import call, run_delivery
from tests.strategies import words

NAMES = ("a", "b", "c")
CONVERSATION = "c1a2b3"

# Half of a surrogate pair has no bytes in a URL or a form: what is sent there is a question mark.
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6) | st.text(
    "a1-/%2.{}&=?+ ", max_size=6
)
awkward = st.sampled_from(["", "42", "true", "null", "[1]", "{a}", "{tavus_x}", " 1", "1.0", '"x"'])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | awkward
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "string": texts | awkward,
    "integer": st.integers(-(10**6), 10**6),
    "number": st.integers(-99, 99) | st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "object": st.dictionaries(texts, values, max_size=2),
    "null": st.none(),
}

literals = st.text("ab1-_.~%2/+ {}é", max_size=3)
holes = st.sampled_from(
    [*(f"{{{name}}}" for name in NAMES), "{tavus_conversation_id}", "{tavus_x}"]
)
mixed_texts = st.lists(literals | holes, max_size=5).map("".join)
slots = holes | mixed_texts
templates: st.SearchStrategy[Any] = st.recursive(
    slots | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(literals, inner, max_size=3),
    max_leaves=6,
)
# A host of its own, and no fragment more often than one: what follows `#` is not sent.
urls = st.builds(
    "https://shop.test/{}{}".format,
    mixed_texts,
    st.just("") | st.lists(mixed_texts, max_size=3).map(lambda parts: "?" + "&".join(parts)),
) | mixed_texts.map("https://shop.test/#{}".format)

auths = st.sampled_from(
    [
        {"type": "none"},
        {"type": "bearer", "token": "t0ken"},
        {"type": "api_key", "name": "a", "value": "k3y", "location": "query"},
        {"type": "api_key", "name": "X-A", "value": "k3y"},
        {"type": "hmac", "secret": "s3cret"},
    ]
)
profiles = st.builds(
    DeliveryProfile,
    missing_argument=words(MissingArgument),
    hmac_envelope=words(Envelope),
    header_placeholders=st.booleans(),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters, and arguments as they declare them."""
    properties: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    for name in NAMES:
        kind = draw(st.sampled_from([None, "array", *OF_TYPE]))
        strategy = values if kind is None else OF_TYPE.get(kind, st.none())
        properties[name] = {} if kind is None else {"type": kind}
        if kind == "array":
            of = draw(st.sampled_from(list(OF_TYPE)))
            properties[name]["items"] = {"type": of}
            strategy = st.lists(OF_TYPE[of], max_size=3)
        if draw(st.booleans()):
            arguments[name] = draw(strategy)
    return {"type": "object", "properties": properties}, arguments


@st.composite
def apis(draw: st.DrawFn) -> dict[str, Any]:
    """Any delivery, hmac with what Tavus allows beside it."""
    auth = draw(auths)
    method = draw(st.sampled_from(["GET", "POST", "DELETE", "PUT"]))
    api: dict[str, Any] = {"url": draw(urls), "method": method, "auth": auth}
    api["headers"] = draw(
        st.dictionaries(st.sampled_from(["X-A", "x-b", "Authorization"]), header_texts, max_size=2)
    )
    if auth["type"] != "hmac":
        keys = st.sampled_from(["a", "b", "q", "é", ""])
        api["query_params"] = draw(st.dictionaries(keys, slots, max_size=3))
        if method not in {"GET", "DELETE"} and draw(st.booleans()):
            api["body_template"] = draw(st.dictionaries(literals, templates, max_size=3))
        if draw(st.booleans()):
            api["content_type"] = "application/x-www-form-urlencoded"
    return api


header_texts = st.lists(st.text("ab-", max_size=2) | holes, max_size=3).map("".join)


def tool(api: Mapping[str, Any], parameters: Mapping[str, Any] | None = None) -> Tool:
    definition = {
        "name": "get_order_status",
        "description": "Looks up an order.",
        "delivery": {"api": api},
        "parameters": parameters or {},
    }
    return Tool.from_json(definition)


def build_request(tested: Tool, arguments: dict[str, Any], profile: DeliveryProfile) -> HttpRequest:
    return run_delivery(tested, call(arguments), profile=profile).request


def fits_a_header(arguments: Mapping[str, Any]) -> bool:
    return all(text.isprintable() and text.isascii() for text in map(as_text, arguments.values()))


def is_same(one: Any, other: Any) -> bool:
    return matches(one, other, exact=True)


def assert_consistent(sent: SentArguments, arguments: Mapping[str, Any]) -> None:
    """What was read is what was called; what can be absent may be so."""
    for name, value in sent.arguments.items():
        if name in arguments:
            assert is_same(arguments[name], value), name
        else:
            assert name in sent.maybe_absent, name


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(api=apis(), profile=profiles, case=cases())
def test_the_arguments_of_a_request_are_those_of_the_call(
    api: dict[str, Any], profile: DeliveryProfile, case: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    parameters, arguments = case
    if not fits_a_header(arguments):
        api = {**api, "headers": {}}
    tested = tool(api, parameters)
    reader = RequestReader(profile)
    sent = reader(tested, build_request(tested, arguments, profile), CONVERSATION)
    assert not sent.unreadable
    assert_consistent(sent, arguments)
    for name, value in arguments.items():
        if reader.carries(tested, name):
            # Nothing that is carried is passed over.
            lost = name in sent.arguments or name in sent.ambiguous
            assert lost or value == [], name
            event("ambiguous" if name in sent.ambiguous else "read")
        else:
            assert name not in sent.arguments
            assert name not in sent.ambiguous


@given(arguments=st.dictionaries(st.text("xyz", min_size=1), values, max_size=3))
def test_a_body_without_a_template_gives_every_argument_back(arguments: dict[str, Any]) -> None:
    tested = tool({"url": "https://shop.test/orders"})
    sent = RequestReader(DeliveryProfile())(
        tested, build_request(tested, arguments, DeliveryProfile()), CONVERSATION
    )
    assert is_same(arguments, sent.arguments)
    assert not sent.ambiguous
    assert not sent.maybe_absent


@given(text=texts, url=urls)
def test_a_request_that_no_delivery_wrote_is_never_read_wrongly(text: str, url: str) -> None:
    tested = tool({"url": "https://shop.test/v1/{a}/end", "query_params": {"q": "<{b}>"}})
    request = HttpRequest(method="POST", url=f"{url}{text}", body=text.encode())
    sent = RequestReader(DeliveryProfile())(tested, request, CONVERSATION)
    assert sent.unreadable or sent.arguments == {}
