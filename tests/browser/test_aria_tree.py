from __future__ import annotations

import pytest

from skyvern_dagster.browser.aria_tree import AriaNode, parse_aria_snapshot
from tests.browser.visit import Visit

PRINTED = r"""
- generic [active] [ref=e1]:
  - link "Cart" [ref=e3] [cursor=pointer]:
    - /url: "#"
    - text: two
  - 'heading "Hello: \"q\" - [ref=e9] it''s" [level=1] [ref=f2e9]'
  - 'textbox "Search: x" [invalid] [ref=e21]': "bob: x"
  - checkbox "mx" [checked=mixed] [ref=e55]
  - option "[1] a" [selected]
  - text: "- dash"
  - paragraph [ref=e4]: "line\nnext \x1b \\x41 \"q\""
  - text: plain # text
"""


def test_every_part_of_the_format() -> None:
    (root,) = parse_aria_snapshot(PRINTED)
    link, heading, box, check, option, dash, paragraph, plain = root.children
    assert (root.role, root.ref, "active" in root.flags) == ("generic", "e1", True)
    assert (link.name, link.properties) == ("Cart", {"url": "#"})
    assert link.flags["cursor"] == "pointer"
    assert [child.name for child in link.children] == ["two"]
    assert (heading.name, heading.ref) == ('Hello: "q" - [ref=e9] it\'s', "f2e9")
    assert heading.flags["level"] == "1"
    assert (box.name, box.text, "invalid" in box.flags) == ("Search: x", "bob: x", True)
    assert check.flags["checked"] == "mixed"
    assert (option.name, "selected" in option.flags, option.ref) == ("[1] a", True, "")
    assert dash == AriaNode("text", name="- dash")
    assert paragraph.text == 'line\nnext \x1b \\x41 "q"'
    assert plain.name == "plain # text"


@pytest.mark.parametrize("odd", ["", "\n\n", "- ", "???", "- 'open", '- button "open', "- text"])
def test_odd_lines_do_no_harm(odd: str) -> None:
    (*_, last) = parse_aria_snapshot(f'{odd}\n- button "Send" [ref=e1]')
    assert (last.role, last.name, last.flags) == ("button", "Send", {"ref": "e1"})


TEXTS = [
    "plain", "a: b", "a:", "- dash", "yes", "null", "1.20", "# hash", "x # y", "'single' x",
    '"double"', "back\\slash", "{brace}", "[ref=e1]", "`tick`", "@at", "%", "&amp", "*star",
    "é ü 漢字", "emoji 🎉", "/slash/", "a\u00a0b", "key: 'v' \"w\"", "\\x41", "tab\\t", "!", "~",
]  # fmt: skip


def test_texts_survive_the_browser_s_quoting(visit: Visit) -> None:
    visit.open("/")
    visit.run(
        visit.session.page.evaluate(
            "texts => document.body.replaceChildren(...texts.flatMap(text => {"
            " const p = document.createElement('p'); p.textContent = text;"
            " const b = document.createElement('button'); b.textContent = text;"
            " return [p, b]; }))",
            TEXTS,
        )
    )
    nodes = list(visit.look().root.walk())
    expected = [text.replace("\u00a0", " ") for text in TEXTS]
    assert [node.name for node in nodes if node.role == "button"] == expected
    assert [node.text for node in nodes if node.role == "paragraph"] == expected
