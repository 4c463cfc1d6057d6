"""When a webhook is tried again, and when no more."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from skyvern_dagster.addresses.http_status import may_pass
from skyvern_dagster.webhooks.delivery import Delivery


@dataclass(frozen=True)
class RetrySchedule:
    """Doubling waits with jitter, until a day has passed.

    Attributes:
        first: Seconds before the second attempt; doubled for each one after it.
        longest: Seconds between two attempts at most, unless the receiver asks for more.
        give_up_after: Since the first attempt; one is still made after it.
        jitter: Gives a number from 0 to 1. Waits are drawn from the upper half of their range, so
            that the webhooks of a receiver that was down don't all come at one moment.
    """

    first: float = 1.0
    # Arbitrary: a receiver that is back after a day gets its webhooks within the hour.
    longest: float = 3600.0
    # A day (docs/contract.md#delivery): a night's failure is mended in the morning.
    give_up_after: timedelta = timedelta(hours=24)
    jitter: Callable[[], float] = random.random

    def next_attempt(
        self, delivery: Delivery, *, attempts: int, first_at: datetime, now: datetime
    ) -> datetime | None:
        """When to try again after a failed attempt; ``None`` to give up.

        Args:
            delivery: How the attempt went.
            attempts: How many there have been, this one included.
            first_at: When the first one was made.
            now: When this one was made.
        """
        if not may_be_retried(delivery) or now - first_at >= self.give_up_after:
            return None
        return now + timedelta(seconds=self.wait(attempts, delivery.retry_after))

    def wait(self, attempts: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failed attempts.

        What the receiver asks for counts, up to the time when this would be given up.
        """
        longest = min(self.longest, self.first * 2.0 ** min(attempts - 1, 60))
        own = longest * (0.5 + self.jitter() / 2)
        return max(own, min(retry_after or 0.0, self.give_up_after.total_seconds()))


def may_be_retried(delivery: Delivery) -> bool:
    """Whether the same message may be taken at another time.

    No answer, 408, 425, 429 and 5xx may go away. Another 4xx says that this message is not wanted,
    and a redirect leads to an address that nobody has checked: those are for a person to look at,
    who can send the webhook again by hand.
    """
    if delivery.is_final:
        return False
    code = delivery.status_code
    return code is None or may_pass(code)
