"""The artifact store: bytes under keys, in a local folder or any universal-pathlib location."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from upath import UPath

from skyvern_dagster.errors import ArtifactError


class ArtifactStore:
    """Bytes under slash-separated keys.

    Args:
        base: A folder or URL that universal-pathlib understands (``/data/artifacts``,
            ``s3://bucket/prefix``).
    """

    def __init__(self, base: str | os.PathLike[str]) -> None:
        self._base = UPath(base)

    @property
    def base(self) -> UPath:
        """Where the store lies."""
        return self._base

    def write(self, key: str, content: bytes) -> str:
        """Stores ``content`` under ``key`` in one piece (a reader sees all of it or nothing).

        Returns:
            The key.

        Raises:
            ArtifactError: The key leaves the store, or the store can't be written.
        """
        path = self._path(key)
        try:
            if self._is_local():
                _write_local(Path(str(path)), content)
            else:
                path.write_bytes(content)
        except OSError as error:
            raise ArtifactError(f"can't write artifact {key!r} to {self._base}: {error}") from error
        return key

    def write_json(self, key: str, value: Any) -> str:
        """Stores a JSON document, indented for people.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        return self.write(key, json.dumps(value, ensure_ascii=False, indent=2).encode())

    def read(self, key: str) -> bytes:
        """The content under ``key``.

        Raises:
            ArtifactError: There is nothing under this key, or it can't be read.
        """
        try:
            return bytes(self._path(key).read_bytes())
        except OSError as error:
            raise ArtifactError(f"no artifact {key!r} in {self._base}: {error}") from error

    def read_json(self, key: str) -> Any:
        """The JSON document under ``key``.

        Raises:
            ArtifactError: As :meth:`read`, or it isn't JSON.
        """
        try:
            return json.loads(self.read(key))
        except ValueError as error:
            raise ArtifactError(f"artifact {key!r} in {self._base} is not JSON: {error}") from error

    def exists(self, key: str) -> bool:
        """Whether there is content under ``key``."""
        return bool(self._path(key).is_file())

    def delete(self, key: str) -> None:
        """Removes the content under ``key``, if there is any."""
        self._path(key).unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys below ``prefix``, sorted."""
        start = self._path(prefix)
        if not start.is_dir():
            return
        root = str(self._base).rstrip("/") + "/"
        yield from sorted(
            str(path).removeprefix(root) for path in start.rglob("*") if path.is_file()
        )

    def url(self, key: str) -> str:
        """A link to the content, for people: ``file://`` for local stores."""
        path = self._path(key)
        return Path(str(path)).resolve().as_uri() if self._is_local() else str(path)

    def local_path(self, key: str) -> Path | None:
        """The file on this machine, where the store is a local folder."""
        return Path(str(self._path(key))) if self._is_local() else None

    def _is_local(self) -> bool:
        return self._base.protocol in ("", "file", "local")

    def _path(self, key: str) -> UPath:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts or "\\" in key or "\x00" in key:
            raise ArtifactError(f"artifact key {key!r} would leave the store")
        return self._base.joinpath(*parts)


def _write_local(path: Path, content: bytes) -> None:
    """Writes beside the target and renames; private, since states and downloads are."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
