"""Secrets as files, as Docker and Kubernetes mount them: one file a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from skyvern_dagster.errors import SecretError


class SecretFiles(Mapping[str, str]):
    """File name -> its text, without the line end that editors put there.

    Args:
        folder: For instance ``/run/secrets``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> str:
        # A name that a definition gives must not lead out of the folder.
        if not name or name != Path(name).name or name.startswith("."):
            raise KeyError(name)
        try:
            return (self._folder / name).read_text(encoding="utf-8").removesuffix("\n")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError) as error:
            raise KeyError(name) from error
        except OSError as error:
            raise SecretError(
                f"the secret file {name!r} can't be read: {error.strerror}"
            ) from error

    def __iter__(self) -> Iterator[str]:
        yield from (each.name for each in self._folder.iterdir() if each.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)
