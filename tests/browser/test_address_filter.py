"""A page in a browser that is held to the open internet reaches nothing inside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.browser.address_filter import AddressFilter
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.errors import NavigationError, NetworkPolicyError
from skyvern_dagster.resources.browser import BrowserResource
from skyvern_dagster.webhooks.address import AddressPolicy
from tests.loopback import Answering, LoopbackSite

PAGE = """<!doctype html><title>Outside</title><h1>Outside</h1>
<img src="INSIDE/img"><iframe src="INSIDE/frame"></iframe>
<link rel="stylesheet" href="INSIDE/style.css"><script src="/own.js"></script>
<script>
fetch("INSIDE/fetch", {mode: "no-cors", method: "POST", body: "x"}).catch(() => {});
new WebSocket("INSIDE/socket".replace("http", "ws"));
</script>"""


class Net:
    """A site outside, and one inside of the network, both on loopback."""

    def __init__(self) -> None:
        self.hits: dict[str, list[str]] = {"outside": [], "inside": []}
        self.sites = {name: self._site(name) for name in self.hits}
        self.outside = self.sites["outside"].url
        self.inside = f"http://localhost:{self.sites['inside'].port}"

    def _site(self, name: str) -> LoopbackSite:
        net = self

        class Handler(Answering):
            def get(self) -> None:
                net.hits[name].append(self.path)
                if self.path == "/go":
                    self.redirect(f"{net.inside}/redirected")
                else:
                    whole = PAGE.replace("INSIDE", net.inside)
                    self.page(whole if self.path == "/" else self.path)

        return LoopbackSite(Handler)


@pytest.fixture
def net() -> Iterator[Net]:
    running = Net()
    yield running
    for site in running.sites.values():
        site.stop()


@contextmanager
def opened(
    runtime: BrowserRuntime, folder: Path, policy: NetworkPolicy
) -> Iterator[BrowserSession]:
    options = SessionOptions(policy=policy)
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=folder, options=options))
    yield session
    runtime.run(session.close())


def test_no_connection_of_a_page_goes_inside(
    net: Net, runtime: BrowserRuntime, tmp_path: Path
) -> None:
    held = NetworkPolicy(allow_private=False, private_hosts=("127.0.0.1",))
    with opened(runtime, tmp_path, held) as session:
        assert runtime.run(goto(session, f"{net.outside}/")).ok
        assert "Outside" in runtime.run(session.observe()).text
        with pytest.raises(NavigationError, match="the network policy forbids it"):
            runtime.run(goto(session, f"{net.outside}/go"))
        with pytest.raises(NetworkPolicyError):
            runtime.run(goto(session, f"{net.inside}/asked"))
    assert {"/", "/own.js", "/go"} <= set(net.hits["outside"])
    assert net.hits["inside"] == []

    with opened(runtime, tmp_path, NetworkPolicy()) as session:
        runtime.run(goto(session, f"{net.outside}/"))
        runtime.run(goto(session, f"{net.outside}/go"))
    wanted = {"/img", "/frame", "/style.css", "/fetch", "/socket", "/redirected"}
    assert set(net.hits["inside"]) - {"/favicon.ico"} == wanted


async def _said(proxy: str, request: str) -> str:
    host, _, port = proxy.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.decode()


def test_a_name_is_asked_for_once_and_the_answer_is_where_it_goes(net: Net) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) > 1 else ["127.0.0.1"]

    async def ask(policy: AddressPolicy, request: str) -> str:
        proxy = AddressFilter(policy)
        try:
            return await _said(await proxy.start(), request)
        finally:
            proxy.close()

    port = net.sites["inside"].port
    get = f"GET http://shop.test:{port}/x HTTP/1.1\r\nHost: shop.test\r\n\r\n"
    tunnel = f"CONNECT shop.test:{port} HTTP/1.1\r\n\r\n"
    for request in (get, tunnel):
        asked.clear()
        policy = AddressPolicy(resolver=rebinding)
        assert asyncio.run(ask(policy, request)).startswith("HTTP/1.1 403 ")
        assert asked == ["shop.test"]
    assert net.hits["inside"] == []
    asked.clear()
    answer = asyncio.run(ask(AddressPolicy(allow_private=True, resolver=rebinding), get))
    assert "200 OK" in answer
    assert "Connection: close" in answer
    assert (asked, net.hits["inside"]) == (["shop.test"], ["/x"])


@pytest.mark.parametrize("request_text", ["", "GET\r\n\r\n", "x" * 300_000])
def test_what_is_no_request_is_not_answered_with_a_crash(request_text: str) -> None:
    crashes: list[dict[str, Any]] = []

    async def ask(host: str, port: str, text: str) -> str:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(text.encode())
        writer.write_eof()
        answer = await reader.read()
        writer.close()
        return answer.decode()

    async def both() -> tuple[str, str]:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: crashes.append(told))
        proxy = AddressFilter(AddressPolicy())
        host, _, port = (await proxy.start()).removeprefix("http://").partition(":")
        odd = await ask(host, port, request_text)
        plain = await ask(host, port, "GET / HTTP/1.1\r\n\r\n")
        proxy.close()
        return odd, plain

    odd, plain = asyncio.run(both())
    assert odd == ""
    assert plain.startswith("HTTP/1.1 403")
    assert crashes == []


@pytest.mark.parametrize(
    ("field", "variable", "allowed"),
    [
        (None, "", True),
        (None, "0", False),
        (None, "1", True),
        (True, "0", True),
        (False, "1", False),
    ],
)
def test_the_resource_says_which_addresses(
    monkeypatch: pytest.MonkeyPatch, field: bool | None, variable: str, allowed: bool
) -> None:
    monkeypatch.setenv("SKYVERN_BROWSER_ALLOW_PRIVATE", variable)
    monkeypatch.setenv("SKYVERN_BROWSER_PRIVATE_HOSTS", "intranet, 10.0.0.1")
    policy = BrowserResource(allow_private_addresses=field).policy()
    assert policy == NetworkPolicy(allow_private=allowed, private_hosts=("intranet", "10.0.0.1"))
