"""The LLM brain: a language model behind any OpenAI-compatible chat endpoint decides for the PAL.

Only this module imports the library `openai`, when a model is opened; the extra `llm` installs the
library. `prompt` builds the messages to the model, and `completion` reads its answers.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import Problem, ScenarioError, ServiceError
from pytest_tavus.handler.call.faults import describe_error
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.pal.brain import Inference, Moment, Unprompted
from pytest_tavus.simulator.pal.completion import (
    NotACompletion,
    read_inference,
    read_reason,
    replace_surrogates,
)
from pytest_tavus.simulator.pal.prompt import build_fill_messages, function, functions, messages
from pytest_tavus.trace.events import Decisions
from pytest_tavus.trace.redaction.redact import Redaction, Secret

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

NO_KEY = "none"
"""The key for an endpoint without a key, because the library requires one."""


class ModelSettings(Struct, frozen=True, kw_only=True):
    """The model, its endpoint and its sampling."""

    base_url: str
    "The URL of the API, such as ``http://127.0.0.1:11434/v1``."

    model: str
    api_key_env: str | None = None
    "Name of the environment variable with the key; `None`: the endpoint needs no key."

    timeout: float = 60
    "Seconds for one inference."

    temperature: float | None = None
    "`None`: the default of the endpoint."

    seed: int | None = None
    "For endpoints with reproducible answers; `None`: no seed is sent."

    def options(self) -> JsonObject:
        """Return the sampling options that are set."""
        options: JsonObject = {"temperature": self.temperature, "seed": self.seed}
        return {name: value for name, value in options.items() if value is not None}

    def __str__(self) -> str:
        url = urlsplit(self.base_url)
        # A password may stand in the user part or in the query.
        address = url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()
        return f"the model {self.model!r} at {address}"


class Model:
    """An opened endpoint. Serves the conversations of one event loop, without retries."""

    def __init__(self, settings: ModelSettings, key: str | None) -> None:
        self._settings = settings
        self._redaction = Redaction([Secret("the key of the model", key or "")])
        self._client = _client(settings, key)

    def brain(self, pal: Pal) -> LlmBrain:
        """Return the brain of one conversation."""
        return LlmBrain(self, pal)

    async def fill(self, tool: Tool, transcript: Sequence[JsonMapping]) -> JsonObject:
        """Write a post-call tool's arguments from the transcript of an ended conversation.

        Raises:
            ServiceError: the model gives no usable answer.

        """
        offered = [function(tool)]
        messages = build_fill_messages(tool, transcript)
        inference = await self.complete(messages, offered, choice=tool.name)
        filled = [call.arguments for call in inference.calls if call.tool == tool.name]
        if not filled:
            trouble = f"did not fill in the arguments of {tool.name}"
            raise self._build_error(trouble)
        return dict(filled[0])

    async def complete(
        self, messages: Sequence[Json], tools: Sequence[Json], *, choice: str | None = None
    ) -> Inference:
        """Ask for one inference. `choice` is the tool that the model must call.

        Raises:
            ServiceError: the endpoint cannot be reached, refuses, is too slow, or sends no chat
                completion. The sentence holds no key.

        """
        try:
            async with asyncio.timeout(self._settings.timeout):
                return read_inference(await self._ask(messages, _offer(tools, choice)))
        except TimeoutError:
            trouble = f"did not answer within {self._settings.timeout:g} s"
        except NotACompletion as error:
            trouble = f"sent no chat completion: {error}"
        raise self._build_error(trouble)

    async def _ask(self, messages: Sequence[Json], offer: JsonMapping) -> str:
        import openai

        body: JsonObject = {
            "model": self._settings.model,
            # The messages quote answers of a handler, which may hold half surrogate pairs.
            "messages": replace_surrogates(messages),
            **offer,
            **self._settings.options(),
        }
        # Raw, because the library takes any JSON for a completion.
        create: Any = self._client.chat.completions.with_raw_response.create
        try:
            text: str = (await create(**body)).text
        except openai.APIStatusError as error:
            trouble = self._describe_refusal(error)
        except openai.APIConnectionError as error:
            trouble = f"cannot be reached: {describe_error(error.__cause__ or error)}"
        else:
            return text
        raise self._build_error(trouble)

    def _describe_refusal(self, error: APIStatusError) -> str:
        if error.status_code in {401, 403}:
            # Without the body, because some endpoints quote half of the key there.
            variable = self._settings.api_key_env
            key = f"the key in {variable}" if variable else "to be asked without a key"
            return f"refuses {key} (status {error.status_code})"
        wait = error.response.headers.get("retry-after")
        later = f"; it asks to wait {wait} s" if wait and wait.isdecimal() else ""
        return (
            f"answered with status {error.status_code}: {read_reason(error.response.text)}{later}"
        )

    def _build_error(self, trouble: str) -> ServiceError:
        return ServiceError(self.describe_trouble(trouble))

    def describe_trouble(self, trouble: str) -> str:
        """Return a sentence on this model; the key is masked."""
        text = f"{self._settings} {trouble}"
        return self._redaction.mask_rendered(text)

    async def close(self) -> None:
        await self._client.close()


class LlmBrain:
    """Implements :class:`~pytest_tavus.simulator.pal.brain.Brain` for one conversation."""

    decisions: Decisions = "model"

    def __init__(self, model: Model, pal: Pal) -> None:
        self._model = model
        self._pal = pal
        self._functions = functions(pal)

    async def infer(self, moment: Moment) -> Inference:
        """Ask the model.

        Raises:
            ServiceError: the model gives no usable answer.

        """
        inference = await self._model.complete(messages(self._pal, moment), self._functions)
        if inference.trouble is None:
            return inference
        return replace(inference, trouble=self._model.describe_trouble(inference.trouble))

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:  # noqa: ARG002 - part of the protocol
        """Return `None`: a model speaks only when it is asked."""
        return None


def open_model(settings: ModelSettings, env: Mapping[str, str]) -> Model:
    """Open a model, without a request; `env` holds its key.

    Raises:
        ScenarioError: the library is not installed, or the address or the key is unusable.

    """
    if importlib.util.find_spec("openai") is None:
        raise ScenarioError(
            Problem(
                message="a language model as the brain needs the library 'openai'",
                hint="pip install 'pytest-tavus[llm]'",
            )
        )
    if urlsplit(settings.base_url).scheme not in {"http", "https"}:
        message = f"the address of a model begins with http:// or https://: {settings.base_url!r}"
        raise ScenarioError(message)
    return Model(settings, _key(settings.api_key_env, env))


def _key(variable: str | None, env: Mapping[str, str]) -> str | None:
    if variable is None:
        return None
    key = env.get(variable)
    if not key:
        message = f"the environment variable {variable}, which holds the key of the model, is empty"
        raise ScenarioError(Problem(message=message, hint="set it, or name another one"))
    if not key.isascii() or not key.isprintable() or " " in key:
        message = (
            f"what the environment variable {variable} holds is no key: it has a space, a line "
            "break or a letter that no header may have"
        )
        raise ScenarioError(message)
    return key


def _offer(tools: Sequence[Json], choice: str | None) -> JsonObject:
    if choice is None:
        return {"tools": tools} if tools else {}
    return {"tools": tools, "tool_choice": {"type": "function", "function": {"name": choice}}}


def _client(settings: ModelSettings, key: str | None) -> AsyncOpenAI:
    from openai import AsyncOpenAI

    return AsyncOpenAI(
        api_key=key or NO_KEY,
        base_url=settings.base_url,
        timeout=None,  # The library limits each part of a request; `complete` limits the whole.
        max_retries=0,
    )
