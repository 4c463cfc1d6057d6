"""A folder of Google Drive.

The API is https://developers.google.com/workspace/drive/api/reference/rest/v3.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.blocks.file_stores.store import MOST_BYTES
from skyvern_dagster.blocks.google_api import GoogleClient
from skyvern_dagster.errors import BlockError

_FILE_FIELDS = "id,name,size,webViewLink,sha256Checksum"
_SHARED = {"supportsAllDrives": "true"}
"""A service account has no room of its own: its folder is one of a shared drive."""

_PAGE = 1000
"""The most that the API lists at once."""


@dataclass(frozen=True)
class DriveFolder:
    """A folder that was shared with a service account.

    Attributes:
        client: Who asks.
        folder: The folder's id.
    """

    client: GoogleClient
    folder: str

    def put(self, name: str, content: bytes, content_type: str, sha256: str) -> str:
        """See :class:`FileStore`; folders in a name become part of the file's name."""
        flat = name.replace("/", " - ")
        for file in self._files(f"name = '{_quoted(flat)}'"):
            if file.get("sha256Checksum") == sha256:
                return _address(file)
        boundary = secrets.token_hex(16)
        told = json.dumps({"name": flat, "parents": [self.folder]}, ensure_ascii=False).encode()
        parts = (("application/json; charset=UTF-8", told), (content_type, content))
        body = b"".join(
            f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + part + b"\r\n"
            for kind, part in parts
        )
        answer = self.client.send(
            "POST",
            f"{self.client.addresses.drive}/upload/drive/v3/files",
            {"uploadType": "multipart", "fields": _FILE_FIELDS, **_SHARED},
            body + f"--{boundary}--\r\n".encode(),
            f"multipart/related; boundary={boundary}",
        )
        return _address(json.loads(answer.body))

    def names(self, prefix: str, most: int) -> list[str]:
        """See :class:`FileStore`."""
        found = sorted(str(file["name"]) for file in self._files())
        return [name for name in found if name.startswith(prefix)][:most]

    def get(self, name: str) -> bytes:
        """See :class:`FileStore`; of several files of one name, the newest."""
        file = next(iter(self._files(f"name = '{_quoted(name)}'")), None)
        if file is None:
            raise BlockError(f"there is no file {name!r} in the folder")
        if int(file.get("size") or 0) > MOST_BYTES:
            raise BlockError(f"{name} has more than {MOST_BYTES:,} bytes")
        url = f"{self.client.addresses.drive}/drive/v3/files/{file['id']}"
        return self.client.send("GET", url, {"alt": "media", **_SHARED}).body

    def _files(self, condition: str = "") -> list[dict[str, Any]]:
        conditions = [f"'{_quoted(self.folder)}' in parents", "trashed = false", condition]
        query = {
            "q": " and ".join(filter(None, conditions)),
            "orderBy": "createdTime desc",
            "pageSize": str(_PAGE),
            "fields": f"nextPageToken,files({_FILE_FIELDS})",
            "includeItemsFromAllDrives": "true",
            **_SHARED,
        }
        files: list[dict[str, Any]] = []
        while True:
            given = self.client.ask("GET", f"{self.client.addresses.drive}/drive/v3/files", query)
            files += given.get("files") or ()
            if not given.get("nextPageToken"):
                return files
            query["pageToken"] = str(given["nextPageToken"])


def _quoted(text: str) -> str:
    """A text in a query (https://developers.google.com/workspace/drive/api/guides/search-files)."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _address(file: dict[str, Any]) -> str:
    return str(file.get("webViewLink") or f"https://drive.google.com/file/d/{file['id']}/view")
