"""A page as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.file_content import Content, safe_name
from skyvern_dagster.errors import BrowserError

if TYPE_CHECKING:
    from skyvern_dagster.browser.results import DownloadedFile
    from skyvern_dagster.browser.session import BrowserSession

PaperFormat = Literal["A4", "Letter", "Legal", "Tabloid"]


@dataclass(frozen=True)
class PrintOptions:
    """How a page is printed.

    Attributes:
        filename: Name of the file; empty for the page's title.
        timestamp: Whether date and address stand at the edges.
    """

    filename: str = ""
    paper: PaperFormat = "A4"
    landscape: bool = False
    background: bool = True
    timestamp: bool = True


async def print_page(session: BrowserSession, options: PrintOptions) -> DownloadedFile:
    """Prints the current page into the session's download folder.

    Raises:
        BrowserError: The page can't be printed.
    """
    from playwright.async_api import Error

    page = await session.tabs.ensure()
    edges = {
        "display_header_footer": True,
        "header_template": _template("header"),
        "footer_template": _template("footer"),
        "margin": {"top": "14mm", "bottom": "14mm", "left": "10mm", "right": "10mm"},
    }
    try:
        title = await page.title()
        content = await page.pdf(
            format=options.paper,
            landscape=options.landscape,
            print_background=options.background,
            **(edges if options.timestamp else {}),  # type: ignore[arg-type] # of several types
        )
    except Error as error:
        raise BrowserError(f"the page can't be printed: {reason_of(error)}") from error
    name = safe_name(options.filename or title, fallback="page")
    named = name if name.lower().endswith(".pdf") else f"{name}.pdf"
    return await session.downloads.keep(Content(content, page.url, named, "application/pdf"))


@cache
def _template(edge: Literal["header", "footer"]) -> str:
    folder = files("skyvern_dagster.browser") / "print_edges"
    return (folder / f"{edge}.html").read_text(encoding="utf-8")
