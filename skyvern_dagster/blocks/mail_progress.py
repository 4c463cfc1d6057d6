"""How far a message has come: who has got it, who hasn't, and who may have.

It is noted before a message is handed over, and after: whatever ends the process in between, the
next attempt knows for whom that is unclear, and sends it to nobody a third time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.email_server import Sending

_MOST_UNCLEAR = 2
"""One sending whose end is unclear, and one repetition."""


class MailProgress(BaseModel):
    """What is known of one message.

    Attributes:
        reached: Addresses that a server has taken it for.
        unclear: Address -> how often it was handed over without an answer.
        under_way: Addresses for which it is being handed over.
    """

    model_config = ConfigDict(frozen=True)

    reached: tuple[str, ...] = ()
    unclear: dict[str, int] = {}
    under_way: tuple[str, ...] = ()

    @classmethod
    def read(cls, store: ArtifactStore, key: str) -> MailProgress:
        """What was noted; of whom it was under way, it is unclear now.

        Raises:
            ArtifactError: The store can't be read.
        """
        if not store.exists(key):
            return cls()
        return cls.model_validate_json(store.read(key)).after(Sending(), interrupted=True)

    def keep(self, store: ArtifactStore, key: str) -> MailProgress:
        """Notes it.

        Raises:
            ArtifactError: The store can't be written.
        """
        store.write(key, self.model_dump_json(indent=2).encode())
        return self

    def begun(self, addresses: Sequence[str]) -> MailProgress:
        """Before it is handed over for these."""
        return self.model_copy(update={"under_way": tuple(addresses)})

    def after(self, sending: Sending, *, interrupted: bool = False) -> MailProgress:
        """After it was handed over, or after the process ended meanwhile."""
        unclear = dict(self.unclear)
        for address in self.under_way if interrupted else sending.unclear:
            unclear[address] = unclear.get(address, 0) + 1
        return MailProgress(reached=(*self.reached, *sending.reached), unclear=unclear)

    def missing(self, addresses: Sequence[str]) -> list[str]:
        """Of these, whom it may still be sent to."""
        return [
            each
            for each in addresses
            if each not in self.reached and self.unclear.get(each, 0) < _MOST_UNCLEAR
        ]

    def given_up(self, addresses: Sequence[str]) -> list[str]:
        """Of these, whom it isn't sent to again: they may have it twice."""
        return [
            each
            for each in addresses
            if each not in self.reached and self.unclear.get(each, 0) >= _MOST_UNCLEAR
        ]

    def twice(self, addresses: Sequence[str]) -> list[str]:
        """Of these, who have it, and may have had it before."""
        return [each for each in addresses if each in self.reached and each in self.unclear]


def progress_key(place: str, identity: str) -> str:
    """Where the progress of a message is noted."""
    return f"{place}/progress/{hashlib.sha256(identity.encode()).hexdigest()[:16]}.json"
