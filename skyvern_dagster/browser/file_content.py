"""Names and kinds of downloaded files, by what they hold rather than by what is said of them."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LONGEST_SUFFIX = 10
"""Characters behind a name's last dot that are a kind of file (``numbers``, ``torrent``), not a
part of a sentence."""

HEAD_BYTES = 1024
"""In which a file says what it is; PDF allows its mark anywhere within them."""
_MOST_NAME = 150
"""Bytes: file systems take 255, and a number or a suffix may be added."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_HTML = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PK\x03\x04", "application/zip"),
)
_PROGRAM_MAGIC = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00\x01\x14\x02\x00",
    b"!<arch>\ndebian",
    b"\xed\xab\xee\xdb",
    b"\x00asm",
)
"""Windows, Linux, scripts, macOS (four forms and the one for several processors, which is Java's,
too), shortcuts, Debian and RPM packages, WebAssembly."""

_PROGRAMS = frozenset(
    {
        "apk", "app", "appimage", "appx", "bat", "cmd", "com", "command", "cpl", "deb", "dll",
        "dmg", "exe", "hta", "img", "inf", "ipa", "iso", "jar", "js", "jse", "lnk", "msi", "msix",
        "pif", "pkg", "ps1", "py", "reg", "rpm", "run", "scr", "sh", "url", "vbe", "vbs",
        "wsf", "xll",
    }
)  # fmt: skip
_SCRIPTS = frozenset({"php", "asp", "aspx", "ashx", "jsp", "do", "cgi", "cfm", "pl", "action"})
"""Suffixes of programs on servers: a name that has one is the program's, not the file's."""
_TOLD_BY_CONTENT = frozenset(
    kind for _, kind in _MAGIC if kind not in ("application/zip", "application/gzip")
)
"""Kinds whose suffix is sure: an archive may be an office file, or another one inside."""
_DOCUMENTS = frozenset(
    {"xlsx", "xls", "docx", "pptx", "ods", "odt", "zip", "gz", "png", "jpg", "jpeg", "csv", "tsv"}
)
"""Suffixes of what is never a JSON message; PDFs are checked by their first bytes."""
_MAYBE_HTML = frozenset({"xls"})
"""What older programs write as HTML, for Excel to open."""
_GENERIC = ("", "application/octet-stream", "binary/octet-stream", "application/force-download")


@dataclass(frozen=True)
class Content:
    """What came some other way than as a browser download.

    Attributes:
        body: Its bytes, where they were in memory anyway; else the file that they were written to,
            which whoever takes the content moves away.
        source_url: Where it came from.
        suggested_name: As its server calls it.
        content_type: As its server says.
    """

    body: bytes | Path
    source_url: str
    suggested_name: str
    content_type: str = ""


def read_head(path: Path) -> bytes:
    """The first bytes of a file, enough to tell what it is."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def looks_like_html(head: bytes) -> bool:
    """Whether content begins like an HTML page."""
    return bool(_HTML.match(head.removeprefix(b"\xef\xbb\xbf")))


def looks_like_json(head: bytes) -> bool:
    """Whether content begins like an object, or a list of them, in JSON."""
    return bool(re.match(rb'\s*(\{\s*("|\})|\[\s*(\{|\]))', head.removeprefix(b"\xef\xbb\xbf")))


def content_type_of(head: bytes, filename: str, declared: str = "") -> str:
    """The MIME type: by the first bytes, else as declared, else by the file name."""
    by_name = mimetypes.guess_type(filename)[0] or ""
    if b"%PDF-" in head:
        return "application/pdf"
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            # Office documents are zip archives inside.
            keeps_name = content_type == "application/zip" and by_name
            return by_name if keeps_name else content_type
    if looks_like_html(head):
        return "text/html"
    if declared.lower() not in _GENERIC:
        return declared.lower()
    return by_name or "application/octet-stream"


def is_program(head: bytes, filename: str) -> bool:
    """Whether a file is one that a computer runs: by its first bytes, else by its name."""
    if head.startswith(_PROGRAM_MAGIC):
        return True
    suffix = filename.rpartition(".")[2].lower() if "." in filename else ""
    return suffix in _PROGRAMS or (head.startswith(b"PK") and b"AndroidManifest.xml" in head)


def problem_with(head: bytes, filename: str, declared: str, *, html_is_fine: bool) -> str:
    """Why content isn't the file it claims to be; empty when it is."""
    if not head:
        return f"{filename} is empty"
    if looks_like_html(head) and not html_is_fine:
        return f"{filename} is an HTML page, not a file; perhaps a login or error page"
    suffix = filename.rpartition(".")[2].lower()
    if looks_like_html(head) and suffix in _DOCUMENTS - _MAYBE_HTML:
        return f"{filename} is an HTML page, not a file; perhaps a login or error page"
    if suffix in _DOCUMENTS and looks_like_json(head):
        return f"{filename} is a JSON message, not a file; perhaps an error"
    claims_pdf = filename.lower().endswith(".pdf") or declared == "application/pdf"
    if claims_pdf and b"%PDF-" not in head:
        return f"{filename} is not a PDF: it doesn't begin with %PDF"
    return ""


def safe_name(suggested: str, *, fallback: str = "download") -> str:
    """A base name that every file system takes: no path, no control characters, Unicode kept."""
    name = unicodedata.normalize("NFC", suggested).replace("\\", "/").rpartition("/")[2]
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    if not name:
        return fallback
    if _RESERVED.match(name):
        name = "_" + name
    if len(name.encode()) <= _MOST_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    room = _MOST_NAME - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


def name_from_response(url: str, disposition: str) -> str:
    """The file name that a response suggests, else the last part of its address."""
    message = Message()
    message["Content-Disposition"] = disposition
    if disposition and (given := message.get_filename()):
        return given
    return unquote(urlsplit(url).path.rpartition("/")[2])


def with_suffix(name: str, content_type: str) -> str:
    """Gives a name the suffix of its content where it has none, or one of something else.

    ``statement.php`` and ``No. 7 of 12.05`` are PDFs by what they hold; a suffix that may well be
    of such content (``.xlsx`` of an archive) stays.
    """
    stem, suffix = Path(name).stem, Path(name).suffix
    usual = mimetypes.guess_extension(content_type) or ""
    if not suffix or not usual:
        return name if suffix else name + usual
    by_name = mimetypes.guess_type(name)[0]
    if by_name == content_type or content_type not in _TOLD_BY_CONTENT:
        return name
    if by_name is not None or suffix.lower().lstrip(".") in _SCRIPTS:
        return stem + usual
    return name + usual


def unique_path(folder: Path, name: str) -> Path:
    """A path in the folder that no file has yet: ``a.pdf``, ``a (2).pdf``, ..."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path
