"""Starts the processes of a deployment again that have ended by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from skyvern_dagster.deployment.service import Service

_FIRST_SECONDS = 0.5
"""Arbitrary: a process that was killed once is up again in no time."""

_LONGEST_SECONDS = 30.0
"""Arbitrary: one that can't live (a full disk, a broken definition) is tried twice a minute, which
costs little, and is there soon after the reason has gone."""

_LIVED_SECONDS = 60.0
"""Arbitrary: one that was up for a minute had started well; its next end is a new one."""


@dataclass
class _Ended:
    """What is known of a service's ends.

    Attributes:
        times: How often it has ended in a row.
        due: When it is started again; ``None`` while it is up.
        started: When it was started last.
    """

    times: int = 0
    due: float | None = None
    started: float = 0.0


@dataclass
class Supervisor:
    """Looks after services.

    Attributes:
        note: Told what has happened, in sentences.
        before: What is done before a service of that name is started again.
        clock: Monotonic seconds.
    """

    services: Sequence[Service]
    note: Callable[[str], None]
    before: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    _ends: dict[str, _Ended] = field(default_factory=dict)

    def look(self) -> None:
        """Starts those again that have ended and whose time has come."""
        for service in self.services:
            known = self._ends.setdefault(service.name, _Ended(started=self.clock()))
            if service.has_ended and known.due is None:
                self._plan(service, known)
            if known.due is not None and self.clock() >= known.due:
                self._start(service, known)

    def _plan(self, service: Service, known: _Ended) -> None:
        lived = self.clock() - known.started
        known.times = 1 if lived >= _LIVED_SECONDS else known.times + 1
        wait = min(_FIRST_SECONDS * 2 ** (known.times - 1), _LONGEST_SECONDS)
        known.due = self.clock() + wait
        again = "" if known.times == 1 else f" (for the {known.times}. time in a row)"
        self.note(
            f"{service.name} ended with status {service.process.returncode}{again}; starting it "
            f"again in {wait:g} s; see {service.log}"
        )

    def _start(self, service: Service, known: _Ended) -> None:
        known.due, known.started = None, self.clock()
        self.before(service.name)
        service.start_again()
