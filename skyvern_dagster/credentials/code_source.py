"""Where one-time codes come from while a task waits for one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from skyvern_dagster.errors import SecretError

_MOST_SECONDS = 1e6
"""Eleven days: a slip of the keyboard, or ``inf``."""
_LEAST_SECONDS = 0.05
"""0 means as often as can be, without a loop that takes a whole core."""


class CodeSource(Protocol):
    """Gives codes that come from outside, one at a time."""

    @property
    def first_wait(self) -> float:
        """Seconds before it is asked for the first time: a code that is on its way is newer."""
        ...

    @property
    def every(self) -> float:
        """Seconds between two questions."""
        ...

    async def code(self, typed: frozenset[str]) -> str | None:
        """The newest code that has not been typed yet; ``None`` while there is none.

        Raises:
            SecretError: There never will be one.
        """
        ...

    def describe(self) -> str:
        """Why there is none yet, as far as that is known, and who should send one."""
        ...


@dataclass(frozen=True)
class CodeTiming:
    """How long and how often codes are waited for.

    Skyvern waits 40 s before it first asks an address, then asks every 10 s for 5 minutes, in its
    newer versions for 15 (docs/contract.md#verification-url). Ours asks sooner: whoever answers
    with an old code at first is asked again when the site has refused it.

    Attributes:
        first_wait: Seconds before an address is first asked.
        every: Seconds between two questions to an address.
        pushed_every: Seconds between two looks at pushed codes.
        patience: Seconds that a task waits in all.
    """

    # Messages take seconds to come; an answer with an old code costs a refused login.
    first_wait: float = 5.0
    # Skyvern's, as its five minutes below.
    every: float = 10.0
    pushed_every: float = 1.0
    patience: float = 300.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> CodeTiming:
        """``SKYVERN_TOTP_FIRST_WAIT``, ``SKYVERN_TOTP_EVERY``, ``SKYVERN_TOTP_PATIENCE``: seconds.

        Raises:
            SecretError: One of them is no number of seconds.
        """
        given = os.environ if environment is None else environment
        default = cls()
        return cls(
            first_wait=_seconds(given, "SKYVERN_TOTP_FIRST_WAIT", default.first_wait),
            every=_seconds(given, "SKYVERN_TOTP_EVERY", default.every),
            pushed_every=default.pushed_every,
            patience=_seconds(given, "SKYVERN_TOTP_PATIENCE", default.patience),
        )


class CodeWaiter:
    """Waits for the codes of one task: no code twice, and no longer than patience lasts.

    Args:
        source: Asked again and again.
        patience: Seconds for all codes of the task together.
    """

    def __init__(self, source: CodeSource, patience: float) -> None:
        self._source = source
        self._left = patience
        self._typed: frozenset[str] = frozenset()

    async def next_code(self) -> str:
        """A code that this task has not typed yet. Cancel it at any time.

        Raises:
            SecretError: None has come in time, or none ever will.
        """
        started = time.monotonic()
        try:
            return await self._next(started + self._left)
        finally:
            self._left -= time.monotonic() - started

    async def _next(self, deadline: float) -> str:
        wait = 0.0 if self._typed else self._source.first_wait
        while True:
            if time.monotonic() + wait > deadline:
                raise SecretError(f"no one-time code has come in time: {self._source.describe()}")
            await asyncio.sleep(wait)
            code = await self._asked(deadline)
            if code:
                self._typed |= {code}
                return code
            wait = self._source.every

    async def _asked(self, deadline: float) -> str | None:
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0.01)):
                return await self._source.code(self._typed)
        except TimeoutError:
            return None


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, "").strip()
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < _MOST_SECONDS:
        raise SecretError(f"{name} must be a number of seconds, not {text!r}")
    return max(seconds, _LEAST_SECONDS)
