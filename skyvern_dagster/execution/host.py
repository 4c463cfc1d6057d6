"""What a run needs of whoever carries it out: Dagster, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from skyvern_dagster.ids import new_id


class RunHost(Protocol):
    """Who carries a run out."""

    @property
    def attempt(self) -> str:
        """Names this attempt at the run: Dagster's run id."""
        ...

    @property
    def tags(self) -> Mapping[str, str]:
        """The run's tags, as whoever started it has set them, and as :meth:`tag` has."""
        ...

    @property
    def goes_on(self) -> bool:
        """Whether this is the run that the tags name, rather than a repetition of it."""
        ...

    @property
    def ancestors(self) -> Sequence[Mapping[str, str]]:
        """The tags of the runs that this one re-executes."""
        ...

    @property
    def approved(self) -> bool:
        """Whether a person has made a paused run go on."""
        ...

    def log(self, line: str) -> None:
        """Says what happens, to people who watch; secrets have been taken out."""
        ...

    def tag(self, tags: Mapping[str, str]) -> None:
        """Sets tags by which the run is found and its ending is known."""
        ...


def _ignored(_: str) -> None:
    return None


@dataclass
class NoHost:
    """Nobody: a run without Dagster, as tests and a sensor's look at a portal are."""

    attempt: str = field(default_factory=lambda: new_id("wr"))
    tags: dict[str, str] = field(default_factory=dict)
    goes_on: bool = True
    ancestors: tuple[Mapping[str, str], ...] = ()
    approved: bool = False
    write: Callable[[str], None] = _ignored

    def log(self, line: str) -> None:
        """See :class:`RunHost`."""
        self.write(line)

    def tag(self, tags: Mapping[str, str]) -> None:
        """See :class:`RunHost`."""
        self.tags.update(tags)
