"""What a language model does wrong, and what is refused before it is asked."""

from __future__ import annotations

import pytest

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import ScenarioError, ServiceError
from pytest_tavus.simulator.pal.llm import ModelSettings, open_model
from tests.simulator.pal.endpoint import Answer, refuses, says
from tests.simulator.pal.model_conversation import KEY, open_model_conversation
from tests.simulator.pal.samples import ConversationFixture


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (
            refuses(401, f"Incorrect API key provided: {KEY[:6]}*****"),
            "refuses the key in KEY (status 401)",
        ),
        (refuses(403, "no"), "refuses the key in KEY (status 403)"),
        (
            refuses(404, "The model `small` does not exist."),
            "answered with status 404: The model `small` does not exist",
        ),
        (
            refuses(429, "Slow\ndown.", retry_after="7"),
            "answered with status 429: Slow down; it asks to wait 7 s",
        ),
        (
            refuses(429, "Slow down.", retry_after="tomorrow"),
            "answered with status 429: Slow down",
        ),
        (
            refuses(400, f"The header was Bearer {KEY}."),
            "answered with status 400: The header was Bearer ⟦the key of the model⟧",
        ),
        (refuses(500, "a" * 201), f"answered with status 500: {'a' * 200}…"),
        (Answer(status=502, body="<html>"), "answered with status 502: '<html>'"),
        (
            Answer(status=500, body='{"error": "out of\\u0007 memory"}'),
            "answered with status 500: out of? memory",
        ),
        (Answer(status=500, body='{"error": {}}'), "answered with status 500: '{\"error\": {}}'"),
        (Answer(body="hello"), "sent no chat completion: it is not JSON: 'hello'"),
        (Answer(body="[" * 100_000), f"sent no chat completion: it is not JSON: '{'[' * 80}…'"),
        (
            Answer(body='{"choices": []}'),
            "sent no chat completion: it has no `choices` with a `message`: '{\"choices\": []}'",
        ),
        (
            says(None, content=[1]),
            "sent no chat completion: its `content` is '[1]'",
        ),
        (
            says(None, tool_calls="find"),
            "sent no chat completion: its `tool_calls` are 'find'",
        ),
        (
            says(None, tool_calls=[{"function": {"name": ""}}]),
            'sent no chat completion: a tool call is \'{"function": {"name": ""}}\'',
        ),
        (
            says(None, tool_calls=[{"function": {"name": "find", "arguments": 7}}]),
            "sent no chat completion: the arguments of a tool call are '7'",
        ),
    ],
)
async def test_a_fault_of_a_model_is_one_sentence_without_its_key(
    answer: Answer, trouble: str
) -> None:
    async with open_model_conversation(answer, api_key_env="KEY") as held:
        with pytest.raises(ServiceError) as error:
            await held.hear()

    assert str(error.value) == f"the model 'small' at {held.endpoint.base_url} {trouble}"
    assert len(held.endpoint.requests) == 1


@pytest.mark.asyncio
async def test_an_endpoint_that_asks_for_a_key_is_told_so() -> None:
    async with open_model_conversation(refuses(401, "no")) as held:
        with pytest.raises(ServiceError, match="refuses to be asked without a key"):
            await held.hear()


@pytest.mark.asyncio
async def test_a_model_that_is_too_slow_is_given_up() -> None:
    async with open_model_conversation(Answer(hangs=True), timeout=0.05) as held:
        with pytest.raises(ServiceError) as error:
            await held.hear()

    assert str(error.value) == (
        f"the model 'small' at {held.endpoint.base_url} did not answer within 0.05 s"
    )


@pytest.mark.asyncio
async def test_an_endpoint_that_is_not_reachable_is_named() -> None:
    async with open_model_conversation(says("Yes.")) as held:
        pass
    settings = ModelSettings(base_url=held.endpoint.base_url, model="small")
    model = open_model(settings, {})
    fixture = ConversationFixture(brain=model.brain(Pal()))

    with pytest.raises(ServiceError) as error:
        await fixture.conversation.hear("Hello?")

    await model.close()
    assert str(error.value).startswith(
        f"the model 'small' at {settings.base_url} cannot be reached: ConnectError: "
    )


@pytest.mark.asyncio
async def test_a_conversation_goes_on_after_an_inference_that_failed() -> None:
    async with open_model_conversation(refuses(500, "Oh."), says("Yes.")) as held:
        with pytest.raises(ServiceError):
            await held.hear("Hello?")
        told = await held.hear("Hello?")

    assert told == ["says Yes."]
    assert held.sent_messages()[1:] == [{"role": "user", "content": "Hello?\nHello?"}]


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [says("Done."), says(None, ("find", {}))])
async def test_a_post_call_tool_without_arguments_is_an_error(answer: Answer) -> None:
    after = Tool(name="sum_up", description="Sums up.", trigger_type="post_call")

    async with open_model_conversation(answer) as held:
        with pytest.raises(ServiceError, match="did not fill in the arguments of sum_up"):
            await held.model.fill(after, [])


def test_a_key_that_is_not_there_is_refused_by_its_name() -> None:
    settings = ModelSettings(base_url="http://127.0.0.1/v1", model="small", api_key_env="MY_KEY")

    with pytest.raises(ScenarioError) as error:
        open_model(settings, {"OPENAI_API_KEY": KEY})

    assert str(error.value) == (
        "the environment variable MY_KEY, which holds the key of the model, is empty\n"
        "    hint: set it, or name another one"
    )


@pytest.mark.parametrize("key", [f"{KEY}\n", f"Bearer {KEY}", f"{KEY}é"])
def test_a_key_that_no_header_may_have_is_refused_and_not_shown(key: str) -> None:
    settings = ModelSettings(base_url="http://127.0.0.1/v1", model="small", api_key_env="KEY")

    with pytest.raises(ScenarioError) as error:
        open_model(settings, {"KEY": key})

    assert str(error.value) == (
        "what the environment variable KEY holds is no key: it has a space, a line break or a "
        "letter that no header may have"
    )


def test_an_address_without_http_is_refused() -> None:
    with pytest.raises(ScenarioError) as error:
        open_model(ModelSettings(base_url="localhost:11434", model="small"), {})

    assert str(error.value) == (
        "the address of a model begins with http:// or https://: 'localhost:11434'"
    )


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None: ...

    monkeypatch.setattr("importlib.util.find_spec", absent)

    with pytest.raises(ScenarioError) as error:
        open_model(ModelSettings(base_url="http://127.0.0.1/v1", model="small"), {})

    assert str(error.value) == (
        "a language model as the brain needs the library 'openai'\n"
        "    hint: pip install 'pytest-tavus[llm]'"
    )


def test_credentials_and_query_of_an_address_are_not_shown() -> None:
    settings = ModelSettings(base_url="https://me:secret@models.test/v1?key=secret", model="m")

    assert str(settings) == "the model 'm' at https://models.test/v1"
