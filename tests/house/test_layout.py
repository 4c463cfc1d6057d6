"""The tree is as CONTRIBUTING draws it, and only the folders that it names know Dagster."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.office import ROOT

PACKAGE = ROOT / "skyvern_dagster"
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def drawn() -> set[str]:
    """The names that the page draws below the package."""
    tree = PAGE.partition("```\nskyvern_dagster/\n")[2].partition("\napi/")[0]
    return {line.split()[0] for line in tree.splitlines()}


def test_what_is_drawn_is_there_and_nothing_else() -> None:
    there = {
        f"{each.name}/" if each.is_dir() else each.name
        for each in PACKAGE.iterdir()
        if each.name not in ("__pycache__", "py.typed")
    }

    assert drawn() == there


def test_only_these_folders_know_dagster() -> None:
    sentence = re.search(r"Only the root, (.*?)\s+import Dagster", PAGE, re.DOTALL)
    assert sentence is not None
    named = set(re.findall(r"`(\w+)/`", sentence.group(1)))

    know = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.glob("*/**/*.py")
        if any(name == "dagster" or name.startswith("dagster.") for name in imported(path))
    }

    assert know == named


def imported(path: Path) -> set[str]:
    """The modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def test_every_word_stands_once_in_the_table() -> None:
    table = PAGE.partition("## Words")[2].partition("## Rules")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)[2:]
    words = [word for row, _ in rows for word in row.split(", ")]

    assert len(words) > 30
    assert len(words) == len(set(words))
