"""Questions about a page's main document that leave no snapshot in Playwright's trace."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from skyvern_dagster.browser.isolated_world import answer_of
from skyvern_dagster.browser.page_snapshot import page_snapshot
from tests.browser.visit import Visit

_PAGE = """<title>Orders</title><button>Pay</button><p>One order</p>
<iframe srcdoc="<button>Inner</button>"></iframe>"""


def _asked(visit: Visit, question: str, ref: str = "", engine: str = "skyvern-target") -> object:
    told = visit.run(answer_of(visit.session.page, engine, question, ref))
    return None if told is None else json.loads(told)


def _served(visit: Visit, html: str) -> None:
    visit.open("/whoami")
    visit.run(visit.session.page.set_content(html))


def test_an_element_of_the_main_document_is_asked(visit: Visit) -> None:
    _served(visit, _PAGE)
    ref = visit.ref("Pay")
    told = _asked(visit, "describe", ref)
    assert isinstance(told, dict)
    assert (told["tag"], told["label"]) == ("button", "Pay")
    assert _asked(visit, "describe", "e999") is None


def test_other_frames_are_asked_as_ever(visit: Visit) -> None:
    _served(visit, _PAGE)
    assert _asked(visit, "describe", visit.ref("Inner", "button")) is None
    assert "Inner" in visit.click("Inner", "button").message


def test_a_document_answers_once_its_engines_are_there(visit: Visit) -> None:
    visit.open("/whoami")
    visit.look()
    assert isinstance(_asked(visit, "early", engine="skyvern"), dict)


def test_the_page_that_is_shown_answers_and_not_the_one_before(visit: Visit) -> None:
    visit.open("/cookie")
    before = visit.run(page_snapshot(visit.session.page))
    visit.open("/storage?filled")
    there = visit.run(page_snapshot(visit.session.page))
    visit.run(visit.session.page.go_back())
    again = visit.run(page_snapshot(visit.session.page))
    assert before.fingerprint == again.fingerprint != there.fingerprint
    told = _asked(visit, "full", engine="skyvern-state")
    assert isinstance(told, dict)
    assert told["fingerprint"] == again.fingerprint


def test_the_trace_keeps_what_was_done_and_no_questions(visit: Visit, tmp_path: Path) -> None:
    tracing = visit.session.page.context.tracing
    visit.run(tracing.start(snapshots=True))
    _served(visit, _PAGE)
    for _ in range(3):
        visit.click("Pay")
    visit.run(tracing.stop(path=tmp_path / "trace.zip"))
    with zipfile.ZipFile(tmp_path / "trace.zip") as trace:
        events = [json.loads(line) for line in trace.read("trace.trace").splitlines()]
    methods = [event["method"] for event in events if event["type"] == "before"]
    assert methods.count("click") == 3
    asked = [
        event["params"]["selector"] for event in events if event.get("method") == "textContent"
    ]
    assert not [each for each in asked if "describe" in each]
