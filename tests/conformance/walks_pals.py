"""Walks through the command groups of `tavus` that are about PALs and conversations."""

from __future__ import annotations

from tests.conformance.furnished import FACE, Ids
from tests.conformance.terminal import Terminal


def pal(terminal: Terminal, ids: Ids) -> None:
    """Make a PAL, change it, look at it in every way, and delete it."""
    words = ("pal", "create", "--name", "Ella", "--system-prompt", "You sing.")
    assert "POST /pals failed with 400" in terminal.refuses(*words), "it has no face"
    made = terminal.tells(*words, "--face-id", FACE)
    pal_id = made["pal_id"]
    change = ("pal", "patch", pal_id, "--path", "/greeting", "--value", "Hi.")
    assert terminal.tells(*change)["greeting"] == "Hi."
    assert terminal.tells(*change) is None, "what changes nothing is answered with nothing"
    assert terminal.tells(*change, "--dry-run")["valid"] is True
    assert terminal.tells("pal", "get", pal_id)["greeting"] == "Hi."
    assert "/greeting" in terminal.tells("pal", "paths")
    assert terminal.tells("pal", "options", pal_id)["pal"]["pal_id"] == pal_id
    assert pal_id in terminal.tells("pal", "preview", pal_id, "--json")["test_url"]
    assert "Ella" in terminal.prints("pal", "list")
    assert terminal.tells("pal", "delete", pal_id) is None
    told = terminal.refuses("pal", "get", pal_id)
    assert f"Tavus API GET /pals/{pal_id} failed with 400" in told


def pal_parts(terminal: Terminal, ids: Ids) -> None:
    """Attach to a PAL what can be, list it, and detach it."""
    pal_id = ids["pal_id"]
    terminal.tells("pal", "tools", "attach", pal_id, ids["vision_id"])
    attached = terminal.tells("pal", "tools", "list", pal_id)["data"]
    assert {each["name"] for each in attached} == {"find", "see"}
    assert terminal.tells("pal", "tools", "detach", pal_id, ids["vision_id"]) is None
    terminal.tells("pal", "skills", "attach", pal_id, "internet_search")
    assert set(terminal.tells("pal", "skills", "list", pal_id)) == {"internet_search", "memory"}
    assert terminal.tells("pal", "skills", "detach", pal_id, "memory") is None
    assert "magic_canvas" in terminal.tells("pal", "capabilities", "catalog")
    terminal.tells("pal", "capabilities", "attach", pal_id, "canvas")
    listed = terminal.tells("pal", "capabilities", "list", pal_id)["capabilities"]
    assert {name for name, each in listed.items() if each["attached"]} >= {"magic_canvas"}
    terminal.tells("pal", "knowledge", "add", pal_id, "--document-tag", "menus")
    known = terminal.tells("pal", "knowledge", "list", pal_id)
    assert (known["document_ids"], known["document_tags"]) == ([ids["document_id"]], ["menus"])


def conversation(terminal: Terminal, ids: Ids) -> None:
    """Open a conversation, and end it."""
    opened = terminal.tells("conversation", "create", "--pal-id", ids["pal_id"], "--name", "A call")
    assert opened["status"] == "active"
    assert terminal.tells("conversation", "end", opened["conversation_id"]) is None


def builder(terminal: Terminal, ids: Ids) -> None:
    """Keep a session of the builder, with its messages."""
    made = terminal.tells("builder", "create", "--name", "Another")
    builder_id = made["builder_id"]
    assert "Another" in terminal.prints("builder", "list")
    messages = terminal.write("messages.json", [{"role": "user", "content": "A clerk."}])
    terminal.tells("builder", "append-messages", builder_id, "--file", messages)
    assert "A clerk." in terminal.prints("builder", "history", builder_id)
    assert terminal.tells("builder", "get", builder_id)["session"]["name"] == "Another"
    terminal.tells("builder", "publish", builder_id)
    assert terminal.tells("builder", "delete", builder_id) is None


def deployment(terminal: Terminal, ids: Ids) -> None:
    """Put a PAL on a page."""
    words = ("--channel", "landing-page", "--shared-memory")
    texts = ("--page-title", "Ada", "--page-description", "Talk to Ada.")
    made = terminal.tells("deployment", "create", "--pal-id", ids["pal_id"], *words, *texts)
    deployment_id = made["deployment_id"]
    shown = terminal.tells("deployment", "get", deployment_id)
    assert shown["integration"]["landing_page_url"].endswith(deployment_id)
    listed = terminal.tells("deployment", "list", "--json")["data"]
    assert [each["deployment_id"] for each in listed] == [deployment_id, ids["deployment_id"]]


def quickstart(terminal: Terminal, ids: Ids) -> None:
    """Make a PAL with a face in one step."""
    made = terminal.tells("quickstart", "--system-prompt", "You sing.", "--name", "Ella")
    assert made["pal"]["pal_name"] == "Ella"
    assert terminal.tells("pal", "get", made["pal"]["pal_id"])["default_face_id"] == made["face_id"]


def embed(terminal: Terminal, ids: Ids) -> None:
    """Write a page with a conversation in it."""
    told = terminal.tells("embed", "--conversation-url", "https://example.com")
    assert [each["path"] for each in told["files"]] == ["tavus-embed.html"]
