"""The pages of a PDF that holds pictures of pages rather than text: a scan."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.pdf_errors import pdf_errors

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf import PageObject

MOST_PAGES = 20
"""Arbitrary: a picture of a page is about 1,500 tokens, and models take some dozens of pictures."""

_LONGEST_SIDE = 2000
"""Pixels: letters of 10 points are 28 high on A4; models make larger pictures smaller anyway."""

_SMALLEST_SIDE = 200
"""Pixels; what is smaller is a logo or a signature."""


def page_pictures(content: bytes) -> tuple[bytes, ...]:
    """The largest picture of each page, as JPEG; none of a page that has none.

    Raises:
        ArtifactError: It can't be opened, has more than twenty pages, or Pillow isn't installed.
    """
    try:
        import PIL.Image  # noqa: F401 - pypdf's pictures need it
        from pypdf import PdfReader
    except ModuleNotFoundError as error:
        raise ArtifactError("scans need: pip install 'skyvern-dagster[files]'") from error
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        if len(pages) > MOST_PAGES:
            raise ArtifactError(
                f"this has {len(pages)} scanned pages, at most {MOST_PAGES} are read: split it "
                "(split_pdf)"
            )
        found = [_largest(page) for page in pages]
    except pdf_errors() as error:
        raise ArtifactError(f"the pictures of this PDF can't be read: {error}") from error
    return tuple(_jpeg(picture) for picture in found if picture is not None)


def _largest(page: PageObject) -> Image | None:
    pictures = [each.image for each in page.images if each.image is not None]
    large = [each for each in pictures if min(each.size) >= _SMALLEST_SIDE]
    return max(large, key=lambda each: each.width * each.height, default=None)


def _jpeg(picture: Image) -> bytes:
    shown = picture.convert("RGB")
    shown.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    written = io.BytesIO()
    shown.save(written, "JPEG", quality=85)
    return written.getvalue()
