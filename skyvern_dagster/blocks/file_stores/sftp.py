"""A folder of an SFTP server."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from skyvern_dagster.blocks.file_stores.store import MOST_BYTES
from skyvern_dagster.errors import BlockError

PORT = 22
"""Of SSH (RFC 4253); addresses leave it out."""

if TYPE_CHECKING:
    import asyncssh

T = TypeVar("T")

_SECONDS = 300.0
"""For one file, there or back; arbitrary: 500 MB at 14 Mbit/s."""

_CONNECT_SECONDS = 20.0
"""For connection, keys and login, on a slow server far away. Arbitrary."""


@dataclass(frozen=True)
class SftpServer:
    """Where the server is and who we are there.

    Attributes:
        address: What is connected to: an IP address that has been checked.
        host: Its name, for messages and URIs.
        host_key: The server's public key (``ssh-ed25519 AAAA...``): without it, anybody on the way
            could be the server.
        private_key: In OpenSSH's or PEM form; a password is used without it.
    """

    host: str
    address: str
    port: int
    username: str
    host_key: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """The server, for messages and URIs."""
        return self.host if self.port == PORT else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class SftpStore:
    """A folder on the server."""

    server: SftpServer
    folder: str

    def put(self, name: str, content: bytes, content_type: str, sha256: str) -> str:
        """See :class:`FileStore`; a file of that name with other content stays what it is."""
        del content_type
        return self._run(self._put(name, content, sha256))

    def names(self, prefix: str, most: int) -> list[str]:
        """See :class:`FileStore`."""
        return self._run(self._names(prefix, most))

    def get(self, name: str) -> bytes:
        """See :class:`FileStore`."""
        return self._run(self._get(name))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        sdk = load_asyncssh()

        async def limited() -> T:
            async with asyncio.timeout(_SECONDS):
                return await work

        where = f"SFTP server {self.server.where}"
        try:
            return asyncio.run(limited())
        except TimeoutError as error:
            raise BlockError(f"{where} took more than {_SECONDS:g} s", retryable=True) from error
        except sdk.HostKeyNotVerifiable as error:
            raise BlockError(
                f"{where} has another key than sftp_host_key says: either the key was changed, or "
                "somebody else answers there"
            ) from error
        except sdk.PermissionDenied as error:
            raise BlockError(f"{where} refused the login of {self.server.username!r}") from error
        except sdk.SFTPError as error:
            raise BlockError(f"{where} refused: {error.reason}") from error
        except (sdk.Error, OSError) as error:
            raise BlockError(f"{where} can't be used: {error}", retryable=True) from error

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[asyncssh.SFTPClient]:
        sdk, server = load_asyncssh(), self.server
        try:
            key = sdk.import_public_key(server.host_key)
            own = None
            if server.private_key:
                own = [sdk.import_private_key(server.private_key, server.passphrase or None)]
        except (sdk.KeyImportError, sdk.KeyEncryptionError) as error:
            raise BlockError(f"a key for SFTP can't be read: {error}") from error
        async with (
            sdk.connect(
                server.address,
                server.port,
                username=server.username,
                password=server.password or None,
                client_keys=own,
                known_hosts=([key], [], []),
                config=None,
                agent_path=None,
                connect_timeout=_CONNECT_SECONDS,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            yield client

    async def _put(self, name: str, content: bytes, sha256: str) -> str:
        async with self._open() as client:
            folder = str(PurePosixPath(self.folder or ".") / PurePosixPath(name).parent)
            if folder != ".":
                await client.makedirs(folder, exist_ok=True)
            path, is_there = await _free_path(
                client, f"{folder}/{PurePosixPath(name).name}", sha256, len(content)
            )
            if not is_there:
                # Under its name only when it is whole: others may be waiting for it.
                part = f"{path}.part"
                async with client.open(part, "wb") as file:
                    await file.write(content)
                await client.rename(part, path)
            full = str(await client.realpath(path))
            return f"sftp://{self.server.where}/{full.lstrip('/')}"

    async def _names(self, prefix: str, most: int) -> list[str]:
        async with self._open() as client:
            wanted = PurePosixPath(self.folder or ".") / prefix
            if await client.isdir(str(wanted)):
                folder, begin = wanted, ""
            else:
                folder, begin = wanted.parent, wanted.name
            found = [
                str(entry.filename)
                async for entry in client.scandir(str(folder))
                if str(entry.filename).startswith(begin) and entry.attrs.type == 1
            ]
            base = folder.relative_to(self.folder or ".")
            return [str(base / each) for each in sorted(found)][:most]

    async def _get(self, name: str) -> bytes:
        async with self._open() as client:
            path = str(PurePosixPath(self.folder or ".") / name)
            size = (await client.stat(path)).size or 0
            if size > MOST_BYTES:
                raise BlockError(f"{path} has more than {MOST_BYTES:,} bytes")
            async with client.open(path, "rb") as file:
                return as_bytes(await file.read())


def as_bytes(content: str | bytes) -> bytes:
    """What a file that was opened in binary form has given; asyncssh's types leave it open."""
    return content.encode() if isinstance(content, str) else content


async def _free_path(
    client: asyncssh.SFTPClient, path: str, sha256: str, size: int
) -> tuple[str, bool]:
    """Where a file of this content goes, and whether it is there already."""
    place, number, candidate = PurePosixPath(path), 1, path
    while await client.exists(candidate):
        if (await client.stat(candidate)).size == size:
            async with client.open(candidate, "rb") as file:
                if hashlib.sha256(as_bytes(await file.read())).hexdigest() == sha256:
                    return candidate, True
        number += 1
        candidate = str(place.with_name(f"{place.stem}_{number}{place.suffix}"))
    return candidate, False


def load_asyncssh() -> Any:
    """The module ``asyncssh``.

    Raises:
        BlockError: The extra ``sftp`` is not installed.
    """
    try:
        import asyncssh
    except ModuleNotFoundError as error:
        raise BlockError("SFTP needs: pip install 'skyvern-dagster[sftp]'") from error
    return asyncssh
