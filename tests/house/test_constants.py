"""A number that decides something says why it is so, where it stands.

Bare numbers in comparisons are ruff's to find (PLR2004).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from tests.office import ROOT


def unexplained(path: Path) -> Iterator[str]:
    """Constants of a module that are numbers, without a text after them or a comment."""
    text = path.read_text(encoding="utf-8")
    lines, body = text.splitlines(), ast.parse(text).body
    for each, following in zip_longest(body, body[1:]):
        if not isinstance(each, ast.Assign | ast.AnnAssign) or not is_number(each.value):
            continue
        is_told = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        before, own = lines[each.lineno - 2], lines[each.lineno - 1]
        if not is_told and not before.startswith("#") and "  # " not in own:
            yield f"{path.relative_to(ROOT)}:{each.lineno}: {own}"


def is_number(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=int() | float()):
            return not isinstance(value.value, bool)
        case ast.UnaryOp():
            return is_number(value.operand)
        case ast.BinOp():
            return is_number(value.left) and is_number(value.right)
        case _:
            return False


def test_each_number_says_why() -> None:
    folders = (ROOT / "skyvern_dagster", ROOT / "api")
    modules = [path for folder in folders for path in folder.rglob("*.py")]

    assert [line for path in sorted(modules) for line in unexplained(path)] == []
