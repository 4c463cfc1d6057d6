"""The names that code uses without making them."""

from __future__ import annotations

import builtins
import symtable
import textwrap
from collections.abc import Iterator, Sequence

from skyvern_dagster.blocks.code_child import GIVEN
from skyvern_dagster.blocks.context import CURRENT_NAMES

_FIELDS = frozenset({"username", "password", "totp", "otp", "totp_identifier"})
"""Of a credential that is among its parameters; whether one is isn't known here."""


def names_from_elsewhere(code: str, keys: Sequence[object]) -> list[str]:
    """The names that code uses and that neither it, nor Python, nor a parameter gives it.

    Args:
        code: Python; what can't be read as such uses none.
        keys: Its ``parameter_keys``.

    Example:
        >>> names_from_elsewhere("total = sum(orders)", ["orders"])
        []
        >>> names_from_elsewhere("total = sum(orders)", [])
        ['orders']
    """
    body = textwrap.indent(code, " ")
    try:
        table = symtable.symtable(f"async def code():\n{body}\n pass", "code", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    known = {*dir(builtins), *CURRENT_NAMES, *GIVEN, *_FIELDS, *map(str, keys), "page", "__name__"}
    (function,) = table.get_children()
    made = {symbol.get_name() for symbol in function.get_symbols() if symbol.is_assigned()}
    return sorted(set(_used(function)) - known - made)


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _used(child)
