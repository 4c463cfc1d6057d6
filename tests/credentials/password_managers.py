"""Password managers as they are seen from outside: their commands, and their servers."""

from __future__ import annotations

import json
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOGIN = {
    "id": "i-1",
    "name": "Shop",
    "type": 1,
    "collectionIds": ["c-1"],
    "login": {
        "username": "ada", "password": "hunter22", "totp": "JBSWY3DPEHPK3PXP",
        "uris": [{"match": None, "uri": "https://shop.example/login"}, {"uri": "sso.example"}],
    },
}  # fmt: skip
CARD = {
    "id": "i-2", "name": "Card", "type": 3, "collectionIds": ["c-1"],
    "card": {"cardholderName": "Ada", "brand": "Visa", "number": "4111111111111111",
             "expMonth": "2", "expYear": "2030", "code": "123"},
}  # fmt: skip
IDENTITY = {
    "id": "i-3", "name": "person-77 Ada", "type": 4, "collectionIds": ["c-1"],
    "identity": {"ssn": "078-05-1120", "firstName": "Ada", "email": None},
    "fields": [{"name": "Member ID", "value": "M-5", "type": 0}],
}  # fmt: skip
OTHER = {**LOGIN, "id": "i-4", "name": "Other", "collectionIds": ["c-2"]}
ITEMS = [LOGIN, CARD, IDENTITY, OTHER]

OP_LOGIN = {
    "id": "i1", "title": "Shop", "category": "LOGIN", "vault": {"id": "v1"},
    "urls": [{"primary": True, "href": "https://shop.example"}],
    "fields": [
        {"id": "username", "type": "STRING", "purpose": "USERNAME", "label": "username",
         "value": "ada"},
        {"id": "password", "type": "CONCEALED", "purpose": "PASSWORD", "label": "password",
         "value": "hunter22"},
        {"id": "T1", "type": "OTP", "label": "one-time password", "value": "JBSWY3DPEHPK3PXP"},
        {"id": "T2", "type": "STRING", "label": "second", "value": "KRSXG5A"},
        {"id": "k", "type": "CONCEALED", "label": "API key", "value": "abc123"},
    ],
}  # fmt: skip
OP_CARD = {
    "id": "i2", "title": "Card", "category": "CREDIT_CARD", "vault": {"id": "v1"},
    "fields": [
        {"id": "cardholder", "type": "STRING", "label": "cardholder name", "value": "Ada"},
        {"id": "ccnum", "type": "CREDIT_CARD_NUMBER", "label": "number",
         "value": "4111111111111111"},
        {"id": "cvv", "type": "CONCEALED", "label": "verification number", "value": "123"},
        {"id": "expiry", "type": "MONTH_YEAR", "label": "expiry date", "value": "203002"},
    ],
}  # fmt: skip

_BW = """
words = sys.argv[1:]
if words[0] == "login":
    fits = os.environ.get("BW_CLIENTID") == "user.1" and os.environ.get("BW_CLIENTSECRET") == "s3"
    sys.exit(0 if fits else "client_secret is incorrect: " + os.environ["BW_CLIENTSECRET"])
if words[0] == "unlock":
    print("session-1" if os.environ[words[words.index("--passwordenv") + 1]] == "m4ster" else "")
    sys.exit(0)
if os.environ.get("BW_SESSION") != "session-1":
    sys.exit("Vault is locked.")
if words[0] == "get":
    found = [each for each in DATA if each["id"] == words[2]]
    print(json.dumps(found[0])) if found else sys.exit("Not found.")
elif words[0] == "list":
    found = DATA
    if "--collectionid" in words:
        wanted = words[words.index("--collectionid") + 1]
        found = [each for each in found if wanted in each["collectionIds"]]
    if "--url" in words:
        found = [each for each in found if each.get("login")]
    print(json.dumps(found))
"""

_OP = """
words = sys.argv[1:]
if os.environ.get("OP_SERVICE_ACCOUNT_TOKEN") != "ops_1":
    sys.exit("[ERROR] the service account token is invalid")
found = [each for each in DATA if each["id"] == words[2] and each["vault"]["id"] == words[4]]
print(json.dumps(found[0])) if found else sys.exit(f"[ERROR] \\"{words[2]}\\" isn't an item")
"""


def install_bw(folder: Path) -> Path:
    """A program ``bw`` that knows :data:`ITEMS`."""
    return _installed(folder / "bw", _BW, ITEMS)


def install_op(folder: Path) -> Path:
    """A program ``op`` that knows the items above."""
    return _installed(folder / "op", _OP, [OP_LOGIN, OP_CARD])


def _installed(file: Path, program: str, data: list[dict[str, Any]]) -> Path:
    lines = f"#!{sys.executable}\nimport json, os, sys\nDATA = json.loads({json.dumps(data)!r})\n"
    file.write_text(lines + program)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file.parent


@contextmanager
def served(
    answers: Mapping[str, Any], token: str = "", header: str = "Authorization"
) -> Iterator[str]:
    """A server that gives JSON by path, with its query; else 404; 401 without the token."""
    expected = f"Bearer {token}" if header == "Authorization" else token

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            place = f"{parts.path}?{parts.query}" if parts.query else parts.path
            is_known = not token or self.headers.get(header) == expected
            status = 401 if not is_known else 200 if place in answers else 404
            body = json.dumps(answers.get(place)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
