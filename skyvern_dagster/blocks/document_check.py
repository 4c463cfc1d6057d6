"""Whether a file that a block was given is one: pages, errors and messages come in its place."""

from __future__ import annotations

from skyvern_dagster.browser.file_content import (
    HEAD_BYTES,
    content_type_of,
    looks_like_json,
    problem_with,
)
from skyvern_dagster.errors import ArtifactError, BlockError
from skyvern_dagster.reading.file_text import file_text

_MOST_NOTE = 100_000
"""Bytes of a PDF or a page that is read for what it says of itself: one sentence with a site's
fonts and pictures has some 50,000; reading larger ones takes seconds."""
_TABLES = ("csv", "tsv", "txt")
"""Suffixes of files that may well be empty: a list of nothing."""


def check_document(name: str, content: bytes, declared: str = "") -> None:
    """Holds that what came over the web is the file that its name or its server says.

    A page may be kept where nothing says that it is something else, but no page that asks to log
    in, and no document of which the only sentence is that there is none.

    Args:
        declared: The content type that the server names.

    Raises:
        BlockError: It is something else.
    """
    suffix = name.rpartition(".")[2].lower()
    if not content and suffix in _TABLES:
        return
    problem = problem_with(content[:HEAD_BYTES], name, declared, html_is_fine=True)
    if not problem and len(content) <= _MOST_NOTE and (told := _missing(content)):
        problem = f"{name} is no document: {told}"
    if problem:
        raise BlockError(problem)


def check_table(name: str, content: bytes, text: str) -> None:
    """Holds that a file may be a table of separated values.

    Args:
        text: The content, decoded.

    Raises:
        BlockError: It is something else: a page, an error, a PDF, a picture, an archive.
    """
    head = content[:HEAD_BYTES]
    kind = content_type_of(head, "")
    if looks_like_json(head):
        kind = "application/json"
    if kind != "application/octet-stream":
        raise BlockError(
            f"{name} is no CSV file: it holds {kind}; perhaps it is another file_type, or a login "
            "or error page in the file's place"
        )
    if "\x00" in text:
        raise BlockError(f"{name} is no CSV file: it holds binary data")
    if "\n" not in text.strip() and (told := _said(text)):
        raise BlockError(f"{name} is no table: {told}")


def _missing(content: bytes) -> str:
    # With its vocabulary, which loading a definition has no need of.
    from skyvern_dagster.agent.missing_document import missing_document

    try:
        return missing_document(content, file_text(content))
    except ArtifactError:
        return ""  # whoever reads it says so


def _said(text: str) -> str:
    from skyvern_dagster.agent.missing_document import said_missing

    return said_missing(text)
