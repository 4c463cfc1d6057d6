"""One-time codes from an address of the user, ``totp_verification_url``.

What is asked and answered: docs/contract.md#verification-url.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from skyvern_dagster.credentials.code_in_text import code_in
from skyvern_dagster.errors import SecretError
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.delivery import Delivery, post
from skyvern_dagster.webhooks.signature import Scheme, signed_headers


@dataclass
class VerificationUrlSource:
    """Asks ``{"task_id": ...}``, expects ``{"verification_code": ...}``; see :class:`CodeSource`.

    Attributes:
        url: Never shown as a whole: it may carry what only the receiver should know.
        question: What is asked, as JSON.
        key: Gives the API key that the request is signed with, as a webhook is.
        policy: Where requests may go.
        scheme: What goes into ``x-skyvern-signature``.
    """

    url: str = field(repr=False)
    question: dict[str, str]
    key: Callable[[], str] = field(repr=False)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    scheme: Scheme = "v0"
    # Both as :class:`~skyvern_dagster.credentials.code_source.CodeTiming` has them.
    first_wait: float = 5.0
    every: float = 10.0
    _last: str = "it was not asked before"

    async def code(self, typed: frozenset[str]) -> str | None:
        """See :class:`CodeSource`."""
        body = json.dumps(self.question, separators=(",", ":")).encode()
        headers = signed_headers(self.key(), body, timestamp=int(time.time()), default=self.scheme)
        try:
            delivery = await post(self.url, body, headers, self.policy)
        except asyncio.CancelledError:
            self._last = f"{self._last}, then it gave no answer in time"
            raise
        if delivery.is_final:
            raise SecretError(f"totp_verification_url can't be asked: {delivery.error}")
        code = _code_of(delivery)
        self._last = _told(delivery, code, typed)
        return code if code and code not in typed else None

    def describe(self) -> str:
        """See :class:`CodeSource`."""
        return f'totp_verification_url must answer {{"verification_code": ...}}; {self._last}'


def _code_of(delivery: Delivery) -> str | None:
    if not delivery.ok:
        return None
    try:
        answer = json.loads(delivery.response_body)
    except ValueError:
        return None
    code = answer.get("verification_code") if isinstance(answer, dict) else None
    is_number = isinstance(code, int) and not isinstance(code, bool)
    return code_in(str(code)) if isinstance(code, str) or is_number else None


def _told(delivery: Delivery, code: str | None, typed: frozenset[str]) -> str:
    if delivery.status_code is None:
        return f"it gave no answer: {delivery.error}"
    if not delivery.ok:
        return f"it answered {delivery.status_code}"
    if code is None:
        return "its answer had none"
    return "it gave a code that was typed before" if code in typed else "its answer had none yet"
