"""A face as Tavus trains and stores it: shapes and rules ([doc] create-face, update-face)."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.body import Body
from pytest_tavus.contract.problem import RuleProblem


class FaceTraining(Body, frozen=True, kw_only=True):
    """The body of ``POST /v2/faces``: one video, or one image with a voice for it."""

    face_name: str | None = None
    train_video_url: str | None = None
    consent_video_url: str | None = None
    train_image_url: str | None = None
    voice_name: str | None = None
    "The name of a stock voice, for a face from an image."

    default_voice_id: str | None = None
    "The id of a voice; the id overrides the name [doc] voices."

    auto_fix_training_image: bool = False
    model_name: str = "phoenix-4"
    callback_url: str | None = None
    "An empty text means no callback, as in the documents' examples."


class FaceChange(Body, frozen=True, kw_only=True):
    """The body of ``PATCH /v2/faces/{face_id}``: a JSON Merge Patch."""

    face_name: str | None = None
    default_voice_id: str | None = None


class FaceName(Body, frozen=True, kw_only=True):
    """The body of ``PATCH /v2/faces/{face_id}/name``, the older way to rename a face."""

    face_name: str


def training_problems(training: FaceTraining) -> Iterator[RuleProblem]:
    """Yield the problems of a request to train a face."""
    image, video = training.train_image_url, training.train_video_url
    if bool(image) == bool(video):
        found = "both" if image else "neither"
        yield RuleProblem(
            loc=("train_video_url",),
            message=f"expected train_video_url or train_image_url, found {found}",
            rule="face_training",
        )
    if image and not (training.voice_name or training.default_voice_id):
        yield RuleProblem(
            loc=("voice_name",),
            message="voice_name is missing: a face that is made from an image has no voice",
            rule="face_voice",
        )


def change_problems(change: FaceChange) -> Iterator[RuleProblem]:
    """Yield the problems of a change: neither field can be blank [doc]."""
    for field in FaceChange.__struct_fields__:
        value: str | None = getattr(change, field)
        if value is not None and not value.strip():
            yield RuleProblem(
                loc=(field,), message=f"{field} is blank: expected some text", rule="face_change"
            )
