"""A voice as Tavus clones it: shape and rules ([doc] create-voice)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import Body
from pytest_tavus.contract.problem import RuleProblem

_LONGEST: Mapping[str, int] = MappingProxyType(
    {"voice_name": 255, "description": 1000, "train_audio_url": 2048, "audio_url": 2048}
)
"""Characters [doc]."""


class VoiceCloning(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/voices``: a name, and a sample of audio."""

    voice_name: str
    train_audio_url: str | None = None
    """The URL of the sample. The existence of such a field is [doc]. Its name is [inferred] from
    the fields of faces, so `audio_url` is accepted as well."""

    audio_url: str | None = None
    description: str | None = None
    callback_url: str | None = None

    @property
    def sample(self) -> str | None:
        """The URL of the sample under either name."""
        return self.train_audio_url or self.audio_url


def cloning_problems(cloning: VoiceCloning) -> Iterator[RuleProblem]:
    """Yield the problems of a request to clone a voice."""
    if not cloning.sample:
        yield _problem("train_audio_url", "train_audio_url is missing: a voice is made of a sample")
    elif not cloning.sample.startswith(("https://", "http://")):
        yield _problem("train_audio_url", "expected a URL that starts with https:// or http://")
    if not cloning.voice_name.strip():
        yield _problem("voice_name", "voice_name is blank: expected some text")
    for field, longest in _LONGEST.items():
        written: str | None = getattr(cloning, field)
        if written is not None and len(written) > longest:
            message = f"{field} is {len(written)} characters long, expected at most {longest}"
            yield _problem(field, message)


def _problem(field: str, message: str) -> RuleProblem:
    return RuleProblem(loc=(field,), message=message, rule="voice_cloning")
