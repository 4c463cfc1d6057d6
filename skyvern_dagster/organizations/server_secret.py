"""The server's one secret, and the keys that are derived from it."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.process.home import home_folder

VARIABLE = "SKYVERN_SECRET_KEY"
SECRET_FILE = "secret.key"  # noqa: S105 - the file's name, not what is in it
"""Its name in the home folder."""

SHORTEST = 32
"""Characters. A secret that a person can remember is one that a machine can guess."""

_HOW = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"


class ServerSecret:
    """Derives a key for each purpose, so that none of them tells anything about another.

    Every process that serves the same runs needs the same secret.

    Args:
        material: The secret.

    Raises:
        OrganizationError: It is too short.
    """

    def __init__(self, material: str) -> None:
        if len(material) < SHORTEST:
            raise OrganizationError(
                f"the server's secret has {len(material)} characters and needs {SHORTEST}: set "
                f"{VARIABLE} to what this prints: {_HOW}"
            )
        self._material = material.encode()

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str] | None = None) -> ServerSecret:
        """The secret in ``SKYVERN_SECRET_KEY``, else in a file, which is made where it is missing.

        Args:
            path: The file; only its owner may read it.
            environment: The process's, by default.

        Raises:
            OrganizationError: The file can't be used, or others may read it.
        """
        given = (os.environ if environment is None else environment).get(VARIABLE)
        return cls(given or _from_file(path))

    def key_for(self, purpose: str) -> bytes:
        """32 bytes that only this secret gives for this purpose."""
        label = b"skyvern-dagster\x1f" + purpose.encode()
        return hmac.new(self._material, label, hashlib.sha256).digest()

    def __repr__(self) -> str:
        return "ServerSecret(*****)"


def _from_file(path: Path) -> str:
    try:
        if not path.exists():
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o007:
            raise OrganizationError(
                f"{path} holds the server's secret and everybody on this machine may read it "
                f"(mode {mode:o}): chmod 600 {path}, and make new API keys if others were here"
            )
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise OrganizationError(
            f"the server's secret in {path} can't be used: {error}; or set {VARIABLE} to what "
            f"this prints: {_HOW}"
        ) from error


def _make(path: Path) -> None:
    """Writes beside it and links: of several processes one wins, and all read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def server_secret() -> ServerSecret:
    """The secret of this deployment: ``SKYVERN_SECRET_KEY``, else a file in the home folder.

    Raises:
        OrganizationError: It can't be used.
    """
    return ServerSecret.load(home_folder() / SECRET_FILE)
