"""Taking secrets out of Playwright's trace archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path


def redact_trace(path: Path, redact: Callable[[bytes], bytes]) -> None:
    """Rewrites a trace archive in place with every member passed through ``redact``.

    A trace holds typed texts, form bodies and page snapshots: all of them may hold a secret.
    """
    cleaned = path.with_suffix(".cleaned.zip")
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(cleaned, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for member in source.infolist():
            target.writestr(member.filename, redact(source.read(member)))
    cleaned.replace(path)
