"""A folder that files are downloaded to: what is taken, under which names, and what isn't."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.browser import file_content
from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.errors import ActionError


@dataclass(frozen=True)
class DownloadProblem:
    """Why a file didn't land.

    Attributes:
        status: What the server answered, where that was an error.
        unexplained: Whether the browser gave up a download without telling why.
    """

    reason: str
    url: str
    status: int | None = None
    unexplained: bool = False


class DownloadFolder:
    """Keeps what is what it claims to be, and says why it didn't keep the rest.

    Args:
        folder: Where files go; made if it isn't there.
        limits: What is taken.

    Attributes:
        limits: What is taken.
        landed: All files so far.
        problems: Files that came to nothing so far.
        takes_programs: Whether a file may be one that a computer runs.
    """

    def __init__(self, folder: Path, limits: DownloadLimits) -> None:
        self._folder = folder
        self.limits = limits
        self.landed: list[DownloadedFile] = []
        self.problems: list[DownloadProblem] = []
        self.takes_programs = True

    @property
    def folder(self) -> Path:
        """Where files go."""
        return self._folder

    async def keep(self, content: Content, *, html_is_fine: bool = False) -> DownloadedFile:
        """Writes content that was fetched directly.

        Raises:
            ActionError: It is not the file that it claims to be.
        """
        name = file_content.safe_name(content.suggested_name)
        target = self._free_path(name)
        if isinstance(content.body, Path):
            content.body.replace(target)
        else:
            if len(content.body) > self.limits.most_bytes:
                target.unlink()
                raise ActionError(self.limits.too_large(name))
            await asyncio.to_thread(target.write_bytes, content.body)
        return self._check_in(
            target, name, content.source_url, content.content_type, html_is_fine=html_is_fine
        )

    def _check_in(
        self, path: Path, name: str, url: str, declared: str, *, html_is_fine: bool
    ) -> DownloadedFile:
        head = file_content.read_head(path)
        if path.stat().st_size > self.limits.most_bytes:  # of a browser elsewhere, seen only now
            head = b""
        problem = self.limits.too_large(name) if not head and path.stat().st_size else ""
        problem = problem or file_content.problem_with(
            head, name, declared, html_is_fine=html_is_fine
        )
        if not problem and not self.takes_programs and file_content.is_program(head, name):
            problem = (
                f"{name} is a program, which the goal doesn't ask for; if it is meant, say so in "
                'the goal ("download the installer ...")'
            )
        if problem:
            path.unlink()
            self.problems.append(DownloadProblem(problem, url))
            raise ActionError(problem)
        content_type = file_content.content_type_of(head, name, declared)
        named = file_content.with_suffix(name, content_type)
        if named != name:
            path = path.replace(self._free_path(named))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        landed = DownloadedFile(path, path.name, content_type, path.stat().st_size, digest, url)
        self.landed.append(landed)
        return landed

    def _free_path(self, name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = file_content.unique_path(self._folder, name)
        # Taken at once, so that two files of one name that come together don't collide.
        path.touch()
        return path
