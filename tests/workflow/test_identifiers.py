"""Labels and keys that are no identifiers become some, and so does what refers to them."""

from __future__ import annotations

import pytest

from skyvern_dagster.workflow.loader import Workflow
from tests.workflow.documents import document, found_at_marks, load

PARAMETERS = (
    "- {§key: site-url, parameter_type: workflow}\n- {§key: 2nd_1, parameter_type: workflow}\n"
)
BLOCKS = """\
- block_type: goto_url
  label: Open the page
  url: '{{ site-url }}?q={{ site-url|upper }}'
  next_block_label: 2nd step
- block_type: for_loop
  label: 2nd step
  loop_over_parameter_key: Open the page_output
  loop_blocks:
  - block_type: http_request
    label: ask-it
    url: '{{ Open the page.url }}/{{ current_value }}'
    body: {label: Open the page, said: '{% if site-url %}{{ 2nd step.current_value }}{% endif %}'}
- block_type: text_prompt
  label: sum
  prompt: 'Open the page: {{ Open the page_output }}, {{ ask-it_output.body }}; site-url'
  parameter_keys: [site-url]
"""


def made(text: str) -> Workflow:
    return load(text.replace("§", ""))


def test_what_refers_to_them_is_renamed() -> None:
    first, loop, last = made(document(BLOCKS, PARAMETERS)).definition.blocks
    assert [each.label for each in (first, loop, *loop.inner, last)] == [
        "Open_the_page", "_2nd_step", "ask_it", "sum",
    ]  # fmt: skip
    assert first.next_block_label == "_2nd_step"
    (inner,) = loop.inner
    texts = {each.path: each.text for block in (first, loop, inner, last) for each in block.texts()}
    assert texts["url",] == "{{ Open_the_page.url }}/{{ current_value }}"
    assert loop.keys_used() == ("Open_the_page_output",)
    assert texts["body", "said"] == "{% if site_url %}{{ _2nd_step.current_value }}{% endif %}"
    assert texts["body", "label"] == "Open the page"  # the author's own field
    said = "Open the page: {{ Open_the_page_output }}, {{ ask_it_output.body }}; site-url"
    assert texts["prompt",] == said
    assert last.keys_used() == ("site_url",)


def test_each_is_told_in_its_place() -> None:
    found = found_at_marks(document("- {block_type: wait, §label: a b}\n", PARAMETERS))
    assert [(each.severity, each.message) for each in found] == [
        ("warning", "parameter key 'site-url' is no name for templates: it is called 'site_url'"),
        ("warning", "parameter key '2nd_1' is no name for templates: it is called '_2nd_1'"),
        ("warning", "label 'a b' is no name for templates: it is called 'a_b'"),
    ]


@pytest.mark.parametrize(
    ("labels", "called"),
    [
        (["a b", "a_b"], ["a_b_2", "a_b"]),
        (["a b", "a-b", "a b "], ["a_b", "a_b_2", "a_b_3"]),
        (["1", "../../etc"], ["_1", "etc"]),
        (["!", "?"], ["name", "name_2"]),
        (["überprüfen", "日本語"], ["überprüfen", "日本語"]),
    ],
)
def test_no_two_get_one_name(labels: list[str], called: list[str]) -> None:
    blocks = "".join(f"- {{block_type: wait, label: '{label}'}}\n" for label in labels)
    assert [each.label for each in made(document(blocks)).definition.blocks] == called


def test_the_section_names_them_anew_too() -> None:
    section = "dagster:\n  blocks: {Read it: {}}\n  retries: {Read it: {max_retries: 2}}\n"
    block = "- {block_type: extraction, label: Read it, data_extraction_goal: x}\n"
    definition = made(document(block) + section).definition
    assert set(definition.dagster.blocks) == {"Read_it"}
    assert set(definition.dagster.retries) == {"Read_it"}
