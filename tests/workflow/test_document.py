"""YAML: what can't be read, what is read like JSON, and where things stand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.workflow.document import Document, parse
from skyvern_dagster.workflow.findings import Position
from skyvern_dagster.workflow.json_yaml import JsonLoader, QuickJsonLoader
from tests.laws import LAW
from tests.office import ROOT
from tests.workflow.documents import TASK, document, findings, found_at_marks, load, messages

WORKFLOWS = sorted((ROOT / "workflows").glob("*.yaml"))
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("§null", "the document must be a mapping, not empty"),
        ("§- a\n- b\n", "the document must be a mapping, not a list"),
        ("§hello", "the document must be a mapping, not a text"),
        ("§5", "the document must be a mapping, not the number 5"),
        ("a: [1, 2§", "this can't be read as YAML: expected ',' or ']'"),
        ("a: b\n  c§: d\n", "this can't be read as YAML: mapping values are not allowed here"),
        ("title:§\tx\n", "this can't be read as YAML: found character '\\t'"),
        ("a: 1\n§---\nb: 2\n", "this can't be read as YAML: but found another document"),
        ("a: §*b\n", "this can't be read as YAML: found undefined alias 'b'"),
        ("a: §!!python/object/apply:os.system [x]", "the tag '!!python/object/apply:os.system'"),
        ("a: §!!binary aGVsbG8=", "the tag '!!binary' is not allowed"),
        ("a: §!!set {x, y}", "the tag '!!set' is not allowed"),
        ("a: §!own x", "the tag '!own' is not allowed"),
        ("a: §!!int x", "this can't be read as YAML: 'x' is no int"),
        ("a: §!!bool x", "this can't be read as YAML: 'x' is no bool"),
        ("a: §" + "9" * 5000, "'9999999999999999999999999999999999999999' is no int"),
        ("a: §.nan", "'.nan' is no number that JSON knows"),
        ("a: b\nc: d§\x00", "this can't be read as YAML: it holds a NUL"),
        ("a: b\n§\x07", "this can't be read as YAML: it holds the character '\\x07'"),
        ("? §[a, b]\n: c\n", "a key must be a text"),
        ("? §{a: b}\n: c\n", "a key must be a text"),
        ('a: §"\\ud83c"', "half of a character"),
        ("§&a {b: *a}", "an alias stands inside of what it stands for"),
        ("a: &x [§&y {b: *y}]", "an alias stands inside of what it stands for"),
        ("a: " + "[" * 99 + "§[" + "]" * 100, "the document is nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, message: str) -> None:
    (finding,) = found_at_marks(text) if "§" in text else findings(text)
    assert message in finding.message
    assert finding.severity == "error"


def test_very_deep_nesting_is_told_without_a_place() -> None:
    assert messages("a: " + "[" * 3000 + "]" * 3000) == ["the document is nested too deeply"]


def test_a_few_lines_of_aliases_do_not_swamp_the_process() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    before = time.process_time()
    (message,) = messages("\n".join(lines))
    assert "more than 200,000 values" in message
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    "text",
    [
        document().replace("\n", "\r\n"),
        "\ufeff" + document(),
        "---\n" + document() + "...\n",
        "%YAML 1.1\n---\n" + document(),
        json.dumps(yaml.safe_load(document())),
        json.dumps(yaml.safe_load(document()), indent="\t"),
    ],
    ids=["CRLF", "BOM", "document marks", "directive", "JSON", "JSON with tabs"],
)
def test_forms_of_one_document(text: str) -> None:
    assert load(text).definition == load(document()).definition


SHAPES = [
    "a: 1\nb: [x, {c: d}]\n",
    "ä: 'ü🎉'\n🎉: [\"\\u00e4\", b: c]\n",
    "a: >-\n  one\n  two\n\n  three\nb: |\n   x\n    y\n",
    "- a\n-\n  - b\n- - c\n  - d\n",
    "x: &x {y: 1}\nz: {<<: *x, w: 2}\n? k\n: v\n",
    "a:   # why\n    # because\n    b: c   # yes\n",
    "a: plain\n  goes on\nb: 'quoted\n\n  too'\n",
]


@pytest.mark.parametrize("text", [*SHAPES, document(), *map(Path.read_text, WORKFLOWS)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_both_readers_read_the_same_at_the_same_places(text: str, line_end: str) -> None:
    written = text.replace("\n", line_end)
    with_libyaml, without = QuickJsonLoader(written), JsonLoader(written)
    nodes = list(zip(flat(with_libyaml.get_single_node()), flat(without.get_single_node())))  # noqa: B905

    assert len(nodes) == len(list(flat(JsonLoader(written).get_single_node())))
    for one, other in nodes:
        assert one == other


def flat(node: Any) -> Iterator[tuple[str, str, int, int]]:
    """Kind, text and place of a node and all that is in it."""
    value = node.value if isinstance(node.value, str) else ""
    yield node.tag, value, node.start_mark.line, node.start_mark.column
    for inner in () if isinstance(node.value, str) else node.value:
        for each in inner if isinstance(inner, tuple) else (inner,):
            yield from flat(each)


@LAW
@given(JSON, st.booleans(), st.sampled_from([40, 1000]))
def test_both_readers_agree_on_anything_written_as_yaml(
    data: object, flow: bool, width: int
) -> None:
    text = yaml.safe_dump(
        {"data": data}, allow_unicode=True, default_flow_style=flow, width=width, sort_keys=False
    )
    assert list(flat(QuickJsonLoader(text).get_single_node())) == list(
        flat(JsonLoader(text).get_single_node())
    )


@pytest.mark.parametrize("depth", [2_000, 100_000])
@pytest.mark.parametrize("level", ["[", "{a: ", "- ", "? "])
def test_no_depth_ends_the_process(level: str, depth: int) -> None:
    assert messages("a:\n " + level * depth) == ["the document is nested too deeply"]


def test_dates_stay_texts_and_keys_are_texts() -> None:
    data = parse("2024-01-31: 2024-02-01\n404: a\ntrue: b\nnull: c\n1.5: d\n=: =\n", "x").data
    assert data == {
        "2024-01-31": "2024-02-01", "404": "a", "true": "b", "null": "c", "1.5": "d", "=": "=",
    }  # fmt: skip


def test_escapes_of_json_for_characters_beyond_the_first_plane() -> None:
    assert parse(json.dumps({"🎉": "Füße 🎉"}), "x").data == {"🎉": "Füße 🎉"}


@LAW
@given(JSON)
def test_json_is_read_as_json(data: object) -> None:
    for text in (json.dumps({"data": data}), json.dumps({"data": data}, ensure_ascii=False)):
        assert parse(text, "x").data == {"data": data}


def test_a_key_that_stands_twice() -> None:
    text = document(TASK.replace("url", "§label: again, url"))
    found = found_at_marks(text.replace("title: Test", "title: Test\n§title: Again"))
    assert [each.message for each in found] == ["'title' stands twice", "'label' stands twice"]
    assert {each.hint for each in found} == {"remove one of them"}


def test_an_alias_of_a_whole_block() -> None:
    text = document(
        "- &b {block_type: task, §label: a, url: 'https://x.example', §navigation_gaol: y}\n- *b\n"
    )
    found = found_at_marks(text)
    assert [each.message for each in found] == [
        "label 'a' stands twice",
        "unknown field 'navigation_gaol'",
    ]


def test_a_merged_mapping_points_to_where_it_was_written() -> None:
    blocks = """\
    - &b {block_type: task, label: a, url: 'https://x.example', §§navigation_goal: '{{ x }}'}
    - {<<: *b, label: b, navigation_goal: none}
    - <<: [*b]
      label: c
    """
    found = found_at_marks(document(blocks))
    assert [(each.block, each.message) for each in found] == [
        ("a", "unknown name 'x'"),
        ("c", "unknown name 'x'"),
    ]


def test_own_keys_win_over_merged_ones() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"
    parsed = parse(text, "x")
    assert parsed.data["b"] == {"x": 1, "y": 3}
    assert parsed.position(("b", "x")) == Position(1, 8)
    assert parsed.position(("b", "y")) == Position(2, 13)
    assert parsed.repeated == ()


def test_the_nearest_place_around_what_has_none() -> None:
    parsed: Document = parse("a:\n  - b: c\n", "x")
    assert parsed.position(("a", 0, "b", "deeper")) == Position(2, 5)
    assert parsed.position(("a", 0, "z")) == Position(2, 5)
    assert parsed.position(("z",)) == Position(1, 1)


def test_every_finding_says_where_what_and_what_to_do() -> None:
    (finding,) = findings(document(TASK.replace("url", "urll")))[:1]
    assert str(finding) == (
        "test.yaml:4:7: warning: block 'first': the first task has no address to begin at "
        "(add 'url')"
    )
    assert finding.as_dict() == {
        "severity": "warning", "file": "test.yaml", "line": 4, "column": 7, "block": "first",
        "message": "the first task has no address to begin at", "hint": "add 'url'",
    }  # fmt: skip
