"""How the address of an item's file follows from the item, and what its file has to say.

See :mod:`~skyvern_dagster.agent.known_files` for what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from skyvern_dagster.agent.document_text import DocumentText
from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.planner import Place
from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.agent.variables import Variables, used_in
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.amounts import number_value
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import same_identifier
from skyvern_dagster.reading.words import fold

_ALIKE = 0.5
"""Of the words of two files together, what both must have. Invoices of one shop share their labels,
the seller and the buyer: of forty, all pairs had 0.67 to 1.0, half of them 0.8 and more. An error
page or a reminder shares names with them, and little else."""

_ANY_DAY = date(2000, 1, 1)
_VARIABLE = re.compile(r"\{\{ [\w.]+ \}\}")


@dataclass(frozen=True)
class FilePattern:
    """How the file of an item is fetched.

    Attributes:
        address: With ``{{ variables }}`` of the item.
        content_type: Of the file.
        words: What it says, names and numbers left out.
        seen_in: The iteration that showed it.
        values: What that iteration knew about its item.
    """

    address: str
    content_type: str
    words: frozenset[str]
    seen_in: str
    values: Mapping[str, str]

    @classmethod
    def seen(
        cls,
        address: str,
        request: TaskRequest,
        prover: FileProver,
        file: DownloadedFile,
        first: DownloadedFile,
    ) -> FilePattern | None:
        """The pattern, if a file is the one that the browser has fetched, and its item's.

        One that is made anew may differ in a time of which its text says nothing.

        Args:
            address: See :func:`lifted_address`.
            request: The task.
            prover: Of the task.
            file: What the address gives without a page.
            first: What the browser has fetched.
        """
        is_same = file.sha256 == first.sha256 or _text(first, prover) == _text(file, prover) != ""
        if not is_same or file.content_type != first.content_type or not _names(file, prover):
            return None
        seen_in = f"iteration {request.iteration}"
        values = variables_of(request.place).values
        return cls(address, file.content_type, _words_of(_text(file, prover)), seen_in, values)

    def doubt(self, file: DownloadedFile, request: TaskRequest, prover: FileProver) -> str | None:
        """Why what came may not be a task's file; ``None`` where nothing speaks against it."""
        if not _names(file, prover):
            return f"{file.filename} doesn't name {prover.item.identifier}"
        text = _text(file, prover)
        likeness = _likeness(_words_of(text), self.words)
        if file.content_type != self.content_type or likeness < _ALIKE:
            return f"{file.filename} isn't like the one of {self.seen_in}"
        values, document = variables_of(request.place).values, DocumentText(text, named="")
        for name in sorted(set(values) - used_in(self.address)):
            if values[name] != self.values.get(name) and not _tells(document, values[name]):
                return f"{file.filename} says nothing about {name} {values[name]!r}"
        return None


def lifted_address(address: str, request: TaskRequest, prover: FileProver) -> str | None:
    """An address with the item's values as variables; ``None`` where it doesn't follow from them.

    Args:
        address: Where a task's file came from.
        request: The task.
        prover: Knows the item's number.
    """
    if not address.startswith(("http://", "https://")):
        return None
    variables = variables_of(request.place)
    lifted = variables.lift(address)
    values = [variables.values[name] for name in used_in(lifted)]
    is_of_item = any(same_identifier(value, prover.item.identifier) for value in values)
    if not is_of_item or variables.fill(lifted) != address:
        return None
    return None if _has_other_numbers(lifted, request.url or "") else lifted


def _names(file: DownloadedFile, prover: FileProver) -> bool:
    """Whether a file's text names the item."""
    proof = prover.proof(file)
    return proof.verdict == "shown" and proof.in_text


def _has_other_numbers(pattern: str, home_url: str) -> bool:
    """Whether an address has numbers that the task doesn't know.

    The newest invoice of one customer may be his seventh, and that of the next one his ninth. Those
    that the address has at which the task begins (a tenant's, a version's) are no such.
    """
    known = set(re.findall(r"[\w.-]+", home_url))
    address = urlsplit(pattern)
    parts = re.findall(r"[\w.-]+", _VARIABLE.sub("", f"{address.path}?{address.query}"))
    return any(re.search(r"\d", part) and part not in known for part in parts)


def _tells(document: DocumentText, value: str) -> bool:
    """Whether a document has a value: as it is, or as the same day or amount in other words."""
    amount = number_value(value)
    return (
        document.names(value)
        or any(document.has_day(day) for day in find_dates(value, _ANY_DAY))
        or (amount is not None and bool(document.has_amount(amount)))
    )


def filled(address: str, place: Place) -> str | None:
    """Where the file of a task should be; ``None`` where the task lacks a value."""
    try:
        return variables_of(place).fill(address)
    except LookupError:
        return None


def variables_of(place: Place) -> Variables:
    """What a task knows about its item."""
    return Variables(
        {name: each for name, each in place.variables.items() if name not in place.incidental}
    )


def _text(file: DownloadedFile, prover: FileProver) -> str:
    try:
        return " ".join(prover.text(file).split())
    except ArtifactError:
        return ""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{2,}", fold(text)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
