"""Proof that a downloaded file belongs to the item that its task names.

A click can bring the file of the row beside. The file itself says whose it is: its text is searched
for the item's number, else for its day, month or amount.
"""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from skyvern_dagster.agent.document_text import DocumentText
from skyvern_dagster.agent.file_periods import of_other_period
from skyvern_dagster.agent.missing_document import missing_document
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.seen_pages import SeenPages
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult, DownloadedFile
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.concepts import MOSTLY, NEARLY_ONLY, concept
from skyvern_dagster.reading.file_text import file_text, packed_texts
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.record_numbers import is_weak
from skyvern_dagster.reading.wanted_item import wanted_item
from skyvern_dagster.reading.words import fold, name_words, unglued

_MOST_BYTES = 40_000_000
"""A file larger than this holds pictures; reading it would take longer than fetching it."""
_ERROR_KEYS = frozenset({"error", "errors", "exception", "fault", "error_code", "errorcode"})

_LONGEST_ERROR = 20_000
"""Bytes: a message with a stack trace; data with a field of that name is mostly longer."""

_TRAILER = 2048
"""Bytes at a PDF's end in which readers look for its last line; they take 1024."""
_TITLE = 200
"""Characters at the beginning of a document: its letter head and what it is."""
_FORMATS = {
    "pdf": ("pdf",), "xml": ("xml",), "csv": ("csv", "txt"), "json": ("json",),
    "xlsx": ("xlsx",), "xls": ("xls", "xlsx"), "excel": ("xlsx", "xls", "xlsm", "csv"),
    "docx": ("docx",), "odt": ("odt",), "ods": ("ods",),
}  # fmt: skip
"""What a goal may call a format, and the endings that files of it have."""
_DELIMITERS = ",;\t|"
_LEAST_COLUMNS = 3
"""Of a list of records: number, day and amount. Two values a line are a form."""
_HEADER_AND_ROW = 2
"""Lines of the shortest list: what its columns are called, and a record."""
_PACKED = frozenset({"zip", "gz", "7z"})

Verdict = Literal["shown", "nothing", "wrong"]


@dataclass(frozen=True)
class FileProof:
    """What a file's text says about the item.

    Attributes:
        verdict: ``shown``: it names the item; ``nothing``: it tells neither way; ``wrong``: it is
            another item's, or no document at all.
        told: The same in a sentence for people and planners; empty where the item is shown.
        shown: The numbers of records that it names, of those that the task names.
        in_text: Whether its text names them, and not only what it is called.
    """

    verdict: Verdict
    told: str = ""
    shown: tuple[str, ...] = ()
    in_text: bool = False


class FileProver:
    """Looks into the files of one task.

    Args:
        goal: What the task asks for.
    """

    def __init__(self, goal: Goal) -> None:
        self._text = f"{goal.navigation_goal} {goal.data_extraction_goal}"
        self._named = " ".join([self._text, *(str(value) for _, value in flat_items(goal.payload))])
        self._today = goal.today
        self._customers = tuple(_customers(goal))
        self.item = wanted_item(self._text, goal.payload, goal.today)
        given = {str(value).strip() for _, value in flat_items(goal.payload)}
        self._by_end = is_weak(self.item.identifier) and self.item.identifier not in given
        self._pages = SeenPages(self.item, self._named, by_end=self._by_end)
        wants_files = goal.complete_on_download or concept("goal.download").mentioned(self._text)
        self._wants_document = wants_files
        listed = (self.item.identifier, *self.item.listed) if self.item.listed else ()
        self._asked = listed if wants_files else ()
        self._formats = _formats_in(goal.navigation_goal)
        other = ("doc.other", "doc.unlike_invoice")
        self._wants_invoice = concept("doc.invoice").mentioned(goal.navigation_goal) and not any(
            concept(name).mentioned(goal.navigation_goal) for name in other
        )
        asks_invoice = concept("doc.invoice").mentioned(goal.navigation_goal)
        self._other = "" if asks_invoice else concept("doc.other").term(goal.navigation_goal)
        self._given: set[str] = set()
        self._untold = 0
        self._read = ("", "")

    @property
    def missing(self) -> tuple[str, ...]:
        """Of several records that the task names, those of which no file has come yet.

        A file that doesn't say whose it is may be of any of them.
        """
        missing = tuple(number for number in self._asked if number not in self._given)
        return missing if len(missing) > self._untold else ()

    def see(self, observation: Observation) -> None:
        """Remembers a page: the other records of its list are no numbers of this one."""
        if self.item.identifier:
            self._pages.see(observation)

    def entered(self, text: str) -> None:
        """Remembers what was typed or chosen on a page."""
        if self.item.identifier:
            self._pages.entered(text)

    async def checked(self, result: ActionResult) -> tuple[ActionResult, tuple[str, ...]]:
        """An action's result without wrong files, and notes on files that tell nothing.

        A result that brought nothing else becomes a failure with the cause ``wrong_file``.
        """
        if not result.downloads:
            return result, ()
        proofs = [(file, await asyncio.to_thread(self.proof, file)) for file in result.downloads]
        notes = tuple(each.told for _, each in proofs if each.verdict == "nothing" and each.told)
        wrong = [each.told for _, each in proofs if each.verdict == "wrong"]
        self._given.update(number for _, each in proofs for number in each.shown)
        self._untold += sum(each.verdict == "nothing" for _, each in proofs)
        if not wrong:
            return result, notes
        for file, each in proofs:
            if each.verdict == "wrong":
                file.path.unlink(missing_ok=True)
        kept = tuple(file for file, each in proofs if each.verdict != "wrong")
        if kept:
            return replace(result, downloads=kept), (*notes, *wrong)
        told = "; ".join(wrong)
        failed = replace(
            result, ok=False, downloads=(), message=told, error=told, cause="wrong_file"
        )
        return failed, notes

    def text(self, file: DownloadedFile, content: bytes | None = None) -> str:
        """What a file says; that of the last one is remembered, which takes longest to read.

        Args:
            file: One of the task's.
            content: Its bytes, where they are there already.

        Raises:
            ArtifactError: It can't be opened as what its first bytes say.
        """
        if not file.sha256 or self._read[0] != file.sha256:
            text = file_text(file.path.read_bytes() if content is None else content)
            self._read = (file.sha256, text)
        return self._read[1]

    def proof(self, file: DownloadedFile) -> FileProof:
        """What one file says."""
        if file.size > _MOST_BYTES:
            return self._nothing(file.filename, "it is too large to be read")
        content = file.path.read_bytes()
        if _is_error(content):
            return FileProof("wrong", f"{file.filename} is a server's error message, no document")
        if self._formats and not _is_of_format(file.filename, self._formats):
            asked = " or ".join(sorted(self._formats))
            return FileProof("wrong", f"{file.filename} is no {asked} file")
        if not self.item and not self._wants_document:
            return FileProof("shown")
        try:
            text = self.text(file, content)
        except ArtifactError as error:
            if _is_broken(content):
                return FileProof("wrong", f"{file.filename} is broken: {error}")
            return self._nothing(file.filename, str(error))
        return self._of_text(file, content, text)

    def _of_text(self, file: DownloadedFile, content: bytes, text: str) -> FileProof:
        if told := missing_document(content, text):
            return FileProof("wrong", f"{file.filename} is no document: {told}")
        if self._other and _is_invoice(text):
            told = f"{file.filename} calls itself an invoice, and no {self._other}"
            return FileProof("wrong", told)
        if self._wants_invoice and (told := self._no_invoice(text)):
            return FileProof("wrong", f"{file.filename} is no invoice: {told}")
        if period := of_other_period(self._text, self.item, text, self._today):
            return FileProof("wrong", f"{file.filename} is of {period}, which isn't asked for")
        if not self.item:
            return FileProof("shown")
        if not text.strip():
            return self._nothing(file.filename, "it holds no text")
        if self.item.identifier and (others := self._of_others_too(content)):
            told = f"{file.filename} holds documents of {', '.join(others[:3])}, too"
            return FileProof("wrong", told)
        page = DocumentText(unglued(text), self._named)
        if other := next(filter(None, map(page.other_customer, self._customers)), ""):
            told = f"{file.filename} is for {other}, not for {', '.join(self._customers)}"
            return FileProof("wrong", told)
        return self._of_number(file, page) if self.item.identifier else self._of_value(file, page)

    def _no_invoice(self, text: str) -> str:
        """Why a text is that of no invoice; empty where nothing speaks against it."""
        if not self._formats and _is_list(text):
            return "it is a list of records"
        if denied := concept("doc.denied_invoice").term(" ".join(text.split())):
            return f'it says "{denied}"'
        kind = _other_kind(text)
        return f'it begins with "{kind}"' if kind else ""

    def _of_number(self, file: DownloadedFile, page: DocumentText) -> FileProof:
        wanted = self.item.identifier
        shown = tuple(one for one in (wanted, *self.item.listed) if page.names(one))
        if not shown and self._by_end and page.names_serial(wanted):
            shown = (wanted,)
        if shown:
            return FileProof("shown", shown=shown, in_text=True)
        others = page.in_the_place_of(self.item) or page.naming(self._pages.neighbours())
        others = others or [
            one for one in page.called(self.item.field) if self._pages.list_as_another(one)
        ]
        if others:
            told = f"{file.filename} is of {', '.join(others[:3])}, not of {wanted}"
            return FileProof("wrong", told)
        if any(day in page.days for day in self.item.payload_days):
            return FileProof("shown")
        if self._pages.name_others_only and not mentions_identifier(file.filename, wanted):
            told = f"neither {file.filename} nor any page names {wanted}"
            return FileProof("wrong", told)
        return self._nothing(file.filename, f"it doesn't name {wanted}")

    def _of_others_too(self, content: bytes) -> tuple[str, ...]:
        """Numbers of other records that documents in an archive are of."""
        pages = [DocumentText(unglued(text), self._named) for text in packed_texts(content)]
        numbers = (self.item.identifier, *self.item.listed)
        others = (page for page in pages if not any(map(page.names, numbers)))
        return tuple(one for page in others for one in page.in_the_place_of(self.item))

    def _of_value(self, file: DownloadedFile, page: DocumentText) -> FileProof:
        item = self.item
        verdicts: list[bool | None] = []
        if item.day is not None:
            verdicts.append(page.has_day(item.day))
        if item.month is not None:
            verdicts.append(page.has_month(*item.month))
        if item.span is not None:
            verdicts.append(page.has_day_in(*item.span))
        if item.amount is not None:
            verdicts.append(page.has_amount(item.amount))
        if all(verdicts):
            return FileProof("shown")
        if any(each is False for each in verdicts):
            return FileProof("wrong", f"{file.filename} doesn't say {item.described}")
        return self._nothing(file.filename, f"it says nothing about {item.described}")

    def _nothing(self, filename: str, why: str) -> FileProof:
        if not self.item:
            return FileProof("shown")
        of_item = self.item.described
        numbers = (self.item.identifier, *self.item.listed)
        named = tuple(one for one in numbers if one and mentions_identifier(filename, one))
        if named:
            return FileProof("shown", shown=named)
        return FileProof("nothing", f"{filename}: not proven to be of {of_item}, since {why}")


def _customers(goal: Goal) -> Iterator[str]:
    """Whom the payload says that the document is for."""
    for path, value in flat_items(goal.payload):
        key = " ".join(name_words(path.rpartition(".")[2]))
        if isinstance(value, str) and concept("field.customer_name").score(key) >= NEARLY_ONLY:
            yield value


def _formats_in(text: str) -> frozenset[str]:
    """Formats of files that a goal names."""
    said = re.findall(r"[a-z]+", fold(text))
    return frozenset(one for one in said if one in _FORMATS)


def _is_of_format(filename: str, formats: frozenset[str]) -> bool:
    suffix = filename.rpartition(".")[2].lower()
    return suffix in _PACKED or any(suffix in _FORMATS[one] for one in formats)


def _is_list(text: str) -> bool:
    """Whether a text is a table in a file: a first line that names its columns, and rows below.

    One that was searched before it was exported names the record, and is no document of it.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) < _HEADER_AND_ROW:
        return False
    for delimiter in _DELIMITERS:
        header, *rows = csv.reader(lines, delimiter=delimiter)
        if len(header) >= _LEAST_COLUMNS and not any(map(_is_no_name, header)):
            return all(len(row) == len(header) for row in rows)
    return False


def _is_no_name(cell: str) -> bool:
    return not cell.strip() or any(one.isdigit() for one in cell)


def _other_kind(text: str) -> str:
    """What a document calls itself at its beginning, where that is no invoice."""
    beginning = text[:_TITLE]
    if unlike := concept("doc.unlike_invoice").term(" ".join(beginning.split())):
        return unlike
    lines = map(str.strip, beginning.splitlines())
    if void := next((line for line in lines if concept("doc.void").score(line) >= 1), ""):
        return void  # a stamp
    for line in beginning.splitlines():
        if concept("doc.invoice").terms.search(fold(line)):
            return ""
        if concept("doc.other").score(line) >= MOSTLY:
            return concept("doc.other").term(line)
    return concept("doc.other").term(" ".join(beginning.split()))


def _is_invoice(text: str) -> bool:
    """Whether a document calls itself an invoice at its beginning, and nothing else."""
    beginning = " ".join(text[:_TITLE].split())
    other = concept("doc.other").terms.search(fold(beginning))
    return other is None and bool(concept("doc.invoice").terms.search(fold(beginning)))


def _is_broken(content: bytes) -> bool:
    """Whether an archive is empty, or a PDF lacks its end, which each has (ISO 32000, 7.5.5)."""
    cut_off = content.startswith(b"%PDF-") and b"%%EOF" not in content[-_TRAILER:]
    return cut_off or content.startswith(b"PK\x05\x06")


def _is_error(content: bytes) -> bool:
    """Whether a file is what a server says instead of giving one."""
    if content.lstrip()[:1] != b"{" or len(content) > _LONGEST_ERROR:
        return False
    try:
        document = json.loads(content)
    except ValueError:
        return False
    return isinstance(document, dict) and bool(
        _ERROR_KEYS & {fold(key) for key, value in document.items() if value}
    )
