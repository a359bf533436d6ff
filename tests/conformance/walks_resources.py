"""Walks through the command groups of `tavus` that are about what PALs are made of."""

from __future__ import annotations

from tests.conformance.furnished import FACE, Ids
from tests.conformance.terminal import Terminal

MASK = "********"


def tool(terminal: Terminal, ids: Ids) -> None:
    """Make a tool of each starter, keep its secret, and see that the mask is none."""
    for delivery in ("app_message", "http", "http_oauth2"):
        example = terminal.tells("tool", "example", "--delivery", delivery)
        name = terminal.write("tool.json", {**example, "name": f"by_{delivery}"})
        made = terminal.tells("tool", "create", "--file", name)
    tool_id = made["tool_id"]
    shown = terminal.tells("tool", "get", tool_id)
    assert shown["delivery"]["api"]["auth"]["client_secret"] == MASK
    name = terminal.write("change.json", {"description": "Makes a lead."})
    assert terminal.tells("tool", "patch", tool_id, "--file", name)["tool_id"] == tool_id
    name = terminal.write("echoed.json", {"delivery": shown["delivery"]})
    assert "scrub placeholder" in terminal.refuses("tool", "patch", tool_id, "--file", name)
    listed = terminal.tells("tool", "list", "--json")
    assert listed["total_count"] == 6
    assert terminal.tells("tool", "delete", tool_id) is None


def objective(terminal: Terminal, ids: Ids) -> None:
    """Make a set of objectives of the starter, change it, and delete it."""
    name = terminal.write("set.json", terminal.tells("objective", "example"))
    terminal.tells("objective", "validate", "--file", name)
    objectives_id = terminal.tells("objective", "create", "--file", name)["objectives_id"]
    change = [{"op": "replace", "path": "/name", "value": "Other"}]
    name = terminal.write("change.json", change)
    terminal.tells("objective", "patch", objectives_id, "--file", name)
    shown = terminal.tells("objective", "get", objectives_id)
    assert shown["name"] == "Other"
    assert terminal.tells("objective", "list", "--json")["total_count"] == 2
    assert terminal.tells("objective", "delete", objectives_id) is None


def guardrail(terminal: Terminal, ids: Ids) -> None:
    """Make a guardrail, find it by its tag, change it, and delete it."""
    words = ("--name", "no_prices", "--prompt", "Name no price.", "--tag", "shop")
    guardrail_id = terminal.tells("guardrail", "create", *words)["guardrail_id"]
    terminal.tells("guardrail", "patch", guardrail_id, "--prompt", "Never name a price.")
    shown = terminal.tells("guardrail", "get", guardrail_id)
    assert shown["guardrail_prompt"] == "Never name a price."
    found = terminal.tells("guardrail", "list", "--tags", "shop", "--json")["data"]
    assert [each["guardrail_id"] for each in found] == [guardrail_id]
    assert "shop" in terminal.prints("guardrail", "tags")
    assert terminal.tells("guardrail", "delete", guardrail_id) is None


def document(terminal: Terminal, ids: Ids) -> None:
    """Have a document fetched, and find it by its tag."""
    words = ("--url", "https://example.com/menu.pdf", "--tag", "menus")
    document_id = terminal.tells("document", "create", *words)["document_id"]
    found = terminal.tells("document", "list", "--tag", "menus", "--json")["data"]
    assert [each["document_id"] for each in found] == [document_id]
    assert terminal.tells("document", "get", document_id)["tags"] == ["menus"]
    assert "menus" in terminal.prints("document", "tags")
    assert "data" in terminal.tells("document", "chunks", document_id)
    (terminal.home / "menu.txt").write_text("Soup.")
    told = terminal.refuses("document", "upload", "menu.txt")
    assert "TAVUS_PORTAL_BEARER_TOKEN" in told


def pronunciation_dictionary(terminal: Terminal, ids: Ids) -> None:
    """Make a dictionary of the starter, change it, and delete it."""
    group = "pronunciation-dictionary"
    name = terminal.write("rules.json", terminal.tells(group, "example"))
    made = terminal.tells(group, "create", "--file", name)
    dictionary_id = made["pronunciation_dictionary_id"]
    name = terminal.write("change.json", {"name": "Towns"})
    terminal.tells(group, "patch", dictionary_id, "--file", name)
    assert terminal.tells(group, "get", dictionary_id)["name"] == "Towns"
    assert len(terminal.tells(group, "list", "--json")["data"]) == 2
    assert terminal.tells(group, "delete", dictionary_id) is None


def face(terminal: Terminal, ids: Ids) -> None:
    """Look at the faces."""
    listed = terminal.tells("face", "list", "--stock", "--json")["data"]
    assert FACE in {each["face_id"] for each in listed}


def resource(terminal: Terminal, ids: Ids) -> None:
    """Look at things by the word for their kind."""
    assert terminal.tells("resource", "list", "objectives")["total_count"] == 1
    shown = terminal.tells("resource", "get", "tool", ids["secretive_id"])
    assert shown["delivery"]["api"]["auth"]["token"] == MASK
    assert "resource must be" in terminal.refuses("resource", "list", "tols", code=2)


def skill(terminal: Terminal, ids: Ids) -> None:
    """Look at the skills."""
    listed = terminal.tells("skill", "list", "--json")["data"]
    assert "memory" in {each["skill_id"] for each in listed}
    assert terminal.tells("skill", "get", "memory")["skill_id"] == "memory"
