"""The pages of the sign-in: texts of a client never become markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse

from pytest_tavus.simulator.server.oauth.page import delivery_page, question_page


class Outline(HTMLParser):
    """What a browser makes of a page: its elements, its text, the values of its fields."""

    def __init__(self, page: HTMLResponse) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.fields: dict[str, str] = {}
        self.feed(bytes(page.body).decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if tag == "input":
            self.fields[named["name"] or ""] = named["value"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(client=_WORDS, callback=_WORDS, grant=_WORDS, value=_WORDS)
def test_texts_of_a_client_add_no_markup_to_a_page(
    client: str, callback: str, grant: str, value: str
) -> None:
    plain = Outline(question_page(client="a", callback="b", grant="c", fields={"d": "e"}))
    page = Outline(
        question_page(client=client, callback=callback, grant=grant, fields={"d": value})
    )

    assert page.tags == plain.tags
    assert page.fields == {"d": value}
    assert all(text in page.text for text in (client, callback, grant))


@given(payload=st.dictionaries(_WORDS, _WORDS), callback=_WORDS)
def test_a_payload_arrives_in_the_script_unchanged(payload: dict[str, str], callback: str) -> None:
    text = bytes(delivery_page(callback, payload).body).decode()
    data = text.partition('id="login">')[2].partition("</script>")[0]

    assert json.loads(data) == {"callback": callback, "payload": payload}
    assert text.count("<script") == text.count("</script") == 2
    assert "<!--" not in text
