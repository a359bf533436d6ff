"""The tour of what can go wrong: each case is a project with one mistake in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FAILURES = Path(__file__).parent / "failures"
SOUND = FAILURES / "project"
"""The project without a mistake. A case's own files stand in the place of those of this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mistake, and the page's words about it."""

    name: str
    "Of the directory with the files that are different."

    title: str
    sentence: str
    left_out: tuple[str, ...] = ()
    "Files of the sound project that this one has not."

    arguments: tuple[str, ...] = ("--tavus-scenarios", "-q")

    def own_files(self) -> dict[str, str]:
        """Return the files that are different, with their text."""
        return files(FAILURES / self.name)

    def files(self) -> dict[str, str]:
        """Return the whole project."""
        every = {**files(SOUND), **self.own_files()}
        return {name: text for name, text in every.items() if name not in self.left_out}


def files(directory: Path) -> dict[str, str]:
    """Return the files of a directory by their path in it."""
    found = sorted(path for path in directory.rglob("*") if path.suffix in {".yaml", ".py"})
    return {
        path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8") for path in found
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Cases that belong together."""

    title: str
    text: str
    cases: tuple[Case, ...]


CHAPTERS = (
    Chapter(
        title="The files are wrong",
        text=(
            "Found while pytest collects, so `--collect-only` finds them too. All problems of a "
            "file are told at once."
        ),
        cases=(
            Case(
                name="unknown_key",
                title="An unknown key",
                sentence="`call` stands where `calls` is meant.",
            ),
            Case(
                name="wrong_type",
                title="A wrong type",
                sentence="`within` is a word, not a time.",
            ),
            Case(
                name="missing_pal_file",
                title="A PAL file that is not there",
                sentence="The name of the PAL file is misspelt.",
            ),
            Case(
                name="undeclared_placeholder",
                title="An undeclared placeholder",
                sentence="The tool's URL has a placeholder that is none of its parameters.",
            ),
            Case(
                name="toothless",
                title="A scenario that cannot fail",
                sentence="Nothing is expected of the conversation.",
            ),
            Case(
                name="no_scenario",
                title="No scenario at all",
                sentence="The directory is there, and no scenario file is in it.",
                left_out=("scenarios/orders.yaml",),
            ),
        ),
    ),
    Chapter(
        title="The handler is wrong",
        text="The scenario is the sound one unless it is shown.",
        cases=(
            Case(
                name="handler_import_error",
                title="A handler that cannot be imported",
                sentence="The handler imports a module that is not there.",
            ),
            Case(
                name="handler_never_starts",
                title="A handler that never starts",
                sentence="The handler's process runs and never listens.",
            ),
            Case(
                name="crash",
                title="A handler that crashes",
                sentence="The handler reads the argument under another name.",
            ),
            Case(
                name="status_500",
                title="A handler that answers 500",
                sentence="The handler answers with an error of its own.",
            ),
            Case(
                name="html",
                title="A handler that answers HTML",
                sentence="The handler answers with a page to log in.",
            ),
            Case(
                name="empty_answer",
                title="A handler that answers nothing",
                sentence="The handler's answer is empty, and the PAL has nothing to speak from.",
            ),
            Case(
                name="closed_connection",
                title="A handler that hangs up",
                sentence="The handler closes the connection without a word.",
            ),
            Case(
                name="too_late",
                title="A handler that is too late",
                sentence="The handler takes longer than the tool's `timeout`.",
            ),
            Case(
                name="missing_field",
                title="An answer without a field that the reply needs",
                sentence="The handler sends `arrival`, and the PAL's line reads `eta`.",
            ),
            Case(
                name="unhandled_call",
                title="A call that reaches nothing",
                sentence="The only answer is for another order.",
            ),
            Case(
                name="unsent_call",
                title="A call that was never sent",
                sentence="The token endpoint is down, so nobody has seen the arguments.",
            ),
        ),
    ),
    Chapter(
        title="The PAL does something else",
        text=(
            "`plays` makes the simulated PAL do what a model might: it calls another tool, or "
            "none, or with other arguments."
        ),
        cases=(
            Case(
                name="unexpected_call",
                title="A call that nobody expected",
                sentence="The PAL looks the order up once more when the caller says thanks.",
            ),
            Case(
                name="missing_call",
                title="An expected call that never came",
                sentence="The PAL makes the answer up; what it says proves nothing.",
            ),
            Case(
                name="wrong_argument",
                title="One wrong argument, two levels deep",
                sentence="The PAL calls the right tool, with another city.",
            ),
            Case(
                name="unclear_argument",
                title="An argument that can be read in two ways",
                sentence="The dash between two placeholders may be part of a value.",
            ),
            Case(
                name="swapped_order",
                title="Two calls in swapped order",
                sentence="The PAL looks the second order up first.",
            ),
            Case(
                name="on_resolve_default",
                title="`on_resolve` left at its default",
                sentence="The tool is `fire_and_forget`, so the PAL never hears the answer.",
            ),
        ),
    ),
    Chapter(
        title="Nothing is proven",
        text="What nobody can decide is not a pass.",
        cases=(
            Case(
                name="undecided_judge",
                title="A judge who cannot say",
                sentence="An objective without a rule is open, never satisfied by default.",
            ),
        ),
    ),
)

CASES = tuple(case for chapter in CHAPTERS for case in chapter.cases)
