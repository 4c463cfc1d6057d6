"""``extra_http_headers`` go to the task's own site and to no other, and are kept nowhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from skyvern_dagster.agent.decisions import Complete, Download
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.errors import BrowserError, SecretError
from tests.agent.errand import PASSWORD, Errand
from tests.blocks.web import Answer, Received, WebServer, web_server

HTML = {"content-type": "text/html"}
TOKEN = "Tk-9911-vf-header"
HEADERS = {"X-Api-Key": TOKEN, "X-Shop": "a", "X-Login": "secret://login/password"}


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[WebServer, WebServer]]:
    """A site, and another one that its page has a picture, a script's request and a way to."""
    with web_server() as home, web_server() as away:
        # Names of two sites: one machine has but one address of its own.
        foreign = away.url.replace("127.0.0.1", "localhost")
        page = f"""<h1>Shop</h1><img src="{foreign}/picture"><img src="/moved">
          <iframe src="/inside"></iframe><a href="/file.csv">Orders</a>
          <script>fetch("/own").then(() => fetch("{foreign}/asked", {{mode: "no-cors"}}))
            .finally(() => document.body.append("all asked"))</script>"""
        home.answers = {
            "/": Answer(page.encode(), headers={**HTML, "set-cookie": "a=1"}),
            "/own": Answer(b"{}"),
            "/inside": Answer(b"<p>Inside</p>", headers=HTML),
            "/moved": Answer(status=302, headers={"location": f"{foreign}/moved"}),
            "/file.csv": Answer(b"a,b\n1,2\n", headers={"content-type": "text/csv"}),
        }
        away.answers = {path: Answer(b"") for path in ("/picture", "/asked", "/moved")}
        yield home, away


def _sent(came: Received) -> tuple[str | None, ...]:
    return tuple(came.headers.get(name.lower()) for name in HEADERS)


def _kept(errand: Errand) -> Iterator[tuple[str, bytes]]:
    """Everything on record, with what lies in archives."""
    for key in errand.store.keys("runs"):
        content = errand.store.read(key)
        yield key, content
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield f"{key}/{name}", archive.read(name)


def test_only_the_tasks_own_site_is_sent_them(
    errand: Errand, shop: tuple[WebServer, WebServer]
) -> None:
    home, away = shop
    errand.site_url = home.url

    def take(request: PlanRequest) -> list[Download]:
        nodes = request.observation.root.walk()
        return [Download(ref=next(str(n.ref) for n in nodes if n.role == "link"))]

    result = errand.script("/", [take, [Complete()]], headers=HEADERS, trace="on")
    assert result.status == "completed", result.failure_reason
    assert result.files[0].filename == "file.csv"
    asked = {came.path: came for came in home.received if came.path != "/favicon.ico"}
    assert {"/", "/own", "/inside", "/moved", "/file.csv"} <= set(asked)
    wanted = (TOKEN, "a", PASSWORD)
    assert {path: _sent(came) for path, came in asked.items()} == dict.fromkeys(asked, wanted)
    assert asked["/own"].headers["cookie"] == "a=1"
    foreign = {came.path: _sent(came) for came in away.received}
    assert {"/picture", "/moved", "/asked"} <= set(foreign)
    assert set(foreign.values()) == {(None, None, None)}
    kept = dict(_kept(errand))
    assert any(name.endswith(".network") for name in kept)
    for name, content in kept.items():
        assert TOKEN.encode() not in content, name
        assert PASSWORD.encode() not in content, name


def test_what_is_for_other_hosts_is_left_out_and_what_is_missing_fails(errand: Errand) -> None:
    with pytest.raises(SecretError, match="nothing"):
        errand.script("/index", [[Complete()]], headers={"X-Api-Key": "secret://nothing"})
    with pytest.raises(BrowserError, match="no header"):
        errand.script("/index", [[Complete()]], headers={"X Api": "a"})


def test_pages_see_the_time_zone(errand: Errand, shop: tuple[WebServer, WebServer]) -> None:
    home, _ = shop
    errand.site_url = home.url
    page = b"<p></p><script>document.querySelector('p').textContent ="
    page += b" Intl.DateTimeFormat().resolvedOptions().timeZone</script>"
    home.answers["/zone"] = Answer(page, headers=HTML)
    seen: list[str] = []

    def look(request: PlanRequest) -> list[Complete]:
        seen.append(request.observation.text)
        return [Complete()]

    result = errand.script("/zone", [look], time_zone="Pacific/Auckland")
    assert result.status == "completed", result.failure_reason
    assert "Pacific/Auckland" in seen[0]
