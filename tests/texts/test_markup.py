"""Texts of others are gone over once, whatever stands in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of
from skyvern_dagster.credentials import code_in_text
from skyvern_dagster.credentials.secret_texts import secrets_in
from skyvern_dagster.texts.markup import TAG, plain_text, without_elements
from skyvern_dagster.workflow import brace_checks

LONG = 200_000
"""Characters: where each is followed by a look at all the others, that takes hours."""

AGAIN = (
    "<", "<script ", "<style>", "<!--", "<br ", "{{", "{%", "{#", "{a", " ", "a", "1", ":",
    "password ", "://", "://a:", "pin \t", "&", "@", "-", ".", "1.", "a@", "www.", "1 (",
)  # fmt: skip

READERS: dict[str, Callable[[str], object]] = {
    "elements": without_elements,
    "tags": lambda text: TAG.sub("", text),
    "secrets": secrets_in,
    "a mail with a code": lambda text: code_in_text._plain(f"<p>{text[:100_000]}"),
    "a mail as text": plain_text,
    "a goal": lambda text: list(clauses_of(text[:2_000])),
    "templates": brace_checks._without_templates,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_takes_for_ever(reader: str) -> None:
    for again in AGAIN:
        READERS[reader](again * (LONG // len(again)))
        READERS[reader]("password" + again * (LONG // len(again)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a {{ b }} c", "a  c"),
        ("{% if a %}b{% endif %}{# c #}", "b"),
        ("{{ a }} {{ b", " {{ b"),
        ("{% a {{ b }} c", "{% a  c"),
        ("{{ '{% a %}' }}b", "b"),
    ],
)
def test_what_a_text_says_beside_its_templates(text: str, left: str) -> None:
    assert brace_checks._without_templates(text) == left


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<h1>A</h1><script>if (a < b) { c('</b>') }</script><p>B</p>", ["A", "B"]),
        ("<STYLE>p > b {}</Style >A<style></style>B", ["A", "B"]),
        ("<p>A</p><script>never ends", ["A"]),
        ("<p>A</script>B", ["A", "B"]),
        ("<script>a</style>b</script>A", ["A"]),
    ],
)
def test_scripts_and_styles_are_no_text(markup: str, words: list[str]) -> None:
    assert TAG.sub(" ", without_elements(markup)).split() == words
