"""A proxy of this process for libraries that look a host up by themselves.

Between the look at an address that a definition names and the connection, a name may have changed
its address (DNS rebinding): the proxy asks once, and connects to what it has checked.
"""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache

from skyvern_dagster.browser.address_filter import AddressFilter
from skyvern_dagster.webhooks.address import AddressPolicy

_START_SECONDS = 10.0
"""For a thread to begin to listen on loopback, on a busy machine."""


@lru_cache(maxsize=8)
def checked_proxy(policy: AddressPolicy) -> str:
    """Address of a proxy that connects where a policy allows; it lives as long as the process.

    A process has one policy, or a few: settings of its own and those of definitions.

    Raises:
        TimeoutError: It doesn't begin to listen.
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="checked-proxy", daemon=True).start()
    starting = asyncio.run_coroutine_threadsafe(AddressFilter(policy).start(), loop)
    return starting.result(_START_SECONDS)
