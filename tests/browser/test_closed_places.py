"""No page reaches the deployment that runs it, in the mode in which all addresses are open."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator

import pytest

from skyvern_dagster.browser.closed_switches import closed_switches
from skyvern_dagster.browser.fetching import fetch_content
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.errors import BrowserError
from tests.browser.test_chromium import executable_of
from tests.loopback import Answering, LoopbackSite, bound

PAGE = """<!doctype html><title>Outside</title><h1>Outside</h1>
<img src="OWN/img"><iframe src="OWN/frame"></iframe><iframe src="/go?to=OWN/sent"></iframe>
<link rel="stylesheet" href="OWN/style.css">
<form method="post" target="f" action="OWN/graphql"><input name="query" value="mutation"></form>
<iframe name="f"></iframe>
<script>
fetch("OWN/fetch", {mode: "no-cors", method: "POST", body: "x"}).catch(() => {});
navigator.sendBeacon("OWN/beacon", "x");
new WebSocket("OWN/socket".replace("http", "ws"));
new Worker(URL.createObjectURL(new Blob(["fetch(\'OWN/worker\', {mode: \'no-cors\'})"])));
document.forms[0].submit();
</script>"""


class _Own(Answering):
    def get(self) -> None:
        self.site.append(self.path)
        self.page("<h1>Dagster</h1>")

    post = get
    site: list[str]


class _Outside(Answering):
    def get(self) -> None:
        to = self.path.partition("?to=")[2]
        if to:
            self.redirect(to)
        elif not self.path.startswith("/http:"):
            self.page("<h1>Outside</h1>")
        else:
            self.page(PAGE.replace("OWN", self.path.strip("/").replace("_", "/")))


@pytest.fixture(scope="module")
def hits() -> list[str]:
    return []


@pytest.fixture(scope="module")
def own(hits: list[str]) -> Iterator[LoopbackSite]:
    with LoopbackSite(bound(_Own, hits)) as site:
        yield site


@pytest.fixture(scope="module")
def session(own: LoopbackSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visiting]:
    folder = tmp_path_factory.mktemp("files")
    options = SessionOptions(policy=NetworkPolicy(closed_ports=(own.port,)))
    with BrowserRuntime(closed_ports=(own.port,)) as runtime:
        opened = BrowserSession.open(runtime, downloads_dir=folder, options=options)
        yield Visiting(runtime, runtime.run(opened))


@pytest.fixture(scope="module")
def attached(own: LoopbackSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visiting]:
    """A session in a browser that somebody else has started, without any switch of ours."""
    with BrowserRuntime() as owner:
        executable = owner.run(executable_of(owner))
    folder = tmp_path_factory.mktemp("attached")
    switches = ["--headless", "--no-sandbox", "--remote-debugging-port=0"]
    with subprocess.Popen(
        [executable, *switches, f"--user-data-dir={folder}"], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "DevTools listening on" in line)
            options = SessionOptions(policy=NetworkPolicy(closed_ports=(own.port,)))
            url = line.rpartition(" ")[2].strip()
            with BrowserRuntime(url, closed_ports=(own.port,)) as runtime:
                opened = BrowserSession.open(runtime, downloads_dir=folder / "f", options=options)
                yield Visiting(runtime, runtime.run(opened))
        finally:
            process.kill()


class Visiting:
    def __init__(self, runtime: BrowserRuntime, session: BrowserSession) -> None:
        self.runtime = runtime
        self.session = session

    def goto(self, url: str) -> None:
        self.runtime.run(goto(self.session, url))


HOSTS = ["127.0.0.1", "localhost", "a.localhost", "127.8.8.8", "[::ffff:127.0.0.1]", "0.0.0.0", "0"]


@pytest.mark.parametrize("host", [*HOSTS, socket.gethostname()])
def test_no_way_leads_there(
    session: Visiting, own: LoopbackSite, hits: list[str], host: str
) -> None:
    with LoopbackSite(_Outside) as outside:
        session.goto(f"{outside.url}/http:__{host}:{own.port}")
        assert "Outside" in session.runtime.run(session.session.observe()).text
        for url in (f"http://{host}:{own.port}/", f"{outside.url}/?to=http://{host}:{own.port}/"):
            with pytest.raises(BrowserError):
                session.goto(url)
            with pytest.raises(BrowserError):
                session.runtime.run(fetch_content(session.session, url))
    assert hits == []


@pytest.mark.long
def test_nor_in_a_browser_that_is_attached_to(
    attached: Visiting, own: LoopbackSite, hits: list[str]
) -> None:
    """But for a WebSocket: Dagster's webserver looks at its Origin itself."""
    with LoopbackSite(_Outside) as outside:
        for host in ("127.0.0.1", "localhost", socket.gethostname()):
            attached.goto(f"{outside.url}/http:__{host}:{own.port}")
            assert "Outside" in attached.runtime.run(attached.session.observe()).text
            with pytest.raises(BrowserError):
                attached.goto(f"{outside.url}/?to=http://{host}:{own.port}/")
    reached = [each for each in hits if each != "/socket"]
    hits.clear()
    assert reached == []


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/", "http://0xa9fea9fe/", "http://[::ffff:a9fe:a9fe]/",
     "http://metadata.google.internal/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"],
)  # fmt: skip
def test_nor_to_the_metadata_service(session: Visiting, url: str) -> None:
    with LoopbackSite(_Outside) as outside:
        for each in (url, f"{outside.url}/?to={url}"):
            with pytest.raises(BrowserError, match=r"may not be opened|forbids"):
                session.goto(each)


def test_the_rest_of_the_machine_stays_open(session: Visiting) -> None:
    with LoopbackSite(_Outside) as outside:
        session.goto(f"{outside.url}/x")
    assert "Outside" in session.runtime.run(session.session.observe()).text


def test_a_proxy_of_the_network_is_left_in_place() -> None:
    switches = closed_switches((3000,), "http://127.0.0.1:1", {"https_proxy": "http://proxy:3128"})
    assert len(switches) == 1
    assert "MAP 127.*:3000 ~NOTFOUND" in switches[0]
