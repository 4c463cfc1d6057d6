from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser import navigation
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.errors import NavigationError, NetworkPolicyError
from tests.browser.site import Site
from tests.browser.visit import Visit


def closed_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def test_goto_tells_where_it_got(visit: Visit) -> None:
    result = visit.open("/redirect?to=/other")
    assert result.ok
    assert result.url_after == visit.site.url + "/other"
    assert visit.run(navigation.goto(visit.session, "/")).url_after == visit.site.url + "/"


@pytest.mark.parametrize(
    "to",
    ["view-source:http://127.0.0.1/", "mailto:x@shop.example", "javascript:alert(1)", "about:x"],
)
def test_a_redirect_to_no_page_is_no_page(visit: Visit, to: str) -> None:
    visit.open("/other")
    with pytest.raises(NavigationError, match="could not be opened"):
        visit.open(f"/redirect?to={to}")


def test_a_busy_server_is_asked_again(visit: Visit) -> None:
    visit.site.failures_left["/busy-twice"] = 2
    before = visit.site.hits["/busy-twice"]
    visit.open("/busy-twice")
    assert visit.site.hits["/busy-twice"] - before == 3
    assert visit.look().http_status == 404


def test_a_server_that_stays_busy_is_told(visit: Visit) -> None:
    before = visit.site.hits["/status/503"]
    result = visit.open("/status/503")
    assert not result.ok
    assert result.error.startswith("HTTP 503")
    assert visit.site.hits["/status/503"] - before == 3


def test_a_client_error_is_a_page_like_any_other(visit: Visit) -> None:
    assert visit.open("/status/403").ok
    assert visit.look().http_status == 403


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://no-such-host.invalid/", "host name is unknown"),
        ("http://127.0.0.1:9/", "its port is one that browsers refuse"),
        ("http://127.0.0.1:{closed}/", "the server refuses connections"),
    ],
)
def test_places_that_can_not_be_reached(visit: Visit, address: str, reason: str) -> None:
    address = address.format(closed=closed_port())
    visit.open("/")
    with pytest.raises(NavigationError) as caught:
        visit.open(address)
    assert address in str(caught.value)
    assert "Call log" not in str(caught.value)
    assert reason in str(caught.value)
    assert visit.look().title == "Index"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "chrome://version", "ftp://x/y"])
def test_only_web_addresses(visit: Visit, address: str) -> None:
    with pytest.raises(NetworkPolicyError, match="only http, https"):
        visit.open(address)


def test_back(visit: Visit) -> None:
    visit.open("/")
    visit.click("Other page", "link")
    assert visit.run(navigation.back(visit.session)).ok
    assert visit.path == "/"


@pytest.fixture
def confined(runtime: BrowserRuntime, site: Site, tmp_path: Path) -> Iterator[Visit]:
    options = SessionOptions(policy=NetworkPolicy(allowed_domains=("localhost",)))
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path, options=options))
    yield Visit(runtime, session, site)
    runtime.run(session.close())


def local(site: Site, path: str) -> str:
    return f"http://localhost:{site.port}{path}"


def test_domains_are_kept_to_at_once(confined: Visit) -> None:
    assert confined.open(local(confined.site, "/")).ok
    with pytest.raises(NetworkPolicyError, match="not one of the allowed domains"):
        confined.open("/")


@pytest.mark.parametrize("how", ["link", "redirect", "tab"])
def test_domains_are_kept_to_on_every_way(confined: Visit, how: str) -> None:
    confined.open(local(confined.site, "/"))
    hits = confined.site.hits["/other"]
    outside = confined.site.url + "/other"
    address = local(confined.site, f"/redirect?to={outside}") if how == "redirect" else outside
    target = "_blank" if how == "tab" else ""
    confined.evaluate(
        f"() => {{ document.body.innerHTML = `<a href='{address}' target='{target}'>out</a>` }}"
    )
    result = confined.click("out")
    assert not result.ok
    assert "not one of the allowed domains" in result.error
    assert confined.site.hits["/other"] == hits
    assert confined.look().title == "Index"


def test_domains_are_kept_to_by_downloads(confined: Visit) -> None:
    confined.open(local(confined.site, "/"))
    assert "allowed domains" in confined.fetch("/files/a.pdf").error
    address = local(confined.site, f"/redirect?to={confined.site.url}/files/a.pdf")
    assert "allowed domains" in confined.fetch(address).error


def test_other_sessions_are_not_confined(confined: Visit, visit: Visit) -> None:
    assert visit.open("/other").ok
    assert confined.open(local(confined.site, "/other")).ok
