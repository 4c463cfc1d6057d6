"""What an action changed, and the files that a session downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FailureCause = Literal[
    "no_file",
    "http_error",
    "unreachable",
    "refused",
    "unproven",
    "wrong_file",
    "not_taken",
    "gone",
]
"""Why an action failed, where somebody acts by it.

``no_file``: it was carried out and no file came; ``http_error``: a server answered with an error;
``unreachable``: no server answered; ``refused``: the guard forbids it; ``unproven``: what was to
prove a completion isn't there; ``wrong_file``: a file came, and it is of another item than the
task's; ``not_taken``: a field doesn't hold what was put into it, so that nothing was sent;
``gone``: the page has drawn the element anew since it was looked at.
"""


@dataclass(frozen=True)
class DownloadedFile:
    """A file that a page gave us, already on disk in the session's download folder.

    Attributes:
        path: Where it lies now (the block moves it into the artifact store).
        filename: Safe base name: the server's suggestion, else the URL's, else from the content.
        content_type: MIME type by the response, checked against the content's first bytes.
        size: Bytes.
        sha256: Hex digest of the content.
        source_url: Where it came from (``blob:`` addresses included).
    """

    path: Path
    filename: str
    content_type: str
    size: int
    sha256: str
    source_url: str


@dataclass(frozen=True)
class ActionResult:
    """What one action did; told to the planner, never hidden.

    Attributes:
        ok: Whether the action was carried out.
        message: One sentence for people and planners.
        url_before: Page address before.
        url_after: Page address after the page had settled.
        new_tab: Whether a new page opened (it is the current one now).
        dialog: Message of a JavaScript dialog that came up.
        text_appeared: Short texts that came up (alerts, validation messages), at most a few.
        downloads: Files that landed.
        page_changed: Whether the snapshot differs from the one before.
        error: Why it was not carried out, when ``ok`` is false; for people and models.
        cause: The same as a value, where somebody acts by it; ``None`` for all other causes.
        http_status: What a server answered that refused something.
    """

    ok: bool
    message: str
    url_before: str = ""
    url_after: str = ""
    new_tab: bool = False
    dialog: str = ""
    text_appeared: tuple[str, ...] = ()
    downloads: tuple[DownloadedFile, ...] = ()
    page_changed: bool = False
    error: str = ""
    cause: FailureCause | None = None
    http_status: int | None = None
