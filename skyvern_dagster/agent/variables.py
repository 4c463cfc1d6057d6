"""Values of a run as ``{{ variables }}`` in recorded texts, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

_SHORTEST = 3
"""Values of one or two characters stand everywhere by chance; an order `7` is found by its row's
cell, not by its text."""
_VARIABLE = re.compile(r"\{\{ ([\w.]+) \}\}")
_VARYING = re.compile(r"\d")
_LETTER = r"[^\W_]"
_TELLING = 4
"""Characters of a value that is told in a file's name, too: `bill_4711.pdf`. Shorter ones count
something else there: `page_1`."""


class Variables:
    """The facts of one task by name.

    Of two names with one value, only the first is put into texts: which of them was meant can't
    be known. Values under three characters are never: they stand everywhere by chance.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        first: dict[str, str] = {}
        for name, value in self.values.items():
            if len(value) >= _SHORTEST:
                first.setdefault(value, name)
        self._names = dict(sorted(first.items(), key=lambda each: -len(each[0])))

    def lift(self, text: str) -> str:
        """The text with values replaced by variables."""
        for value, name in self._names.items():
            for form in {value, quote(value, safe="")}:
                joint = _LETTER if len(form) >= _TELLING else r"\w"
                pattern = rf"(?<!{joint}){re.escape(form)}(?!{joint})"
                text = re.sub(pattern, f"{{{{ {name} }}}}", text, flags=re.IGNORECASE)
        return text

    def fill(self, text: str) -> str:
        """The text with variables replaced by values.

        Raises:
            LookupError: There is no such variable in this task.
        """
        return _VARIABLE.sub(lambda match: self.values[match.group(1)], text)

    def digests(self) -> dict[str, str]:
        """A short digest of each value: enough to see whether it is the same."""
        return {
            name: hashlib.sha256(value.encode()).hexdigest()[:12]
            for name, value in self.values.items()
        }

    def path(self, url: str) -> str:
        """An address's path with variables, and ``*`` for parts that vary by themselves."""
        parts = [
            part if _VARIABLE.search(part) or not _VARYING.search(part) else "*"
            for part in self.lift(urlsplit(url).path or "/").split("/")
        ]
        return "/".join(parts)

    def is_at(self, recorded: str, url: str) -> bool:
        """Whether an address has a recorded path.

        Raises:
            LookupError: There is no such variable in this task.
        """
        wanted, parts = recorded.split("/"), (urlsplit(url).path or "/").split("/")
        if len(wanted) != len(parts):
            return False
        return all(
            part == "*" or self.fill(part).casefold() in (here.casefold(), quote(here).casefold())
            for part, here in zip(wanted, parts, strict=True)
        )


def used_in(text: str) -> frozenset[str]:
    """The variables that a recorded text uses."""
    return frozenset(_VARIABLE.findall(text))
