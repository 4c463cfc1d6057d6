"""A real SFTP server in a thread, with a user that has a password and a key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh


@dataclass(frozen=True)
class SftpPlace:
    """Where it is."""

    port: int
    host_key: str
    private_key: str
    folder: Path


class _Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ada", "sftp-pass-123")


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpPlace]:
    """A server whose root is a folder."""
    host_key, own = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    allowed = folder.parent / "authorized_keys"
    allowed.write_bytes(own.export_public_key())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def root(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            _Login,
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            authorized_client_keys=str(allowed),
            sftp_factory=root,
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield SftpPlace(
            server.get_port(),
            host_key.export_public_key().decode(),
            own.export_private_key().decode(),
            folder,
        )
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
