"""A page as a project: its example files, what it does to them, and what it shows of the result.

What a block is, a comment above it says:

- ``<!-- example: FILE -->``: a file of the page's project, which is green as a whole;
- with ``<!-- fails -->`` beside it: stands in the place of that file, and then the run fails;
- ``<!-- prints -->``: the picture of the failure by the block before it;
- ``<!-- prints: FILE: OLD -> NEW -->``: the picture of the failure after this change of a file;
- ``<!-- serves: COMMAND -->``: with a file that names port 8000: runs there while pytest runs;
- ``<!-- project: PAGE -->``: the files of that page are there as well;
- ``<!-- tour: CASE/FILE -->``: a file of the tour of failures, which has a test of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.docs.pages import Block, blocks, label
from tests.source import REPOSITORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """The page's project with one file that is different."""

    block: Block
    "The file that is different, or the picture that says what is."

    files: dict[str, str]
    picture: str | None = None
    "What the page says is printed."

    shown_at: int = 0
    "The line of the fence that opens the picture."


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one page shows."""

    page: str
    files: dict[str, str]
    failing: tuple[Failing, ...]
    serves: str | None
    strays: tuple[Block, ...]
    "Blocks that nobody would run."

    def scenario_files(self) -> set[str]:
        """Return the files that hold scenarios."""
        return {name for name in self.files if is_scenario_file(name)}


def is_scenario_file(name: str) -> bool:
    """Tell by its name, as the plugin does."""
    own = name.rpartition("/")[2]
    return (
        name.startswith("scenarios/")
        and own.endswith(".yaml")
        and not own.endswith(".pal.yaml")
        and not own.startswith("_")
    )


def story(page: Path) -> Story:
    """Read a page."""
    found = blocks(page)
    files = _files(found)
    return Story(
        page=label(page),
        files=files,
        failing=tuple(_failing(found, files)),
        serves=next((b.comments["serves"] for b in found if "serves" in b.comments), None),
        strays=tuple(block for block in found if _is_stray(block)),
    )


def _files(found: tuple[Block, ...]) -> dict[str, str]:
    files: dict[str, str] = {}
    own: set[str] = set()
    for block in found:
        if other := block.comments.get("project"):
            files = {**_files(blocks(REPOSITORY / other)), **files}
        name = block.comments.get("example")
        if name is not None and "fails" not in block.comments:
            assert name not in own, f"{block.place}: {name} is on the page twice"
            own.add(name)
            files[name] = block.text
    return files


def _failing(found: tuple[Block, ...], all_files: dict[str, str]) -> list[Failing]:
    failing: list[Failing] = []
    for number, block in enumerate(found):
        so_far = _files(found[: number + 1])  # whoever follows the page has no other scenarios yet
        files = {n: t for n, t in all_files.items() if n in so_far or not is_scenario_file(n)}
        if "fails" in block.comments:
            after = found[number + 1] if number + 1 < len(found) else block
            one = Failing(block=block, files={**files, block.comments["example"]: block.text})
            if after.comments.get("prints") == "":
                one = replace(one, picture=after.text, shown_at=after.line)
            failing.append(one)
        elif change := block.comments.get("prints"):
            changed = _changed(files, change)
            failing.append(
                Failing(block=block, files=changed, picture=block.text, shown_at=block.line)
            )
    return failing


def _changed(files: dict[str, str], change: str) -> dict[str, str]:
    name, _, what = change.partition(": ")
    old, _, new = what.partition(" -> ")
    assert files[name].count(old) == 1, f"{old!r} is not once in {name}"
    return {**files, name: files[name].replace(old, new)}


def _is_stray(block: Block) -> bool:
    return block.language in {"yaml", "yml"} and not {"example", "tour"} & block.comments.keys()
