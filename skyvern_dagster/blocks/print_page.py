"""The ``print_page`` block: the page that the browser is on, as a PDF."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.agent.task import WorkDone
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY, LeafBlock, Need
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.session_work import on_page
from skyvern_dagster.blocks.task_output import outcome_of
from skyvern_dagster.browser.printing import PrintOptions, print_page
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BlockError
from skyvern_dagster.reading.file_text import file_text


class PrintOutput(BaseModel):
    """The file that came of it."""

    filename: str
    file_path: str
    size_bytes: int
    artifact_uri: str


class PrintPageBlock(LeafBlock):
    """Prints the page that the browser is on into a PDF, which counts as a download."""

    example: ClassVar[str] = """\
block_type: print_page
label: print_statement
custom_filename: statement {{ month }}
"""
    template_fields: ClassVar[tuple[str, ...]] = ("custom_filename",)
    needs: ClassVar[frozenset[Need]] = frozenset({"browser"})
    kind: ClassVar[str] = "browser"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = PrintOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["print_page"]
    custom_filename: str | None = Field(default=None, description="Else the page's title.")
    include_timestamp: bool = Field(
        default=True, description="Date and address of the page at its edges."
    )
    format: Literal["A4", "Letter", "Legal", "Tabloid"] = Field(
        default="A4", description="Size of the paper."
    )
    landscape: bool = False
    print_background: bool = True
    parameter_keys: list[str] = Field(default_factory=list)

    def describe(self) -> str:
        """What comes of it."""
        return f"Prints the page as a PDF ({self.format})."

    def summary(self) -> str:
        """What comes of it."""
        return "prints the page"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Prints the page.

        Raises:
            BlockError: No page is open, or it shows a secret that was typed.
            BrowserError: No browser could be started.
        """
        options = PrintOptions(
            filename=context.rendered(self.custom_filename or "", "custom_filename").strip(),
            paper=self.format,
            landscape=self.landscape,
            background=self.print_background,
            timestamp=self.include_timestamp,
        )

        async def work(session: BrowserSession) -> WorkDone:
            return WorkDone(downloads=(await print_page(session, options),))

        result = on_page(context, self.label, work)
        if result.status != "completed":
            return outcome_of(result, None)
        (file,) = result.files
        _check_secrets(context, file)
        context.log(f"printed {file.filename} ({file.size} bytes)")
        output = PrintOutput(
            filename=file.filename,
            file_path=f"{DOWNLOAD_DIRECTORY}/{file.filename}",
            size_bytes=file.size,
            artifact_uri=context.services.artifacts.url(file.key),
        )
        return outcome_of(result, output.model_dump(mode="json"))


def _check_secrets(context: BlockContext, file: StoredFile) -> None:
    """Nothing can be painted over in a PDF: one that shows a secret isn't kept."""
    text = file_text(context.services.artifacts.read(file.key))
    if context.vault.redactor.text(text) != text:
        context.services.artifacts.delete(file.key)
        raise BlockError("the page shows a secret that was typed on it, so it was not printed")
