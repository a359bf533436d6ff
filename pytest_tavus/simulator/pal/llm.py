"""The LLM brain: a language model behind any OpenAI-compatible chat endpoint decides for the PAL.

The one door to the library `openai`, which comes with the extra `llm` and is imported when a model
is opened. Knows no conversation: what the model is given is in `prompt`, what it answers is read
in `completion`.
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
"""Sent to an endpoint that asks for no key; the library insists on one."""


class ModelSettings(Struct, frozen=True, kw_only=True):
    """Which model decides, and how it is asked."""

    base_url: str
    "Of the API, such as ``http://127.0.0.1:11434/v1``."

    model: str
    api_key_env: str | None = None
    "Name of the environment variable that holds the key; `None`: the endpoint asks for none."

    timeout: float = 60
    "Seconds for one inference."

    temperature: float | None = None
    "`None`: the endpoint's own."

    seed: int | None = None
    "For endpoints that can repeat themselves; `None`: none is sent."

    def options(self) -> dict[str, Any]:
        """Return what is sent beside messages and tools, where it is set."""
        options = {"temperature": self.temperature, "seed": self.seed}
        return {name: value for name, value in options.items() if value is not None}

    def __str__(self) -> str:
        url = urlsplit(self.base_url)
        place = url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl()
        return f"the model {self.model!r} at {place}"


class Model:
    """An opened endpoint. Serves the conversations of one event loop, and sends nothing twice."""

    def __init__(self, settings: ModelSettings, key: str | None) -> None:
        self._settings = settings
        self._redaction = Redaction([Secret("the key of the model", key or "")])
        self._client = _client(settings, key)

    def brain(self, pal: Pal) -> LlmBrain:
        """Return what decides for this PAL in one conversation."""
        return LlmBrain(self, pal)

    async def fill(self, tool: Tool, transcript: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Write a post-call tool's arguments from the transcript of an ended conversation.

        Raises:
            ServiceError: the model gives no answer that can be used.

        """
        offered = [function(tool)]
        found = await self.complete(
            build_fill_messages(tool, transcript), offered, choice=tool.name
        )
        written = [call.arguments for call in found.calls if call.tool == tool.name]
        if not written:
            trouble = f"did not fill in the arguments of {tool.name}"
            raise self._build_error(trouble)
        return dict(written[0])

    async def complete(
        self, told: list[Any], tools: list[Any], *, choice: str | None = None
    ) -> Inference:
        """Ask for one inference. `choice` is the tool that must be called.

        Raises:
            ServiceError: the endpoint cannot be reached, refuses, is too slow, or sends what is
                no chat completion. The sentence holds no key.

        """
        try:
            async with asyncio.timeout(self._settings.timeout):
                return read_inference(await self._ask(told, _offer(tools, choice)))
        except TimeoutError:
            trouble = f"did not answer within {self._settings.timeout:g} s"
        except NotACompletion as error:
            trouble = f"sent no chat completion: {error}"
        raise self._build_error(trouble)

    async def _ask(self, told: list[Any], offer: dict[str, Any]) -> str:
        import openai

        # What a handler answered stands in there too.
        asked = {"model": self._settings.model, "messages": replace_surrogates(told), **offer}
        asked |= self._settings.options()
        # Raw, because the library takes whatever it is sent for a completion.
        create: Any = self._client.chat.completions.with_raw_response.create
        try:
            text: str = (await create(**asked)).text
        except openai.APIStatusError as error:
            trouble = self._describe_refusal(error)
        except openai.APIConnectionError as error:
            trouble = f"cannot be reached: {describe_error(error.__cause__ or error)}"
        else:
            return text
        raise self._build_error(trouble)

    def _describe_refusal(self, error: APIStatusError) -> str:
        if error.status_code in {401, 403}:
            # Nothing of the body: some endpoints quote half of the key there.
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
        """Return a sentence on this model, which holds no key."""
        text = f"{self._settings} {trouble}"
        return self._redaction.mask_rendered(text)

    async def close(self) -> None:
        """Let go of the connections."""
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
            ServiceError: it gives no answer that can be used.

        """
        found = await self._model.complete(messages(self._pal, moment), self._functions)
        if found.trouble is None:
            return found
        return replace(found, trouble=self._model.describe_trouble(found.trouble))

    def infer_unprompted(self, moment: Moment) -> Unprompted | None:  # noqa: ARG002 - as the protocol has it
        """Return nothing: a model speaks when it is asked."""
        return None


def open_model(settings: ModelSettings, env: Mapping[str, str]) -> Model:
    """Open a model; `env` holds its key. Nothing is sent yet.

    Raises:
        ScenarioError: the library is not installed, the address is none, or the key is not there.

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


def _offer(tools: list[Any], choice: str | None) -> dict[str, Any]:
    if choice is None:
        return {"tools": tools} if tools else {}
    return {"tools": tools, "tool_choice": {"type": "function", "function": {"name": choice}}}


def _client(settings: ModelSettings, key: str | None) -> AsyncOpenAI:
    from openai import AsyncOpenAI

    return AsyncOpenAI(
        api_key=key or NO_KEY,
        base_url=settings.base_url,
        timeout=None,  # Of its parts; the whole has one.
        max_retries=0,
    )
