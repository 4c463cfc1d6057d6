from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.browser import file_content

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("suggested", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a:b?.pdf", "a_b_.pdf"),
        ("  Re\nchnung  ü .pdf ", "Re_chnung ü .pdf"),
        ("...", "download"),
        ("", "download"),
        ("con.pdf", "_con.pdf"),
        ("u\u0308.pdf", "ü.pdf"),
    ],
)
def test_safe_names(suggested: str, safe: str) -> None:
    assert file_content.safe_name(suggested) == safe


@pytest.mark.parametrize("long", ["x" * 300 + ".pdf", "ü" * 300 + ".pdf", "y" * 300])
def test_long_names_keep_their_suffix(long: str) -> None:
    name = file_content.safe_name(long)
    assert len(name.encode()) <= 150
    assert name.endswith(".pdf") == long.endswith(".pdf")


@pytest.mark.parametrize(
    ("head", "name", "declared", "expected"),
    [
        (b"%PDF-1.7", "a.bin", "application/octet-stream", "application/pdf"),
        (b"\n%PDF-1.7", "a.pdf", "", "application/pdf"),
        (b"PK\x03\x04", "a.xlsx", "", XLSX),
        (b"PK\x03\x04", "a", "", "application/zip"),
        (b"a,b", "a.csv", "text/csv", "text/csv"),
        (b"a,b", "a.csv", "application/octet-stream", "text/csv"),
        (b"<!DOCTYPE html><p>", "a.pdf", "application/pdf", "text/html"),
        (b"stuff", "a", "", "application/octet-stream"),
    ],
)  # fmt: skip
def test_content_types(head: bytes, name: str, declared: str, expected: str) -> None:
    assert file_content.content_type_of(head, name, declared) == expected


@pytest.mark.parametrize(
    ("head", "name", "declared", "html_is_fine", "problem"),
    [
        (b"%PDF-1.7", "a.pdf", "application/pdf", False, ""),
        (b"", "a.pdf", "", False, "empty"),
        (b"<html>", "a.pdf", "", False, "HTML page"),
        (b"\xef\xbb\xbf <!-- x --><!DOCTYPE HTML>", "a.html", "", False, "HTML page"),
        (b"<html>", "report.html", "text/html", True, ""),
        (b"<html>", "a.pdf", "text/html", True, "not a PDF"),
        (b"{}", "a.pdf", "", False, "not a PDF"),
        (b"{}", "a", "application/pdf", False, "not a PDF"),
        (b"<xml/>", "a.xml", "", False, ""),
    ],
)
def test_problems(head: bytes, name: str, declared: str, html_is_fine: bool, problem: str) -> None:
    found = file_content.problem_with(head, name, declared, html_is_fine=html_is_fine)
    assert (problem in found) if problem else not found


@pytest.mark.parametrize(
    ("url", "disposition", "name"),
    [
        ("https://x/a%20b.pdf?c=d", "", "a b.pdf"),
        ("https://x/a", 'attachment; filename="b c.pdf"', "b c.pdf"),
        ("https://x/a", "attachment; filename*=UTF-8''%C3%BC.pdf", "ü.pdf"),
        ("https://x/a.pdf", "attachment", "a.pdf"),
        ("https://x/", "", ""),
    ],
)
def test_names_from_responses(url: str, disposition: str, name: str) -> None:
    assert file_content.name_from_response(url, disposition) == name


def test_unique_paths(tmp_path: Path) -> None:
    for expected in ("a.pdf", "a (2).pdf", "a (3).pdf"):
        path = file_content.unique_path(tmp_path, "a.pdf")
        assert path.name == expected
        path.touch()


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("No. 7 of 12.05", "application/pdf", "No. 7 of 12.05.pdf"),
        ("statement.php", "application/pdf", "statement.pdf"),
        ("download.aspx", "image/png", "download.png"),
        ("table.xlsx", "application/zip", "table.xlsx"),
        ("bill.xlsx", "application/pdf", "bill.pdf"),
        ("backup.tar.gz", "application/gzip", "backup.tar.gz"),
        ("bill.PDF", "application/pdf", "bill.PDF"),
        ("notes.txt", "text/plain", "notes.txt"),
    ],
)
def test_a_suffix_follows_the_content(name: str, content_type: str, expected: str) -> None:
    assert file_content.with_suffix(name, content_type) == expected


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsx", "a.csv", "a.zip", "a.docx", "a.png"])
@pytest.mark.parametrize("head", [b'{"error": "gone"}', b"<!doctype html><h1>Sorry</h1>"])
def test_a_page_or_a_message_is_no_document(name: str, head: bytes) -> None:
    assert file_content.problem_with(head, name, "", html_is_fine=True)
