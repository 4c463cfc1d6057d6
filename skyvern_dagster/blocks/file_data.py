"""What is in a file, as data: rows of its tables, its text, or the fields of a schema."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from skyvern_dagster.agent.extraction import mismatch
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.file_tables import Row, check_archive, csv_rows, excel_sheets
from skyvern_dagster.blocks.given_file import GivenFile
from skyvern_dagster.blocks.model_question import ModelRequest, ask_model, model_settings
from skyvern_dagster.errors import ArtifactError, BlockError
from skyvern_dagster.llm.settings import NO_MODEL
from skyvern_dagster.reading.file_text import file_text
from skyvern_dagster.reading.pdf_scans import page_pictures

FileKind = Literal["csv", "excel", "pdf", "image", "docx", "zip"]
"""What a file is."""

MOST_MEMBERS = 300
"""Files of an archive; as many as a run may download (docs/contract.md)."""

_MOST_MEMBER_BYTES = 50_000_000
"""Of one file within an archive, unpacked: arbitrary, a tenth of the memory of a small machine."""
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
_SHOWN_TO_MODELS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ANY_TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
_SHOWN_ROWS = 2_000
"""Of a table, to a model: more doesn't fit into one question."""


@dataclass(frozen=True)
class FileDocument:
    """What a file holds.

    Attributes:
        text: What a person reads in it.
        tables: Its tables, by name.
        pictures: It, where it is one; of a scanned PDF its pages.
    """

    name: str
    text: str = ""
    tables: dict[str, list[Row]] = field(default_factory=dict)
    pictures: tuple[bytes, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """The rows of all tables."""
        return [row for rows in self.tables.values() for row in rows]


def kind_of(file: GivenFile) -> FileKind:
    """What a file is, by what it holds."""
    head = file.content[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(_PICTURES):
        return "image"
    if head.startswith(_OLD_EXCEL):
        return "excel"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(file)
    return "csv"


def _kind_of_archive(file: GivenFile) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BlockError(f"{file.name} can't be opened as an archive: {error}") from error
    if "xl/workbook.xml" in names:
        return "excel"
    return "docx" if "word/document.xml" in names else "zip"


def read_document(
    file: GivenFile, kind: FileKind, worksheet: str = "", *, as_pictures: bool = False
) -> FileDocument:
    """Reads a file other than an archive.

    Args:
        as_pictures: Whether a PDF's pages are taken as pictures, also where they hold text.

    Raises:
        BlockError: It is not what it is said to be, or broken.
    """
    match kind:
        case "csv":
            return FileDocument(file.name, tables={file.name: csv_rows(file.content, file.name)})
        case "excel":
            sheets = excel_sheets(file.content, file.name, worksheet)
            return FileDocument(file.name, tables=sheets)
        case "image":
            return FileDocument(file.name, pictures=(_picture(file),))
        case "docx":
            return _docx(file)
        case "pdf":
            return _pdf(file, as_pictures=as_pictures)
        case "zip":
            return FileDocument(file.name, _text(file, kind))


def _pdf(file: GivenFile, *, as_pictures: bool) -> FileDocument:
    text = _text(file, "pdf")
    if text.strip() and not as_pictures:
        return FileDocument(file.name, text)
    try:
        pictures = page_pictures(file.content)
    except ArtifactError as error:
        raise BlockError(f"{file.name}: {error}") from error
    if not pictures:
        raise BlockError(
            f"{file.name} holds no text, and no pictures of pages that could be read"
            if not text.strip()
            else f"force_ocr: the pages of {file.name} are text, not pictures: leave it out"
        )
    return FileDocument(file.name, pictures=pictures)


def _text(file: GivenFile, kind: FileKind) -> str:
    if kind == "pdf" and b"%PDF-" not in file.content[:1024]:
        raise BlockError(f"{file.name} is no PDF: it doesn't begin with %PDF")
    try:
        return file_text(file.content)
    except ArtifactError as error:
        raise BlockError(f"{file.name}: {error}") from error


def _picture(file: GivenFile) -> bytes:
    if not file.content.startswith(_PICTURES):
        raise BlockError(f"{file.name} is no picture")
    if not file.content.startswith(_SHOWN_TO_MODELS):
        raise BlockError(f"{file.name} is a picture that models don't take: make a PNG or JPEG")
    return file.content


def _docx(file: GivenFile) -> FileDocument:
    check_archive(file.content, file.name)
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ModuleNotFoundError as error:
        raise BlockError("Word files need: pip install 'skyvern-dagster[files]'") from error
    try:
        document = docx.Document(io.BytesIO(file.content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BlockError(f"{file.name} can't be read as a Word file: {error}") from error
    text = "\n".join(each.text for each in document.paragraphs if each.text.strip())
    tables = {}
    for number, table in enumerate(document.tables, start=1):
        lines = [[cell.text for cell in row.cells] for row in table.rows]
        tables[f"table {number}"] = _with_header(lines)
    return FileDocument(file.name, text, {name: rows for name, rows in tables.items() if rows})


def _with_header(lines: list[list[str]]) -> list[Row]:
    if not lines:
        return []
    header, *body = lines
    return [dict(zip(header, line, strict=False)) for line in body]


def members(file: GivenFile) -> Iterator[GivenFile]:
    """The files of an archive, by their base names: no path of it leads anywhere.

    Raises:
        BlockError: It is broken, encrypted, too large, or holds too many.
    """
    check_archive(file.content, file.name)
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            inner = [each for each in archive.infolist() if not each.is_dir()]
            if len(inner) > MOST_MEMBERS:
                raise BlockError(f"{file.name} holds more than {MOST_MEMBERS} files")
            for each in inner:
                if each.file_size > _MOST_MEMBER_BYTES:
                    limit = f"{_MOST_MEMBER_BYTES:,} bytes"
                    raise BlockError(f"{each.filename} in {file.name} has more than {limit}")
                name = each.filename.replace("\\", "/").rpartition("/")[2]
                if name and not name.startswith("."):
                    yield GivenFile(name, archive.read(each), "")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, zlib.error) as error:
        raise BlockError(f"{file.name} can't be unpacked: {error}") from error


@dataclass(frozen=True)
class FileData:
    """Data of a file, and what reading it cost."""

    value: Any
    details: dict[str, float] = field(default_factory=dict)


def data_of(context: BlockContext, document: FileDocument, schema: Any, goal: str) -> FileData:
    """What a file says, in the form of a schema; without one its rows, or its text.

    Tables and plain fields are read without a model; what that can't do, and pictures, a model
    reads.

    Args:
        goal: What is wanted, in words.

    Raises:
        BlockError: It needs a model, and none is configured; or the model's answer is of no use.
        InfrastructureError: The model's server doesn't answer.
    """
    if document.pictures:
        asked = ModelRequest(goal, schema or _ANY_TEXT, images=document.pictures)
        answer = ask_model(context, "to read the picture", asked)
        return FileData(answer.value, answer.details)
    if not schema:
        return FileData(document.rows if document.tables else {"text": document.text})
    has_model = model_settings(context).is_configured
    if document.tables or not has_model:
        read = _read_plainly(document, schema, goal)
        if _is_whole(read, document, schema):
            return FileData(read)
        if not has_model:
            lacking = ", ".join(_lacking(read, schema)) if isinstance(read, dict) else ""
            what = f" ({lacking} not found)" if lacking else ""
            raise BlockError(
                f"{document.name} doesn't show plainly what json_schema asks for{what}; a language "
                f"model may read it: {NO_MODEL}"
            )
    answer = ask_model(
        context, "to read the file", ModelRequest(goal, schema, text=_shown(document))
    )
    return FileData(answer.value, answer.details)


def _is_whole(read: Any, document: FileDocument, schema: Any) -> bool:
    """Whether all was read: what fits the schema, and as many rows as there are."""
    if read is None or mismatch(read, schema) is not None or _lacking(read, schema):
        return False
    lists = [read] if isinstance(read, list) else []
    if isinstance(read, dict):
        lists = [each for each in read.values() if isinstance(each, list)]
    return not document.tables or len(lists) != 1 or len(lists[0]) == len(document.rows)


def _read_plainly(document: FileDocument, schema: Any, goal: str) -> Any:
    # With the planner that reads it, which loading a definition has no need of.
    from skyvern_dagster.agent.file_page import read_file_data

    return asyncio.run(read_file_data(document.name, document.text, document.tables, goal, schema))


def _lacking(read: Any, schema: Any) -> list[str]:
    """The fields that a schema wants and that were not found."""
    if not isinstance(read, dict) or not isinstance(schema, dict):
        return [] if read else ["anything"]
    required = schema.get("required")
    wanted = required if isinstance(required, list) else list(read)
    return [str(name) for name in wanted if read.get(name) in (None, "", [], {})]


def _shown(document: FileDocument) -> str:
    """A file as text for a model."""
    parts = [document.text] if document.text else []
    for name, rows in document.tables.items():
        written = io.StringIO()
        columns = list(dict.fromkeys(column for row in rows for column in row))
        writer = csv.DictWriter(written, columns)
        writer.writeheader()
        writer.writerows(rows[:_SHOWN_ROWS])
        parts.append(f"{name}:\n{written.getvalue()}")
    return "\n\n".join(parts)
