"""Files that somebody has made to keep whoever reads them busy."""

from __future__ import annotations

import io
import zipfile

import pytest
from fpdf import FPDF

from skyvern_dagster.reading.file_text import file_text

LONG = 2_000_000
"""Characters: what takes a second to read once takes days to read for each of them."""


@pytest.mark.parametrize("again", ["<", "<script ", "<style>", "</script", "<b ", "<w:aaaa", "&"])
def test_a_page_of_beginnings(again: str) -> None:
    text = "<p>Invoice A-1</p>" + again * (LONG // len(again))
    assert file_text(text.encode()).startswith("\nInvoice A-1")


def test_an_office_file_of_many_parts() -> None:
    written = io.BytesIO()
    sheet = b"<row>" + b"0" * 7_999_995
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for number in range(12):
            made.writestr(f"xl/worksheets/{number}.xml", sheet)
    assert 60_000_000 < len(file_text(written.getvalue())) < 65_000_000


def test_a_pdf_of_large_drawings() -> None:
    document = FPDF()
    document.set_font("Helvetica", size=12)
    for number in (1, 2):
        document.add_page()
        document.cell(text=f"Page {number}")
        # What a page is drawn with, beside its text: nothing that can be seen.
        document._out("% " + "0" * 9_000_000)
    text = file_text(bytes(document.output()))
    assert "Page 1" in text
    assert "Page 2" not in text
