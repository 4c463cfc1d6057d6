"""The ``split_pdf`` block: one PDF into several."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import ClassVar, Literal

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.given_file import given_file
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.model_question import (
    MOST_CHARACTERS,
    ModelRequest,
    ask_model,
    parameters_of,
)
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.page_ranges import PageRange, checked, ranges_in
from skyvern_dagster.blocks.pdf_block import PdfBlock, PdfOutput
from skyvern_dagster.blocks.pdf_form import page_texts, pages_of


class SplitPdfBlock(PdfBlock):
    """Splits a PDF into several, which count as downloads of the run."""

    example: ClassVar[str] = """\
block_type: split_pdf
label: split
file_url: SKYVERN_DOWNLOAD_DIRECTORY/statement.pdf
prompt: pages 1-2 and 3-5
"""

    block_type: Literal["split_pdf"]

    def run(self, context: BlockContext) -> BlockOutcome:
        """Splits the file; page numbers in the prompt need no model.

        Raises:
            BlockError: It is no PDF, has no such pages, or a model is needed and none is
                configured.
            InfrastructureError: The model's server doesn't answer.
        """
        file = given_file(context, self.file_url, "file_url")
        texts = page_texts(file.content, file.name)
        prompt = context.text(self.prompt, "prompt")
        stem = PurePosixPath(file.name).stem
        ranges, details = ranges_in(prompt, len(texts), stem), dict[str, float]()
        if ranges is None:
            ranges, details = self._asked(context, prompt, texts)
        parts = ((each.name, pages_of(file.content, file.name, each.first, each.last))
                 for each in ranges)  # fmt: skip
        files = keep_files(context, self.label, parts)
        context.log(f"split {file.name} ({len(texts)} pages) into {len(files)} files")
        output = PdfOutput(
            files=[each.filename for each in files],
            details=[{"first_page": each.first, "last_page": each.last} for each in ranges],
        )
        return BlockOutcome(
            status="completed", output=output.model_dump(mode="json"), files=files, details=details
        )

    def _asked(
        self, context: BlockContext, prompt: str, texts: list[str]
    ) -> tuple[list[PageRange], dict[str, float]]:
        """What a model makes of the prompt and the pages' texts."""
        room = MOST_CHARACTERS // max(len(texts), 1)
        shown = "\n\n".join(
            f"--- page {number}\n{text[:room]}" for number, text in enumerate(texts, start=1)
        )
        item = {
            "name": {"type": "string"},
            "first_page": {"type": "integer"},
            "last_page": {"type": "integer"},
        }
        asked = ModelRequest(
            request=f"Into which files is the document to be split? {prompt}",
            schema={"type": "array", "items": {"type": "object", "properties": item,
                                               "required": list(item)}},
            text=shown,
            parameters=parameters_of(context, self.parameter_keys),
        )  # fmt: skip
        answer = ask_model(context, "to find where to split", asked)
        ranges = [
            PageRange(each["first_page"], each["last_page"], _pdf(str(each["name"])))
            for each in answer.value or ()
        ]
        return checked(ranges, len(texts)), answer.details


def _pdf(name: str) -> str:
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"
