"""The artifact store: bytes under keys, in a local folder or any universal-pathlib location."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from uuid import uuid4

from upath import UPath

from skyvern_dagster.artifacts.disk_space import require_space, storage_error
from skyvern_dagster.artifacts.link_signer import LinkSigner
from skyvern_dagster.artifacts.local_file import UNFINISHED, copy_file, create_file, write_file
from skyvern_dagster.artifacts.remote_path import LOCAL, S3, in_time, location
from skyvern_dagster.errors import ArtifactError


class ArtifactStore:
    """Bytes under slash-separated keys.

    Args:
        base: A folder or URL that universal-pathlib understands (``/data/artifacts``,
            ``s3://bucket/prefix``).
        signer: Makes the links for people, where there is a REST API that answers them.
    """

    def __init__(self, base: str | os.PathLike[str], signer: LinkSigner | None = None) -> None:
        self._signer = signer
        path = location(base)
        self._folder: Path | None = None
        if path.protocol in LOCAL:
            self._folder = Path(path.path).expanduser().absolute()
            self._base = UPath(self._folder)
        else:
            self._base = path
        self._failures = _failures(path.protocol)

    @property
    def base(self) -> UPath:
        """Where the store lies."""
        return self._base

    def require_space(self) -> None:
        """Holds that there is room to write, as far as that can be known: in a local folder.

        Raises:
            DiskFullError: The disk is full, or about to be.
        """
        if self._folder is not None:
            require_space(self._folder, "the artifact store")

    def write(self, key: str, content: bytes) -> str:
        """Stores ``content`` under ``key`` in one piece (a reader sees all of it or nothing).

        Returns:
            The key.

        Raises:
            ArtifactError: The key leaves the store.
            StorageError: The store can't be written.
        """
        path = self._path(key)
        try:
            if self._folder is not None:
                write_file(self._folder, Path(path.path), content)
            else:
                path.fs.pipe_file(path.path, content, **in_time(path, len(content)))
        except self._failures as error:
            raise storage_error(f"can't write artifact {key!r} to {self._base}", error) from error
        return key

    def write_file(self, key: str, file: Path) -> str:
        """Stores a file's content under ``key``, without holding it in memory.

        Returns:
            The key.

        Raises:
            ArtifactError: As :meth:`write`.
            OSError: The file can't be read.
        """
        path = self._path(key)
        try:
            if self._folder is not None:
                copy_file(self._folder, Path(path.path), file)
            else:
                limit = in_time(path, file.stat().st_size)
                path.fs.put_file(str(file), path.path, **limit)
        except self._failures as error:
            raise storage_error(f"can't write artifact {key!r} to {self._base}", error) from error
        return key

    @contextmanager
    def opened(self, key: str) -> Iterator[BinaryIO]:
        """The content under ``key``, to be read a part at a time.

        Raises:
            ArtifactError: As :meth:`read`.
        """
        path = self._path(key)
        try:
            file = path.fs.open(path.path, "rb")
        except self._failures as error:
            raise storage_error(f"no artifact {key!r} in {self._base}", error) from error
        with file:
            yield file

    def create(self, key: str, content: bytes) -> bool:
        """Stores ``content`` under a key that nothing is under yet.

        Exactly one of several processes succeeds, in a local folder as in S3.

        Returns:
            Whether it was stored.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        if self.exists(key):
            return False
        path = self._path(key)
        try:
            if self._folder is not None:
                return create_file(self._folder, Path(path.path), content)
            limit = in_time(path, len(content))
            path.fs.pipe_file(path.path, content, mode="create", **limit)
        except FileExistsError:
            return False
        except self._failures as error:
            raise storage_error(f"can't write artifact {key!r} to {self._base}", error) from error
        return True

    def write_json(self, key: str, value: Any) -> str:
        """Stores a JSON document, indented for people.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        return self.write(key, json.dumps(value, ensure_ascii=False, indent=2).encode())

    def read(self, key: str) -> bytes:
        """The content under ``key``.

        Raises:
            ArtifactError: There is nothing under this key.
            StorageError: The store can't be read.
        """
        path = self._path(key)
        try:
            if self._folder is not None:
                return bytes(path.read_bytes())
            # In one request: an opened file would be read in parts, of which one may be newer.
            return bytes(path.fs.cat_file(path.path))
        except self._failures as error:
            raise storage_error(f"no artifact {key!r} in {self._base}", error) from error

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
            ArtifactError: The key leaves the store.
            StorageError: The store can't be asked.
        """
        path = self._path(key)
        try:
            if self._folder is not None:
                return bool(path.is_file())
            # Not fsspec's isfile(), which says no to any failure: a mark would seem not to be set.
            return bool(path.fs.info(path.path)["type"] == "file")
        except FileNotFoundError:
            return False
        except self._failures as error:
            raise storage_error(f"can't look up {key!r} in {self._base}", error) from error

    def seconds_since(self, key: str) -> float:
        """How long ago ``key`` was written, by the clock of whoever keeps the files.

        Raises:
            ArtifactError: As :meth:`write`, or nothing is there.
        """
        probe = f"{key}.{uuid4().hex}"
        self.write(probe, b"")
        try:
            now, then = (self._path(each).stat().st_mtime for each in (probe, key))
        except self._failures as error:
            raise storage_error(f"no artifact {key!r} in {self._base}", error) from error
        finally:
            self.delete(probe)
        return float(now - then)

    def delete(self, key: str) -> None:
        """Removes the content under ``key``, if there is any.

        Raises:
            ArtifactError: As :meth:`write`.
        """
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except self._failures as error:
            raise storage_error(f"can't delete {key!r} in {self._base}", error) from error

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys in the folder ``prefix``, sorted.

        Raises:
            ArtifactError: The prefix leaves the store, or the store can't be asked.
        """
        start = self._path(prefix)
        root = f"{self._base.path.rstrip('/')}/"
        try:
            keys = [path.removeprefix(root) for path in self._files(start)]
        except self._failures as error:
            raise storage_error(f"can't list {prefix!r} in {self._base}", error) from error
        yield from sorted(keys)

    def folders(self, prefix: str) -> list[str]:
        """The names of the folders in the folder ``prefix``, sorted.

        Raises:
            ArtifactError: As :meth:`keys`.
        """
        start = self._path(prefix)
        try:
            if not start.fs.isdir(start.path):
                return []
            found = start.fs.ls(start.path, detail=True)
        except FileNotFoundError:
            return []
        except self._failures as error:
            raise storage_error(f"can't list {prefix!r} in {self._base}", error) from error
        paths = [str(each["name"]) for each in found if each["type"] == "directory"]
        return sorted(path.rstrip("/").rpartition("/")[2] for path in paths)

    def sizes(self, prefix: str) -> dict[str, int]:
        """The bytes of all keys in the folder ``prefix``.

        Raises:
            ArtifactError: As :meth:`keys`.
        """
        start = self._path(prefix)
        root = f"{self._base.path.rstrip('/')}/"
        try:
            found = start.fs.find(start.path, detail=True)
        except self._failures as error:
            raise storage_error(f"can't list {prefix!r} in {self._base}", error) from error
        return {path.removeprefix(root): int(each["size"] or 0) for path, each in found.items()}

    def clear(self, prefix: str) -> None:
        """Removes a folder and everything in it, if it is there.

        Raises:
            ArtifactError: As :meth:`delete`.
        """
        start = self._path(prefix)
        try:
            if start.fs.exists(start.path):
                start.fs.rm(start.path, recursive=True)
        except FileNotFoundError:
            return
        except self._failures as error:
            raise storage_error(f"can't delete {prefix!r} in {self._base}", error) from error

    def _files(self, start: UPath) -> list[str]:
        if self._folder is None:
            inside = f"{start.path.rstrip('/')}/"
            return [path for path in start.fs.find(start.path) if path.startswith(inside)]
        if not start.is_dir():
            return []
        return [
            path.path
            for path in start.rglob("*")
            if path.is_file() and not path.name.startswith(UNFINISHED)
        ]

    def link(self, key: str, filename: str | None = None) -> str:
        """A link to the content that people can follow from a web page.

        Without a REST API it is :meth:`url`, which browsers don't follow from there.
        """
        signed = self._signer.artifact(key, filename) if self._signer else None
        return signed or self.url(key)

    def signed_link(self, key: str, path: str) -> str | None:
        """A link to a route of the API that is about what lies under a key.

        Args:
            path: The route.

        Returns:
            The link; ``None`` where no address of an API is known.
        """
        return self._signer.link(key, path) if self._signer and self._signer.is_api else None

    def url(self, key: str) -> str:
        """Where the content lies: ``file://`` for local stores."""
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
        except self._failures as error:
            raise storage_error(f"can't sign a link to {key!r} in {self._base}", error) from error

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


def _failures(protocol: str) -> tuple[type[Exception], ...]:
    """What a storage raises when it can't be read or written."""
    if protocol not in S3:
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, BotoCoreError, ClientError)
