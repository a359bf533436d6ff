"""Defects that only a test in Python can have: what it swallows, forgets, or never asks."""

from __future__ import annotations

from collections.abc import Iterator

from tests.truth.cell import Defect, Draft, Ground

LOOSE = "extra='allowed', unchecked=['on_call', 'on_resolve', 'argument_schema']"
FORGET = ("del task", "gc.collect()")
"""What it says of its exception is said now, and not while pytest reads a source (CPython bug)."""

RIGHT = "session.say('Go on.', calls=[{'find': {'q': WANTED}, 'result': {'left': 1}}])"
WRONG = RIGHT.replace("'left': 1", "'left': 2")
OTHER = "session.say('And again.', calls=['find'])"
UNASKED = f"session.say('Go on.', plays={{'calls': [{{'find': {{'q': WANTED}}}}]}}, {LOOSE})"
SILENT = "session.say('Go on.', plays='Done.')"
"""Asks nothing: without a call, nothing can go wrong."""

ANSWERS = {"find": {"body": {"left": 1}}}


def _draft(name: str, *lines: str, passes: bool, **more: object) -> Draft:
    return Draft(
        name=name,
        colour="passed" if passes else "failed",
        lines=lines,
        answers=ANSWERS,
        **more,  # type: ignore[arg-type]
    )


def swallowed(on: Ground) -> Iterator[Draft]:
    """A failure that the test caught is still one."""
    for name, line, passes in (("right", RIGHT, True), ("wrong", WRONG, False)):
        ways = {
            "by except": ("try:", f"    {line}", "except Exception:", "    pass"),
            "by except of ours": ("try:", f"    {line}", "except VerdictError:", "    pass"),
            "by suppress": ("with contextlib.suppress(AssertionError):", f"    {line}"),
            "in a thread": (
                f"thread = threading.Thread(target=lambda: {line})",
                "thread.start()",
                "thread.join()",
            ),
        }
        for way, lines in ways.items():
            yield _draft(f"{name} {way}", *lines, passes=passes)
            yield _draft(f"{name} {way} before another", *lines, OTHER, passes=passes)
    for name, found in (("right", "find"), ("wrong", "tell")):
        miss = f"session.cursor().find(ToolCalled, name={found!r})"
        lines = (RIGHT, "with contextlib.suppress(AssertionError):", f"    {miss}")
        yield _draft(f"{name} cursor by suppress", *lines, passes=name == "right")


def not_awaited(on: Ground) -> Iterator[Draft]:
    """A line that was never said, or said where nobody looked."""
    right, wrong = RIGHT, WRONG
    for name, line, passes in (("right", right, True), ("wrong", wrong, False)):
        ways = {
            "awaited": (f"await {line}",),
            "in a task": (
                f"task = asyncio.create_task({line})",
                "await asyncio.wait([task])",
                *FORGET,
            ),
            "gathered": (f"await asyncio.gather({line}, return_exceptions=True)",),
        }
        for way, lines in ways.items():
            yield _draft(f"{name} {way}", *lines, passes=passes, fixture="tavus_async")
    for name, lines in {
        "never awaited": (f"await {right}", f"line = {OTHER}", "line.close()"),
        "never awaited and lost": (f"await {right}", f"lost = {OTHER}"),
        "alone and never awaited": (f"line = {right}", "line.close()"),
        "a task that never ran": (f"await {right}", f"task = asyncio.ensure_future({OTHER})"),
    }.items():
        yield _draft(name, *lines, passes=False, fixture="tavus_async")


def nothing_to_pass_on(on: Ground) -> Iterator[Draft]:
    """A block that asked nothing passes only where it says that it checks by itself."""
    checks_itself = {"self_checked": True}
    heard = "assert any(isinstance(one.event, PalSaid) for one in session.trace)"
    unheard = heard.replace("any(", "not any(", 1)
    yield _draft("something", RIGHT, passes=True)
    yield _draft("something and nothing", RIGHT, SILENT, passes=True)
    yield _draft("nothing said", passes=False)
    yield _draft("nothing but an assert", "assert True", passes=False)
    yield _draft("nothing checked", SILENT, passes=False)
    yield _draft("asserts alone", SILENT, heard, passes=False)
    yield _draft("asserts of its own", SILENT, heard, passes=True, setting=checks_itself)
    yield _draft("wrong asserts", SILENT, unheard, passes=False, setting=checks_itself, raises=True)
    swallowed = ("with contextlib.suppress(AssertionError):", f"    {WRONG}")
    yield _draft("its own and swallowed", *swallowed, passes=False, setting=checks_itself)
    yield _draft("an allowed call", UNASKED, passes=True)
    yield Draft(
        name="an allowed call that fails",
        colour="failed",
        lines=(UNASKED,),
        answers={"find": {"crash": "gone"}},
    )


def cursor(on: Ground) -> Iterator[Draft]:
    """What a cursor found is evidence; what it was asked for wrongly is refused."""
    key = repr(on.key if on.value == "plain" else {"$str": None})
    found, missed = "session.cursor().find(ToolCalled, ", "session.cursor().not_called("
    alone = {
        "next of the test's own line": ("session.cursor().next(UserSaid, text='Go on.')", False),
        "next of another": ("session.cursor().next(UserSaid, text='Stop.')", False),
        "find": ("session.cursor().find(PalSaid, text='Done.')", True),
        "not called": (f"{missed}'tell')", True),
        "not called with a text": (f"{missed}'tell', q='7')", True),
        "not called with what it never takes": (f"{missed}'tell', q=7)", False),
        "a skip": ("session.cursor().skip(1)", False),
        "nothing looked at": ("session.cursor()", False),
    }
    called = {
        "find a call": (f"{found}name='find', arguments={{'q': {key}}})", True),
        "find another call": (f"{found}arguments={{'q': '********'}})", False),
        "find a mask": (f"{found}arguments={{'q': '⟦env.SHOP_KEY⟧'}})", False),
        "find an answer": ("session.cursor().find(ToolResolved, output={'left': 1})", True),
        "find another answer": ("session.cursor().find(ToolResolved, output={'left': 11})", False),
        "not called so": (f"{missed}'tell', q='x')", True),
        "called": (f"{missed}'find')", False),
        "called so": (f"{missed}'find', q={key})", False),
        "a misspelt tool": (f"{missed}'fnd')", False),
        "a misspelt argument": (f"{missed}'find', qq='x')", False),
    }
    tools = [on.tool(), on.tool("tell")]
    for line, rows in ((SILENT, alone), (UNASKED, called)):
        for name, (asked, passes) in rows.items():
            yield _draft(name, line, asked, passes=passes, tools=tools)
    for tool, passes in (("tell", True), ("find", False)):
        lines = ("cursor = session.cursor()", UNASKED, f"cursor.not_called({tool!r})")
        yield _draft(f"made before {tool}", *lines, passes=passes, tools=tools)


DEFECTS = (
    Defect(name="swallowed", drafts=swallowed, surfaces=("python",)),
    Defect(name="not awaited", drafts=not_awaited, surfaces=("python",)),
    Defect(name="nothing to pass on", drafts=nothing_to_pass_on, surfaces=("python",)),
    Defect(name="cursor", drafts=cursor, surfaces=("python",)),
)
