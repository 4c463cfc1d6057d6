"""Google's APIs for blocks: a service account's key gives a token, a token opens requests.

The grant is that of https://developers.google.com/identity/protocols/oauth2/service-account: a
signed statement of who asks is exchanged for a token of an hour.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from skyvern_dagster.addresses.http_status import is_error, may_pass
from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.web_client import WebAnswer, WebRequest, exchange
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import BlockError

SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
DRIVE_SCOPE = "https://www.googleapis.com/auth/drive"

NO_ACCOUNT = (
    "the block needs a service account of Google's: put its JSON key into a secret, declare an "
    "aws_secret parameter for that and write the parameter's key here; or set "
    "SKYVERN_GOOGLE_SERVICE_ACCOUNT to the JSON key for all definitions of this server"
)
"""What to set up; the spreadsheet or folder is then shared with the account's address."""

_ACCOUNT_SETTING = "SKYVERN_GOOGLE_SERVICE_ACCOUNT"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SECONDS = 60.0
"""For one exchange, a file of an upload included; arbitrary: 50 MB at 7 Mbit/s."""
_MOST_BYTES = 100_000_000
"""Of an answer: a spreadsheet holds ten million cells at most. It is held in memory."""
_TOKEN_SECONDS = 3600
"""The longest that Google grants."""


@dataclass(frozen=True)
class GoogleAddresses:
    """Where Google's servers are.

    Attributes:
        sheets: Base of the Sheets API.
        drive: Base of the Drive API, uploads included.
        token: What gives tokens.
    """

    sheets: str = "https://sheets.googleapis.com"
    drive: str = "https://www.googleapis.com"
    token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> GoogleAddresses:
        """Google's own, or all of them at ``SKYVERN_GOOGLE_API_URL``: a gateway of yours."""
        env = os.environ if environment is None else environment
        base = env.get("SKYVERN_GOOGLE_API_URL", "").strip().rstrip("/")
        return cls(base, base, f"{base}/token") if base else cls()


@dataclass(frozen=True)
class ServiceAccount:
    """What of a service account's JSON key is used."""

    email: str
    private_key: str = field(repr=False)
    key_id: str = ""

    @classmethod
    def from_json(cls, text: str, name: str) -> ServiceAccount:
        """The account of a key.

        Args:
            name: The field that gave it, for messages.

        Raises:
            BlockError: It is no such key.
        """
        try:
            given = json.loads(text)
        except ValueError:
            given = None
        needed = ("client_email", "private_key")
        if not isinstance(given, dict) or not all(isinstance(given.get(n), str) for n in needed):
            raise BlockError(
                f"{name}: the secret is no JSON key of a service account (it has client_email and "
                "private_key; Google's console makes one under Service accounts, Keys)"
            )
        email, private_key = (str(given[each]) for each in needed)
        return cls(email, private_key, str(given.get("private_key_id") or ""))

    def statement(self, scope: str, audience: str, now: float) -> str:
        """The signed statement of who asks.

        Raises:
            BlockError: The private key is none.
        """
        import jwt

        claims = {"iss": self.email, "scope": scope, "aud": audience,
                  "iat": int(now), "exp": int(now) + _TOKEN_SECONDS}  # fmt: skip
        headers = {"kid": self.key_id} if self.key_id else None
        try:
            return jwt.encode(claims, self.private_key, algorithm="RS256", headers=headers)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise BlockError("the service account's private_key can't be read") from error


class GoogleClient:
    """Asks Google's APIs as a service account.

    Args:
        account: Who asks.
        scope: What it asks for.
        policy: Which addresses may be opened.
        addresses: Where the servers are.
    """

    def __init__(
        self,
        account: ServiceAccount,
        scope: str,
        policy: NetworkPolicy,
        addresses: GoogleAddresses,
    ) -> None:
        self.account = account
        self.addresses = addresses
        self._scope = scope
        self._policy = policy
        self._token = ""

    def ask(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """What the API answers, out of its JSON.

        Raises:
            BlockError: It refuses, can't be reached, or answers something else.
        """
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = "application/json; charset=utf-8" if content else ""
        answer = self.send(method, url, query, content, kind)
        try:
            return json.loads(answer.body) if answer.body else {}
        except ValueError as error:
            raise BlockError(f"Google's answer is no JSON: {answer.body[:200]!r}") from error

    def send(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None = None,
        content: bytes = b"",
        content_type: str = "",
    ) -> WebAnswer:
        """Like :meth:`ask`, with any content, and the answer as it came.

        Raises:
            BlockError: It refuses, or can't be reached.
        """
        headers = {"authorization": f"Bearer {self._bearer()}"}
        if content_type:
            headers["content-type"] = content_type
        address = f"{url}?{urlencode(query)}" if query else url
        answer = self._exchange(WebRequest(method, address, headers, content, holds_secret=True))
        if is_error(answer.status):
            raise self._refused(answer)
        return answer

    def _bearer(self) -> str:
        if not self._token:
            audience = self.addresses.token
            statement = self.account.statement(self._scope, audience, time.time())
            form = urlencode({"grant_type": _GRANT, "assertion": statement}).encode()
            kind = {"content-type": "application/x-www-form-urlencoded"}
            answer = self._exchange(WebRequest("POST", audience, kind, form, holds_secret=True))
            self._token = _token_in(answer, self.account.email)
        return self._token

    def _exchange(self, request: WebRequest) -> WebAnswer:
        return exchange(request, self._policy, seconds=_SECONDS, most_bytes=_MOST_BYTES)

    def _refused(self, answer: WebAnswer) -> BlockError:
        reason = _reason(answer)
        hint = ""
        if answer.status in (403, 404):
            hint = f"; is it shared with {self.account.email}?"
        return BlockError(
            f"Google refused ({answer.status}): {reason}{hint}", retryable=may_pass(answer.status)
        )


def google_client(context: BlockContext, given: str | None, name: str, scope: str) -> GoogleClient:
    """A client for the account that a block's field names, or the server's own.

    Args:
        given: Key of a parameter whose secret is a service account's JSON key, or a template.
        name: The field, for messages.

    Raises:
        BlockError: There is no account, or its key is none.
        SecretError: The secret is missing, or belongs to other hosts.
    """
    addresses = GoogleAddresses.from_environment()
    text = _key_text(context, given or "", name, host_of(addresses.token))
    account = ServiceAccount.from_json(text, name)
    context.vault.redactor.add(account.private_key)
    return GoogleClient(account, scope, context.services.tasks.policy, addresses)


def has_account() -> bool:
    """Whether the server has an account of its own."""
    return bool(os.environ.get(_ACCOUNT_SETTING, "").strip())


def _key_text(context: BlockContext, given: str, name: str, host: str) -> str:
    value = context.value(given, name) if given else ""
    if isinstance(value, dict):  # a stored credential of the kind that holds one value
        value = value.get("secret_value") or value.get("password") or ""
    url = f"https://{host}/"
    text = context.vault.type_out(str(value or "").strip(), page_url=url, home_url=url)
    if text and text != given:
        return text
    if has_account() and context.trust != "nothing":
        return os.environ[_ACCOUNT_SETTING]
    raise BlockError(f"{name}: {NO_ACCOUNT}")


def _token_in(answer: WebAnswer, email: str) -> str:
    try:
        given = json.loads(answer.body)
    except ValueError:
        given = None
    token = given.get("access_token") if isinstance(given, dict) else None
    if is_error(answer.status) or not isinstance(token, str):
        raise BlockError(
            f"Google gave {email} no token ({answer.status}): {_reason(answer)}",
            retryable=may_pass(answer.status),
        )
    return token


def _reason(answer: WebAnswer) -> str:
    """What an error of Google's says (https://cloud.google.com/apis/design/errors)."""
    try:
        given = json.loads(answer.body)
    except ValueError:
        return answer.body[:200].decode("utf-8", "replace")
    error = given.get("error") if isinstance(given, dict) else None
    if isinstance(error, dict):
        return str(error.get("message") or error)
    return str(given.get("error_description") or error) if isinstance(given, dict) else str(given)
