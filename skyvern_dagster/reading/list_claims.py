"""What a page says of how much of a list it shows."""

from __future__ import annotations

import re
from functools import cache

from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import fold

PAGE_OF = re.compile(
    r"(?:page|seite|pagina|pag)\.?\s*(\d+)\s*(?:of|von|sur|de|di|van|/)\s*(\d+)|^\W*(\d+)\s*/\s*(\d+)\W*$"
)


_SHOWN_OF = re.compile(
    r"\b(\d+)\s*(?:-|–|to|bis|a|à|tot|até)\s*(\d+)\s*(?:of|von|sur|de|di|van|/)\s*(\d+)\b"
)


_LONGEST_CLAIM = 80
"""Characters of a line that says how many records there are."""
_CONTROLS = frozenset({"link", "button", "tab", "menuitem", "option"})
_PARTS = _CONTROLS | {"row", "cell", "listitem", "article"}


def says_more(view: PageView) -> bool | None:
    """Whether the page says that there is more than it shows; ``None`` when it doesn't say."""
    for line in view.paragraphs:
        if len(line) > _LONGEST_CLAIM:
            continue
        if match := _SHOWN_OF.search(fold(line)):
            return int(match.group(2)) < int(match.group(3))
        if match := PAGE_OF.search(fold(line)):
            current, last = (int(part) for part in match.groups() if part)
            return current < last
    return None


def claimed_total(view: PageView) -> int | None:
    """How many records the page says that the list has, or ``None``.

    ``1 - 10 of 23``, ``23 orders``, ``Orders (23)``, ``Total: 23 records``.
    """
    for line in view.paragraphs:
        if len(line) <= _LONGEST_CLAIM and (match := _SHOWN_OF.search(fold(line))):
            return int(match.group(3))
    counted = [
        int(next(filter(None, match.groups())))
        for node in view.nodes
        if view.region(node) in {"", "main", "region"} and node.role not in _CONTROLS
        if 0 < len(text := fold(view.text(node) or node.name)) <= _LONGEST_CLAIM
        if (match := _counts().fullmatch(text))
        if not any(above.role in _PARTS for above in (node, *view.ancestors(node)))
    ]
    return max(counted, default=None)


@cache
def _counts() -> re.Pattern[str]:
    """A count of records and nothing else: of the whole list, as it stands above or below it."""
    names = (f"page.{name}" for name in ("orders", "invoices", "documents", "payments"))
    called = "|".join(
        [concept(name).terms.pattern for name in names]
        + [re.escape(word) + "s?" for word in word_list("items")["record_words"]]
    )
    total = rf"(?:{concept('paging.total').terms.pattern})"
    return re.compile(
        rf"\W*(?:{total}\W*)?(\d+)\s+(?:{called})(?:\W+{total})?\W*"
        rf"|(?:{called})\s*(?:\(\s*(\d+)\s*\)|:\s*(\d+))\W*"
    )
