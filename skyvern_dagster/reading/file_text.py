"""The text of a downloaded file: PDF, spreadsheets and other office files, pages, plain text."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib

from skyvern_dagster.errors import ArtifactError

_MOST_PAGES = 60
"""Of a PDF: bills of large accounts have 30; what a document is about stands on its first pages."""
_MOST_BYTES = 8_000_000
"""Of one part of an office file, unpacked: a sheet of 100,000 rows; more is a bomb."""
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.I | re.S)
_TAG = re.compile(r"<[^>]*>")
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|font|small|w:[a-z]+|r|t|rPh)\b[^>]*>", re.I)
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
    if b"%PDF-" in content[:1024]:
        return _pdf_text(content)
    if content.startswith(b"PK\x03\x04"):
        return _office_text(content)
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    text = _decoded(content)
    return _markup_text(text) if text.lstrip()[:1] == "<" else text


def _pdf_text(content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = PdfReader(io.BytesIO(content)).pages
        return "\n".join(pages[number].extract_text() for number in range(_count(len(pages))))
    except (
        PyPdfError, ValueError, LookupError, OSError, TypeError, AttributeError, ArithmeticError,
        RecursionError, NotImplementedError, zlib.error,
    ) as error:  # fmt: skip
        # What pypdf raises on broken files depends on where they are broken.
        raise ArtifactError(f"this can't be opened as a PDF: {error}") from error
    except ImportError as error:  # encrypted with AES, and no library for that
        raise ArtifactError(f"this PDF is encrypted: {error}") from error


def _count(pages: int) -> int:
    return min(pages, _MOST_PAGES)


def _office_text(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = []
            for member in archive.infolist():
                if _OFFICE_TEXTS.fullmatch(member.filename):
                    with archive.open(member) as part:
                        parts.append(part.read(_MOST_BYTES).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise ArtifactError(f"this can't be opened as an office file: {error}") from error
    return "\n".join(_markup_text(part) for part in parts)


def _markup_text(text: str) -> str:
    text = _SCRIPT.sub(" ", text)
    text = _INLINE_TAG.sub("", _PARAGRAPH_END.sub("\n", text))
    return html.unescape(_TAG.sub("\n", text))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
