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

_LOCAL_PROTOCOLS = ("", "file", "local")
_UNFINISHED = ".tmp-"


class ArtifactStore:
    """Bytes under slash-separated keys.

    Args:
        base: A folder or URL that universal-pathlib understands (``/data/artifacts``,
            ``s3://bucket/prefix``).
    """

    def __init__(self, base: str | os.PathLike[str]) -> None:
        path = UPath(base)
        self._folder: Path | None = None
        if path.protocol in _LOCAL_PROTOCOLS:
            self._folder = Path(path.path).expanduser().absolute()
        self._base = path if self._folder is None else UPath(self._folder)

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
            if self._folder is not None:
                _write_local(self._folder, Path(path.path), content)
            else:
                path.write_bytes(content)
        except OSError as error:
            raise ArtifactError(f"can't write artifact {key!r} to {self._base}: {error}") from error
        return key

    def create(self, key: str, content: bytes) -> bool:
        """Stores ``content`` under a key that nothing is under yet.

        Exactly one of several processes succeeds; in S3 by a conditional write.

        Returns:
            Whether it was stored.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        if self.exists(key):
            return False
        path = self._path(key)
        try:
            if self._folder is None:
                return _create_remote(path, content)
            return _create_local(self._folder, Path(path.path), content)
        except OSError as error:
            raise ArtifactError(f"can't write artifact {key!r} to {self._base}: {error}") from error

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
        """Whether there is content under ``key``.

        Raises:
            ArtifactError: The key leaves the store, or the store can't be asked.
        """
        path = self._path(key)
        try:
            return bool(path.is_file())
        except OSError as error:
            raise ArtifactError(f"can't look up {key!r} in {self._base}: {error}") from error

    def delete(self, key: str) -> None:
        """Removes the content under ``key``, if there is any.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ArtifactError(f"can't delete {key!r} in {self._base}: {error}") from error

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys in the folder ``prefix``, sorted."""
        start = self._path(prefix)
        if not start.is_dir():
            return
        root = f"{self._base.path.rstrip('/')}/"
        yield from sorted(
            path.path.removeprefix(root)
            for path in start.rglob("*")
            if path.is_file() and not path.name.startswith(_UNFINISHED)
        )

    def url(self, key: str) -> str:
        """A link to the content, for people: ``file://`` for local stores."""
        path = self.local_path(key)
        return str(self._path(key)) if path is None else path.as_uri()

    def presigned(self, key: str, seconds: int) -> str:
        """A link to the content that anybody can open for a while, made by the storage itself.

        Raises:
            ArtifactError: The storage can't make such links.
        """
        path = self._path(key)
        try:
            return str(path.fs.sign(path.path, expiration=seconds))
        except NotImplementedError as error:
            raise ArtifactError(f"{self._base} can't make links that expire") from error

    def local_path(self, key: str) -> Path | None:
        """The file on this machine, where the store is a local folder."""
        return None if self._folder is None else Path(self._path(key).path)

    def _path(self, key: str) -> UPath:
        parts = PurePosixPath(key).parts
        if not parts or not _is_safe(key) or ".." in parts:
            raise ArtifactError(f"artifact key {key!r} would leave the store")
        return self._base.joinpath(*parts)


def _is_safe(key: str) -> bool:
    """No other root, nothing that a file system or a URL would take for something else."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return not key.startswith("/") and not any(each in key for each in ("\\", "\x00", ":/"))


def _write_local(folder: Path, path: Path, content: bytes) -> None:
    """Writes beside the target and renames; private, since states and downloads are."""
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _create_local(folder: Path, path: Path, content: bytes) -> bool:
    """As :func:`_write_local`, with a link instead of the renaming: a link never overwrites."""
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        path.hardlink_to(name)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def _create_remote(path: UPath, content: bytes) -> bool:
    """By what the storage offers: s3fs, for instance, sends ``If-None-Match: *``."""
    try:
        path.fs.pipe_file(path.path, content, mode="create")
    except FileExistsError:
        return False
    return True


def _make_private(folder: Path, root: Path) -> None:
    """Makes a folder in the store (``mkdir`` gives its mode to the last of a path only)."""
    if folder.is_dir():
        return
    if folder != root:
        _make_private(folder.parent, root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
