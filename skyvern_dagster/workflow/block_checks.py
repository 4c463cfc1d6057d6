"""What blocks will lack when they are carried out: a language model, or what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.settings import NO_MODEL, settings_from
from skyvern_dagster.workflow.declarations import BlockOutline, Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding

_FILE_FIELDS = frozenset({"file_attachments", "file_url", "files"})
_SERVER_PATH = re.compile(r"(?:/|~/|\.{1,2}/|file:|[A-Za-z]:\\)")


def block_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """A warning for each: the definition is right, and will not run here as it is."""
    is_told = has_model()
    for block in outline.walk():
        for path, message, hint in block.model.warnings_in(block.fields):
            yield document.finding((*block.path, *path), message, hint, severity="warning")
        yield from _server_paths(block, document)
        use = None if is_told else block.model.model_use(block.fields)
        if use is None:
            continue
        ends = "it will fail" if use.required else "that won't be looked at"
        message = f"the block {use.what}, and no language model is configured here: {ends}"
        yield document.finding(block.path, message, NO_MODEL, severity="warning")


def _server_paths(block: BlockOutline, document: Document) -> Iterator[Finding]:
    """Files of the machine that the run happens to be on: no block reads them."""
    for text in block.model.texts_in(block.fields):
        if text.path[0] in _FILE_FIELDS and _SERVER_PATH.match(text.text):
            yield document.finding(
                (*block.path, *text.path),
                f"{text.text[:80]!r} is a path on the server, which is never read",
                f"write {DOWNLOAD_DIRECTORY}/<name>, or an http or https address",
                severity="warning",
            )


def has_model() -> bool:
    """Whether a language model is configured here."""
    try:
        return settings_from().is_configured
    except PlannerError:  # a malformed setting is told where the model is asked
        return True
