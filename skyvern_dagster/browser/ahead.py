"""The browser that a process starts before anybody asks for one."""

from __future__ import annotations

from skyvern_dagster.browser.environment import closed_ports, network_policy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import SessionOptions

_ahead: list[BrowserRuntime] = []
"""Until somebody asks for it."""


def start_ahead() -> None:
    """Starts the browser that a resource without settings of its own will use.

    Dagster takes longer to be imported, and to begin a run, than Chromium takes to start. What
    goes wrong is told to whoever uses it.
    """
    if _ahead:
        return
    started = BrowserRuntime(closed_ports=closed_ports())
    started.start_ahead(SessionOptions().as_context_options(), network_policy())
    _ahead.append(started)


def close_ahead() -> None:
    """Closes what nobody has come to use."""
    while _ahead:
        _ahead.pop().close()


def started_ahead(wanted: BrowserRuntime) -> BrowserRuntime:
    """The browser that is there already, where it is like the one that is wanted."""
    if not _ahead:
        return wanted
    started = _ahead.pop()
    if started.is_like(wanted):
        return started
    started.close()
    return wanted
