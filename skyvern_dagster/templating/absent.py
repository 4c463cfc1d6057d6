"""Values that aren't there when a template is rendered.

A name that doesn't exist is a mistake, which validation finds, and an error. A field that an object
turns out not to have (an optional one of an extraction) is empty, as in Skyvern, and noted; so is
the output of a block that has not been carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import StrictUndefined, UndefinedError
from jinja2.utils import missing

_not_made: ContextVar[frozenset[str]] = ContextVar("names_not_made", default=frozenset())
_noted: ContextVar[list[str] | None] = ContextVar("absent_values", default=None)


@contextmanager
def noting_absent() -> Iterator[list[str]]:
    """The values that weren't there while it was open, a line each."""
    noted: list[str] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def note_absent(line: str) -> None:
    """Notes a value that wasn't there."""
    noted = _noted.get()
    if noted is not None and line not in noted:
        noted.append(line)


@contextmanager
def without(names: frozenset[str]) -> Iterator[None]:
    """While it is open, these names have no value: of blocks that weren't carried out."""
    token = _not_made.set(names)
    try:
        yield
    finally:
        _not_made.reset(token)


class AbsentValue(StrictUndefined):
    """Jinja's undefined: empty where an object lacks a field, an error where a name is unknown.

    Its base says of each of these methods that it never returns.
    """

    __slots__ = ()

    def __str__(self) -> str:  # type: ignore[override]
        self._taken()
        return ""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        self._taken()
        return iter(())

    def __len__(self) -> int:  # type: ignore[override]
        self._taken()
        return 0

    def __bool__(self) -> bool:  # type: ignore[override]
        self._taken()
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        self._taken()
        return isinstance(other, AbsentValue) or other is None or other == ""

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    def __lt__(self, other: object) -> bool:  # type: ignore[override]
        """Nothing is neither more nor less than something."""
        self._taken()
        return False

    __le__ = __gt__ = __ge__ = __lt__  # type: ignore[assignment]

    def __contains__(self, item: object) -> bool:  # type: ignore[override]
        self._taken()
        return False

    def __hash__(self) -> int:  # type: ignore[override]
        return id(type(self))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._taken()
        return self

    def __getitem__(self, name: Any) -> Any:
        self._taken()
        return self

    def _taken(self) -> None:
        if self._undefined_name in _not_made.get() and self._undefined_obj is missing:
            note_absent(f"the block of {self._undefined_name!r} has not been carried out")
            return
        is_forbidden = self._undefined_exception is not UndefinedError
        if self._undefined_obj is missing or self._undefined_hint is not None or is_forbidden:
            self._fail_with_undefined_error()
        note_absent(self._undefined_message)
