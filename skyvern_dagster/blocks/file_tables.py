"""Tables in files: CSV and Excel, as rows by the names of their columns."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from skyvern_dagster.blocks.document_check import check_table
from skyvern_dagster.errors import BlockError
from skyvern_dagster.texts.encoding import decoded

Row = dict[str, Any]

MOST_ROWS = 50_000
"""Of one file; they all go through templates and outputs, which are JSON documents."""

_MOST_UNPACKED = 400_000_000
"""Bytes of an Excel file, unpacked: a sheet of a million rows has some 200 MB; more is a bomb."""

_MOST_COLUMNS = 1_000
"""More is no table that people made. Arbitrary; Excel's are at most 16,384."""
_SNIFFED = 20_000
"""Characters in which the sign between columns is found: some hundred lines."""
_DELIMITERS = (",", ";", "\t", "|")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def csv_rows(content: bytes, name: str) -> list[Row]:
    """The rows of a file of separated values; its first line names the columns.

    Raises:
        BlockError: It holds no table, or too large a one.
    """
    text = decoded(content)
    if not text.strip():
        return []
    check_table(name, content, text)
    csv.field_size_limit(1_000_000)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
        return _rows((list(line) for line in lines), name)
    except csv.Error as error:
        raise BlockError(f"{name} can't be read as CSV: {error}") from error


def excel_sheets(content: bytes, name: str, worksheet: str = "") -> dict[str, list[Row]]:
    """The rows of an Excel file, by sheet; the first line of each names its columns.

    Args:
        worksheet: The one that is meant; all where it is empty.

    Raises:
        BlockError: It is no such file, has no such sheet, or is too large.
    """
    if content.startswith(_OLD_EXCEL):
        raise BlockError(f"{name} is of Excel before 2007 (.xls): save it as .xlsx")
    check_archive(content, name)
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError as error:
        raise BlockError("Excel files need: pip install 'skyvern-dagster[files]'") from error
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise BlockError(f"{name} can't be read as an Excel file: {error}") from error
    names = [sheet.title for sheet in book.worksheets]
    wanted = [each for each in names if each.casefold() == worksheet.strip().casefold()]
    if worksheet and not wanted:
        raise BlockError(f"{name} has no worksheet {worksheet!r}; it has: {', '.join(names)}")
    return {
        each: _rows((list(line) for line in book[each].iter_rows(values_only=True)), name)
        for each in wanted or names
    }


def check_archive(content: bytes, name: str) -> None:
    """Holds that an archive doesn't unpack to more than a machine can take.

    Raises:
        BlockError: It is no archive, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BlockError(f"{name} can't be opened as an archive: {error}") from error
    if unpacked > _MOST_UNPACKED:
        raise BlockError(f"{name} unpacks to more than {_MOST_UNPACKED:,} bytes")


def _rows(lines: Iterable[list[Any]], name: str) -> list[Row]:
    filled = (line for line in lines if any(cell not in (None, "") for cell in line))
    header = next(filled, None)
    if header is None:
        return []
    columns = _columns(header[:_MOST_COLUMNS])
    rows: list[Row] = []
    for line in filled:
        if len(rows) == MOST_ROWS:
            raise BlockError(f"{name} has more than {MOST_ROWS:,} rows")
        rows.append(dict(_cells(columns, line)))
    return rows


def _cells(columns: list[str], line: list[Any]) -> Iterator[tuple[str, Any]]:
    for number, column in enumerate(columns):
        yield column, _plain(line[number]) if number < len(line) else None
    for number, cell in enumerate(line[len(columns) : _MOST_COLUMNS], start=len(columns) + 1):
        if cell not in (None, ""):
            yield f"column_{number}", _plain(cell)


def _columns(header: list[Any]) -> list[str]:
    """Names of columns, each once; one without gets a number."""
    names: list[str] = []
    while header and header[-1] in (None, ""):
        header = header[:-1]
    for number, cell in enumerate(header, start=1):
        name = str(_plain(cell) if cell is not None else "").strip() or f"column_{number}"
        twice, candidate = 1, name
        while candidate in names:
            twice += 1
            candidate = f"{name}_{twice}"
        names.append(candidate)
    return names


def _plain(value: Any) -> Any:
    """A cell as JSON has it."""
    match value:
        case datetime():
            is_day = value.time() == time() and value.tzinfo is None
            return value.date().isoformat() if is_day else value.isoformat()
        case date() | time():
            return value.isoformat()
        case None | bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case _:
            return str(value)


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into the most columns, equally many in each."""

    def columns(sign: str) -> tuple[bool, int]:
        sample = io.StringIO(text[:_SNIFFED])
        lines = zip(csv.reader(sample, delimiter=sign), range(20), strict=False)
        widths = [len(line) for line, _ in lines if line] or [0]
        inner = widths[:-1] or widths  # the last line may be cut off
        return min(inner) == max(inner) > 1, max(inner)

    return max(_DELIMITERS, key=columns)
