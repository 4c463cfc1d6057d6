"""What stands for Google in tests: tokens, spreadsheets and a drive, spoken to over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.blocks.web import Answer, Received, WebServer, web_server

EMAIL = "robot@books.iam.gserviceaccount.com"
SPREADSHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
FOLDER = "0FolderOfInvoices"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def account_key() -> str:
    """A service account's JSON key, as Google's console gives it."""
    pem = _KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return json.dumps(
        {"type": "service_account", "client_email": EMAIL, "private_key": pem,
         "private_key_id": "k1", "token_uri": "https://oauth2.googleapis.com/token"}
    )  # fmt: skip


@dataclass
class Google:
    """Its servers, and what they hold.

    Attributes:
        sheets: Name -> rows.
        files: What was uploaded: metadata and content.
    """

    web: WebServer
    sheets: dict[str, list[list[Any]]] = field(default_factory=dict)
    files: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    def answer(self, came: Received) -> Answer:
        """As the documents say that Google does."""
        parts = urlsplit(came.path)
        path, query = unquote(parts.path), {k: v[0] for k, v in parse_qs(parts.query).items()}
        if path == "/token":
            return self._token(came)
        if came.headers.get("authorization") != "Bearer token-1":
            return _said({"error": {"message": "no token"}}, 401)
        return self._api(came, path, query)

    def _token(self, came: Received) -> Answer:
        form = {name: given[0] for name, given in parse_qs(came.body.decode()).items()}
        claims = jwt.decode(
            form["assertion"], _KEY.public_key(), ["RS256"], audience=f"{self.web.url}/token"
        )
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        if claims["iss"] != EMAIL:
            return _said({"error": "invalid_grant", "error_description": "account not found"}, 400)
        return _said({"access_token": "token-1", "expires_in": 3599, "token_type": "Bearer"})

    def _api(self, came: Received, path: str, query: dict[str, str]) -> Answer:
        if path.startswith("/v4/spreadsheets/"):
            if not path.startswith(f"/v4/spreadsheets/{SPREADSHEET}"):
                return _said({"error": {"message": "Requested entity was not found."}}, 404)
            return self._sheet(came, path.removeprefix(f"/v4/spreadsheets/{SPREADSHEET}"), query)
        if path == "/upload/drive/v3/files":
            return self._upload(came)
        if path == "/drive/v3/files":
            named = re.search(r"name = '([^']+)'", query["q"])
            found = [told for told, _ in self.files if named is None or told["name"] == named[1]]
            return _said({"files": found})
        (content,) = (content for told, content in self.files if path.endswith(f"/{told['id']}"))
        return Answer(content)

    def _sheet(self, came: Received, rest: str, query: dict[str, str]) -> Answer:
        if rest == ":batchUpdate":
            (request,) = json.loads(came.body)["requests"]
            self.sheets[request["addSheet"]["properties"]["title"]] = []
            return _said({})
        if not rest:
            properties = [
                {"properties": {"sheetId": number * 100, "title": name}}
                for number, name in enumerate(self.sheets)
            ]
            return _said({"sheets": properties})
        place = re.fullmatch(r"/values/'((?:[^']|'')+)'(?:!([^:]+(?::[^:]+)?))?(:append)?", rest)
        assert place is not None, rest
        rows = self.sheets[place[1].replace("''", "'")]
        if came.method == "GET":
            found = rows[:1] if place[2] == "1:1" else rows
            exact = query["valueRenderOption"] == "UNFORMATTED_VALUE"
            return _said({"values": found if exact else [[str(c) for c in row] for row in found]})
        values = json.loads(came.body)["values"]
        assert query["valueInputOption"] == "RAW"
        if came.method == "POST":
            rows += values
        else:
            rows[: len(values)] = values
        updated = {"updatedRange": rest, "updatedRows": len(values),
                   "updatedCells": sum(map(len, values))}  # fmt: skip
        return _said({"updates": updated} if came.method == "POST" else updated)

    def _upload(self, came: Received) -> Answer:
        boundary = came.headers["content-type"].partition("boundary=")[2].encode()
        _, told, content, _ = came.body.split(b"--" + boundary)
        metadata = json.loads(told.partition(b"\r\n\r\n")[2])
        data = content.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        number = len(self.files)
        file = {
            "id": f"f{number}",
            "webViewLink": f"https://drive.google.com/file/d/f{number}/view",
            "sha256Checksum": sha256(data).hexdigest(),
            "size": str(len(data)),
            **metadata,
        }
        self.files.append((file, data))
        return _said(file)


class _All(dict[str, Any]):
    """Answers of every path."""

    def __init__(self, google: Google) -> None:
        self._google = google

    def get(self, key: str, default: Any = None) -> Any:
        return self._google.answer


def _said(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, {"content-type": "application/json"})


@contextmanager
def google_server() -> Iterator[Google]:
    """Google on loopback."""
    with web_server() as web:
        google = Google(web)
        web.answers = _All(google)
        yield google
