"""Claims: a run gets a process once, whoever launches it and however often."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_KEPT_SECONDS = 7 * 86_400.0
"""Arbitrary: a run is launched a second time, if at all, within minutes of the first."""


@dataclass(frozen=True)
class RunClaims:
    """A file per run that has been forked, with its process.

    The file system makes a file once: of two launchers (a daemon that was started anew, or a second
    one) only the first gets the claim.

    Attributes:
        folder: On a disk of this machine; made when it is needed.
    """

    folder: Path

    @classmethod
    def of(cls, home: Path) -> RunClaims:
        """Those of a home folder."""
        return cls(home / "claims")

    def take(self, run_id: str) -> bool:
        """Whether the run is now the caller's to fork: nobody has forked it before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(self._file(run_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        return True

    def tell(self, run_id: str, process: str) -> None:
        """Writes the run's process down, as its tag has it."""
        whole = self._file(run_id).with_suffix(".new")
        whole.write_text(process, encoding="utf-8")
        whole.replace(self._file(run_id))

    def process(self, run_id: str) -> str | None:
        """The process of a run; ``None`` if it has not been forked, empty while it is."""
        try:
            return self._file(run_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def forget_old(self) -> None:
        """Removes those of runs that nobody can launch any more."""
        before = time.time() - _KEPT_SECONDS
        for each in self.folder.glob("*") if self.folder.is_dir() else ():
            if each.stat().st_mtime < before:
                each.unlink(missing_ok=True)

    def _file(self, run_id: str) -> Path:
        return self.folder / run_id
