"""Whatever is written: findings with places, never a traceback, and soon."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text
from tests.office import ROOT

DEFINITIONS = sorted(Path(__file__).parent.glob("*.yaml")) + sorted(
    (ROOT / "workflows").rglob("*.yaml")
)
WRONG: tuple[Any, ...] = (
    None, "", 5, -1, 1e300, True, [], {}, [None], ["x", 3], {"a": {"b": []}}, "{{ x", "{% if %}",
    "{{ gone.y }}", "\x7f", "a" * 5000, "secret://x/username", "{a}", [[[]]], {"": ""},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a document."""
    yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from places(each, (*path, key))


def mutated(document: Any, chance: random.Random) -> Any:
    """A document with one to three values replaced, taken away, renamed, doubled or moved."""
    changed = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        ways = [each for each in places(changed) if each]
        if not ways:
            break
        *before, last = chance.choice(ways)
        holder = changed
        for key in before:
            holder = holder[key]
        match chance.randrange(5):
            case 0:
                holder[last] = copy.deepcopy(chance.choice(WRONG))
            case 1:
                del holder[last]
            case 2 if isinstance(holder, dict):
                holder[f"{last}x"] = holder.pop(last)
            case 3 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _:
                holder[last] = copy.deepcopy(changed.get("workflow_definition"))
    return changed


def garbled(text: str, chance: random.Random) -> str:
    """A text with some characters lost, doubled or replaced."""
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(text))
        insert = chance.choice(
            ["", "", ":", "\t", "{", "}", "'", '"', "- ", "\n", "&a ", "*a", "!x ", "#"]
        )
        text = text[:place] + insert + text[place + chance.randrange(3) :]
    return text


def check(text: str) -> None:
    """Either it loads, or each finding says where and what."""
    lines = text.count("\n") + 2
    try:
        found = load_text(text, source="f.yaml", name="f").warnings
    except InvalidDefinitionError as error:
        found = error.findings
        assert any(each.severity == "error" for each in found)
    for each in found:
        assert each.message
        assert 1 <= each.position.line <= lines
        assert each.position.column >= 1


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_mutated_definitions(file: Path, seed: int) -> None:
    chance = random.Random(f"{file.stem}{seed}")
    text = file.read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    for _ in range(20 if seed == 1 else 150):
        wrong = mutated(document, chance)
        check(json.dumps(wrong, default=str))
        check(yaml.dump(wrong, Dumper=yaml.CSafeDumper))
        check(garbled(text, chance))
