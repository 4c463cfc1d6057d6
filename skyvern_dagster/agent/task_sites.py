"""The sites that a task is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.addresses.site import host_of, is_within, same_site
from skyvern_dagster.agent.planner import Goal

_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class TaskSites:
    """Where a task belongs.

    Attributes:
        home_url: Where it began.
        named: Hosts that its goal or its parameters name.
        trusted: Hosts that its credentials may be used on.
    """

    home_url: str
    named: frozenset[str] = frozenset()
    trusted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, home_url: str, goal: Goal, trusted: Iterable[str] = ()) -> TaskSites:
        """Reads the hosts that a goal names, in its texts or its payload."""
        told = [goal.navigation_goal, goal.data_extraction_goal, *_texts(goal.payload)]
        named = {host_of(f"https://{host}") for text in told for host in _HOST.findall(text)}
        named |= {host_of(text) for text in told if "://" in text}
        return cls(home_url, frozenset(named - {""}), frozenset(trusted))

    @property
    def home(self) -> str:
        """The host where the task began."""
        return host_of(self.home_url)

    def has(self, url: str) -> bool:
        """Whether an address belongs to the task: its site, or a host that it names."""
        return self.trusts(url) or self._is_among(url, self.named)

    def trusts(self, url: str) -> bool:
        """Whether a secret may go there: the task's site, or a host of its credentials."""
        return same_site(url, self.home_url) or self._is_among(url, self.trusted)

    def how_to_allow(self) -> str:
        """What whoever wrote the task can do about a refusal."""
        return (
            f"the task began at {self.home or self.home_url[:60]}; name the host in the goal, the "
            "parameters or a credential's allowed_hosts if the task needs it"
        )

    def _is_among(self, url: str, hosts: frozenset[str]) -> bool:
        host = host_of(url)
        return bool(host) and any(is_within(host, each) for each in hosts)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _:
            return
