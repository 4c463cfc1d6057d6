"""Files that a page hands to its server, while the session's rules see every request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser import actions
from skyvern_dagster.browser.page_request import PageRequest, RequestRules
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from tests.browser.visit import Visit
from tests.loopback import Answering, LoopbackSite, bound

CONTENT = b"%PDF-1.4 the paper\xff\x00"
WAYS = {
    "the file itself": "send(file)",
    "a form's data": "send(parts)",
    "fetch": "fetch('/take', {method: 'POST', body: parts}).then(shown, shown)",
    "a form": "document.forms[0].submit()",
}
PAGE = """<form method=post action=/take enctype=multipart/form-data>
<input name=note value=hello><label>Paper <input type=file name=paper></label></form><p></p>
<script>
const shown = () => document.querySelector("p").textContent = "The file has arrived"
document.querySelector("[type=file]").onchange = ({target}) => {
  const file = target.files[0], parts = new FormData(document.forms[0])
  const send = body => {
    const request = new XMLHttpRequest()
    request.open("POST", "/take")
    request.onloadend = shown
    request.send(body)
  }
  WAY
}
</script>"""


class Office(LoopbackSite):
    """Takes files; ``way`` is how its page gives them."""

    def __init__(self) -> None:
        self.way = ""
        self.taken: list[bytes] = []
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    site: Office

    def get(self) -> None:
        self.page(PAGE.replace("WAY", self.site.way))

    def post(self) -> None:
        self.site.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.page("<p>The file has arrived</p>")


class Seeing(RequestRules):
    """Sees every request; ``seen`` are those that send something, ``broken`` how it judges."""

    def __init__(self, *, broken: bool = False) -> None:
        self.seen: list[PageRequest] = []
        self._broken = broken

    @property
    def watches_all(self) -> bool:
        return True

    def refusal(self, request: PageRequest) -> str | None:
        if request.sends:
            self.seen.append(request)
            if self._broken:
                raise ValueError("these rules can't judge that")
        return None


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as running:
        yield running


@pytest.fixture
def session(runtime: BrowserRuntime, tmp_path: Path) -> Iterator[BrowserSession]:
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path / "files"))
    yield session
    runtime.run(session.close())


@pytest.mark.parametrize("way", WAYS)
def test_a_file_arrives(
    runtime: BrowserRuntime, session: BrowserSession, office: Office, tmp_path: Path, way: str
) -> None:
    rules = Seeing()
    result = _give(Visit(runtime, session, office), office, rules, tmp_path, way)  # type: ignore[arg-type]
    assert result.ok, result
    assert "The file has arrived" in runtime.run(session.page.inner_text("body"))
    assert CONTENT in office.taken[0]
    assert [each.is_whole for each in rules.seen] == [False]
    assert ("hello" in rules.seen[0].body) == (way != "the file itself")


def test_what_cannot_be_judged_fails_at_once(
    runtime: BrowserRuntime, session: BrowserSession, office: Office, tmp_path: Path
) -> None:
    rules = Seeing(broken=True)
    _give(Visit(runtime, session, office), office, rules, tmp_path, "a form's data")  # type: ignore[arg-type]
    shown = runtime.run(session.page.inner_text("p"))
    assert shown == "The file has arrived"  # its script was told that the request is over
    assert not office.taken


def _give(visit: Visit, office: Office, rules: Seeing, folder: Path, way: str) -> ActionResult:
    office.way = WAYS[way]
    file = folder / "paper.pdf"
    file.write_bytes(CONTENT)
    visit.run(visit.session.obey(rules))
    visit.open(office.url)
    return visit.run(actions.upload_file(visit.session, visit.ref("Paper", "button"), file))
