"""The text of a downloaded file: PDF, spreadsheets and other office files, pages, plain text."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.pdf_errors import pdf_errors
from skyvern_dagster.texts.encoding import decoded
from skyvern_dagster.texts.markup import TAG, without_elements

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_PAGES = 60
"""Of a PDF: bills of large accounts have 30; what a document is about stands on its first pages."""
_MOST_BYTES = 8_000_000
"""Of one part of an office file, unpacked: a sheet of 100,000 rows; more is a bomb."""
_MOST_OFFICE_BYTES = 64_000_000
"""Of all its parts: eight of the largest. There may be thousands of parts."""
_MOST_PACKED = 20
"""Documents in an archive that are read: the invoices of a year with one more a month or two."""
_EMPTY_ARCHIVE = b"PK\x05\x06"
"""What an archive begins with that holds nothing (APPNOTE.TXT, 4.3.16)."""
_MOST_DRAWN_BYTES = 16_000_000
"""Of what a PDF's pages are drawn with, unpacked: reading takes two seconds of a processor for each
million; the usual page has 10,000, and one of the largest maps had 9 millions."""

# Whoever serves a file writes its text: a tag ends before the next one begins, so that each of
# these goes over a text once, whatever stands there.
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|font|small|w:[a-z]+|r|t|rPh)\b[^<>]*>", re.I)
_PARAGRAPH_END = re.compile(r"</(?:w:p|w:tc|si|c|row|text:p|text:h|table:table-cell)\s*>", re.I)
_OFFICE_TEXTS = re.compile(
    r"xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml|word/(?:document|header\d*|footer\d*)\.xml"
    r"|ppt/slides/[^/]+\.xml|content\.xml"
)


def file_text(content: bytes) -> str:
    """What a person reads in a file; empty where it holds no text (a scan, a picture).

    Args:
        content: All bytes of the file. Its kind is told by them, not by a name.

    Raises:
        ArtifactError: It can't be opened as what its first bytes say.
    """
    if content.startswith((b"PK\x03\x04", _EMPTY_ARCHIVE)):
        return _packed_text(content)
    if b"%PDF-" in content[:1024]:
        return _pdf_text(content)
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    text = decoded(content)
    return _markup_text(text) if text.lstrip()[:1] == "<" else text


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader

    try:
        return "\n".join(_page_texts(PdfReader(io.BytesIO(content))))
    except pdf_errors() as error:
        raise ArtifactError(f"this can't be opened as a PDF: {error}") from error
    except ImportError as error:  # encrypted with AES, and no library for that
        raise ArtifactError(f"this PDF is encrypted: {error}") from error


def _page_texts(document: PdfReader) -> Iterator[str]:
    """The texts of the first pages, as far as they are drawn with less than what a bomb is."""
    left = _MOST_DRAWN_BYTES
    for number in range(min(len(document.pages), _MOST_PAGES)):
        page = document.pages[number]
        drawing = page.get_contents()
        left -= 0 if drawing is None else len(drawing.get_data())
        if left < 0:
            return
        yield page.extract_text()


def packed_texts(content: bytes) -> tuple[str, ...]:
    """The text of each document in an archive; nothing for other files.

    Args:
        content: All bytes of the file.

    Raises:
        ArtifactError: It can't be opened as what its first bytes say.
    """
    if not content.startswith(b"PK\x03\x04"):
        return ()
    office, texts = _packed(content)
    return () if office else tuple(texts)


def _packed_text(content: bytes) -> str:
    """The text of an office file, or of the documents in an archive."""
    return "\n".join(_packed(content)[1])


def _packed(content: bytes) -> tuple[bool, list[str]]:
    """Whether an archive is an office file, and the texts of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if not members:
                raise ArtifactError("this archive holds no file")
            office = [one for one in members if _OFFICE_TEXTS.fullmatch(one.filename)]
            parts = _unpacked(archive, office or members[:_MOST_PACKED])
            read = (lambda one: _markup_text(_utf8(one))) if office else _inner_text
            return bool(office), [read(one) for one in parts]
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise ArtifactError(f"this can't be opened as an archive: {error}") from error


def _unpacked(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> Iterator[bytes]:
    left = _MOST_OFFICE_BYTES
    for member in members:
        if left > 0:
            with archive.open(member) as part:
                read = part.read(min(_MOST_BYTES, left))
            left -= len(read)
            yield read


def _utf8(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _inner_text(content: bytes) -> str:
    """The text of a document in an archive; archives in it aren't opened."""
    return "" if content.startswith(b"PK") else file_text(content)


def _markup_text(text: str) -> str:
    text = without_elements(text)
    text = _INLINE_TAG.sub("", _PARAGRAPH_END.sub("\n", text))
    return html.unescape(TAG.sub("\n", text))
