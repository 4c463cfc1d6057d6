"""Forms of PDFs, filled in and read back; documents cut into several."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, FloatObject, NameObject
from pypdf.generic import TextStringObject as Text

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.page_ranges import ranges_in
from skyvern_dagster.blocks.pdf_fill import PdfFillBlock
from skyvern_dagster.blocks.split_pdf import SplitPdfBlock
from skyvern_dagster.execution.attempt import carried_out
from skyvern_dagster.llm.loopback import ModelServer
from tests.blocks.desk import Desk
from tests.blocks.test_files_as_data import pdf


def form() -> bytes:
    """A page with a text, a choice and a box."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(300, 300)
    widgets = ArrayObject()
    for number, (name, kind, more) in enumerate(
        (
            ("First Name", "/Tx", {}),
            ("country", "/Ch", {"/Opt": ArrayObject([Text("Ireland"), Text("Norway")])}),
            ("agreed", "/Btn", {}),
        )
    ):
        widget = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/FT"): NameObject(kind),
                NameObject("/T"): Text(name),
                NameObject("/Rect"): ArrayObject(
                    [FloatObject(each) for each in (10, 10 + 40 * number, 200, 40 + 40 * number)]
                ),
                **{NameObject(key): value for key, value in more.items()},
            }
        )
        if kind == "/Btn":
            states = DictionaryObject(
                {
                    NameObject(each): writer._add_object(DictionaryObject())
                    for each in ("/On", "/Off")
                }
            )
            widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): states})
            widget[NameObject("/V")] = widget[NameObject("/AS")] = NameObject("/Off")
        widgets.append(writer._add_object(widget))
    page[NameObject("/Annots")] = widgets
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): widgets, NameObject("/NeedAppearances"): BooleanObject(True)}
    )
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def fill(desk: Desk, server: ModelServer | None = None, **fields: Any) -> BlockOutcome:
    desk.files = ()
    desk.download("form.pdf", form())
    given = {"block_type": "pdf_fill", "label": "f", "file_url": "form.pdf", "prompt": "Fill it."}
    choice = PlannerChoice() if server is None else PlannerChoice(model=server.settings())
    context = desk.context("f")
    context = replace(context, services=replace(context.services, planner=choice))
    return carried_out(PdfFillBlock.model_validate({**given, **fields}), context)


def held(desk: Desk, outcome: BlockOutcome) -> dict[str, str]:
    (file,) = outcome.files
    assert file.filename == "form_filled.pdf"
    fields = pypdf.PdfReader(io.BytesIO(desk.store.read(file.key))).get_fields() or {}
    return {name: str(field.get("/V", "")) for name, field in fields.items()}


@pytest.mark.parametrize(
    "payload",
    [
        {"first_name": "{{ name }}", "Country": "norway", "agreed": True},
        '{"firstName": "Ada", "country": "Norway", "agreed": "yes"}',
        "{{ person }}",
    ],
)
def test_names_of_fields_need_no_model(desk: Desk, payload: Any) -> None:
    desk.names = {"name": "Ada", "person": {"First name": "Ada", "country": "Norway",
                                            "agreed": "On"}}  # fmt: skip
    outcome = fill(desk, payload=payload)
    assert outcome.failure_reason is None
    assert held(desk, outcome) == {"First Name": "Ada", "country": "Norway", "agreed": "/On"}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"country": "Spain"}, "field 'country' can't be 'Spain'; it takes: Ireland, Norway"),
        ({"agreed": "perhaps"}, "field 'agreed' is a box: true or false, not 'perhaps'"),
        ({"surname": "x"}, "this needs a language model to fill in the form"),
        (None, "this needs a language model to fill in the form"),
    ],
)
def test_what_does_not_go_in(desk: Desk, payload: Any, reason: str) -> None:
    assert reason in str(fill(desk, payload=payload).failure_reason)


def test_a_model_fills_in(desk: Desk) -> None:
    said = [{"field": "First Name", "value": "Ada"}, {"field": "agreed", "value": "true"}]
    with ModelServer([{"answer": said}]) as server:
        outcome = fill(desk, server, payload="Ada Byrne agrees")
    assert held(desk, outcome) == {"First Name": "Ada", "country": "", "agreed": "/On"}


def pages(count: int) -> bytes:
    """A document of so many pages, each with its number."""
    writer = pypdf.PdfWriter()
    for number in range(1, count + 1):
        writer.append(io.BytesIO(pdf(f"Page {number}")))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def split(desk: Desk, prompt: str, server: ModelServer | None = None) -> BlockOutcome:
    desk.files = ()
    desk.download("all.pdf", pages(5))
    given = {"block_type": "split_pdf", "label": "s", "file_url": "all.pdf", "prompt": prompt}
    choice = PlannerChoice() if server is None else PlannerChoice(model=server.settings())
    context = desk.context("s")
    context = replace(context, services=replace(context.services, planner=choice))
    return carried_out(SplitPdfBlock.model_validate(given), context)


def texts(desk: Desk, outcome: BlockOutcome) -> dict[str, list[str]]:
    assert outcome.failure_reason is None
    return {
        file.filename: [
            page.extract_text().removeprefix("Page ")
            for page in pypdf.PdfReader(io.BytesIO(desk.store.read(file.key))).pages
        ]
        for file in outcome.files
    }


def test_pages_by_number(desk: Desk) -> None:
    assert texts(desk, split(desk, "Split it into pages 1-3 and 4 to 5.")) == {
        "all_1-3.pdf": ["1", "2", "3"], "all_4-5.pdf": ["4", "5"],
    }  # fmt: skip
    assert texts(desk, split(desk, "every 2 pages")) == {
        "all_1-2.pdf": ["1", "2"], "all_3-4.pdf": ["3", "4"], "all_5.pdf": ["5"],
    }  # fmt: skip
    assert len(texts(desk, split(desk, "One file per page, please"))) == 5
    assert split(desk, "pages 4-9").failure_reason == "pages 4-9: the document has 5 pages"


def test_a_model_finds_where_to_split(desk: Desk) -> None:
    said = [{"name": "may", "first_page": 1, "last_page": 2}]
    with ModelServer([{"answer": said}]) as server:
        outcome = split(desk, "One file for each invoice", server)
        assert "--- page 5\nPage 5" in server.requests[0].text
    assert texts(desk, outcome) == {"may.pdf": ["1", "2"]}
    without = split(desk, "One file for each invoice")
    assert "needs a language model to find where to split" in str(without.failure_reason)


@pytest.mark.parametrize(
    "text", ["the invoice of 2026", "invoices 1-3 of page 2", "split where the total is over 100"]
)
def test_numbers_that_are_no_pages(text: str) -> None:
    assert ranges_in(text, 5, "x") is None
