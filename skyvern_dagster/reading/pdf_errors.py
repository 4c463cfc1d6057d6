"""What comes of a PDF that is broken."""

from __future__ import annotations

import zlib
from functools import cache


@cache
def pdf_errors() -> tuple[type[Exception], ...]:
    """What pypdf raises on broken files: which of them depends on where they are broken."""
    from pypdf.errors import PyPdfError

    return (
        PyPdfError, ValueError, LookupError, OSError, TypeError, AttributeError, ArithmeticError,
        RecursionError, NotImplementedError, zlib.error,
    )  # fmt: skip
