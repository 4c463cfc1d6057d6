"""The settings of webhooks, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from skyvern_dagster.errors import OutgoingError
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.delivery import TIMEOUT_SECONDS
from skyvern_dagster.webhooks.schedule import RetrySchedule
from skyvern_dagster.webhooks.signature import Scheme

_BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
    "": False,
}


@dataclass(frozen=True)
class WebhookSettings:
    """How webhooks are sent.

    Attributes:
        scheme: What goes into ``x-skyvern-signature``; the other one has a header of its own.
        send_canceled: Whether a canceled run is reported, too (the first documents say no).
        policy: Where they may go.
        retries: When one is tried again.
        timeout: Seconds for an attempt as a whole.
    """

    scheme: Scheme = "v0"
    send_canceled: bool = False
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    retries: RetrySchedule = field(default_factory=RetrySchedule)
    timeout: float = TIMEOUT_SECONDS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> WebhookSettings:
        """``SKYVERN_WEBHOOK_SIGNATURE`` (v0, body), ``_CANCELED``, and :func:`policy_from`.

        Raises:
            OutgoingError: A variable has a value that it can't have.
        """
        given = os.environ if environment is None else environment
        scheme = given.get("SKYVERN_WEBHOOK_SIGNATURE", "").strip().lower() or "v0"
        if scheme not in ("v0", "body"):
            raise OutgoingError(f"SKYVERN_WEBHOOK_SIGNATURE must be v0 or body, not {scheme!r}")
        return cls(
            scheme="body" if scheme == "body" else "v0",
            send_canceled=_boolean(given, "SKYVERN_WEBHOOK_CANCELED"),
            policy=policy_from(given),
        )


def policy_from(environment: Mapping[str, str] | None = None) -> AddressPolicy:
    """Where requests to users' addresses may go.

    ``SKYVERN_WEBHOOK_ALLOW_PRIVATE`` (true: anywhere) and ``SKYVERN_WEBHOOK_ALLOWED_HOSTS`` (hosts
    that may be in a private network, with commas between them).

    Raises:
        OutgoingError: A variable has a value that it can't have.
    """
    given = os.environ if environment is None else environment
    hosts = given.get("SKYVERN_WEBHOOK_ALLOWED_HOSTS", "").split(",")
    return AddressPolicy(
        allow_private=_boolean(given, "SKYVERN_WEBHOOK_ALLOW_PRIVATE"),
        allowed_hosts=tuple(host.strip() for host in hosts if host.strip()),
    )


def _boolean(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").strip().lower()
    if value not in _BOOLEANS:
        raise OutgoingError(f"{name} must be true or false, not {value!r}")
    return _BOOLEANS[value]
