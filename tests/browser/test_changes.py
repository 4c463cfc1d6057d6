"""What an action's result tells: dialogs, tabs, texts, and how long it was waited."""

from __future__ import annotations

import contextlib
import time

import pytest
from playwright.async_api import Error

from skyvern_dagster.browser import navigation
from tests.browser.visit import Visit


@pytest.mark.parametrize(
    ("name", "message", "title"),
    [("alert", "Saved", "Events"), ("confirm", "Delete?", "true"), ("prompt", "Name?", "null")],
)
def test_dialogs_are_answered_and_told(visit: Visit, name: str, message: str, title: str) -> None:
    visit.open("/events")
    assert visit.click(name).dialog == message
    page = visit.look()
    assert page.dialogs == (message,)
    assert page.title == title
    assert visit.look().dialogs == ()
    assert visit.click("nothing").dialog == ""


def test_a_new_tab_becomes_current_and_falls_back(visit: Visit) -> None:
    visit.open("/events")
    result = visit.click("tab")
    assert (result.new_tab, result.url_after) == (True, visit.site.url + "/other")
    page = visit.look()
    assert (page.title, [tab.current for tab in page.tabs]) == ("Other", [False, True])
    assert page.http_status == 200
    assert visit.run(navigation.switch_tab(visit.session, 0)).ok
    assert visit.look().title == "Events"
    assert "no tab 7" in visit.run(navigation.switch_tab(visit.session, 7)).error
    visit.run(navigation.switch_tab(visit.session, 1))
    assert visit.run(navigation.back(visit.session)).ok
    assert visit.look().title == "Events"


def test_a_tab_that_closes_itself(visit: Visit) -> None:
    visit.open("/events")
    assert visit.click("closing tab").new_tab
    result = visit.click("Close me")
    assert result.ok, result
    assert visit.look().title == "Events"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("role alert", "Wrong password"),
        ("live", "Three results"),
        ("class", "Bad value"),
        ("submit", "Email: Please fill out this field."),
        ("fetch fast", "came after 300"),
        ("fetch slow", "came after 3000"),
    ],
)
def test_texts_that_appear(visit: Visit, name: str, text: str) -> None:
    visit.open("/events")
    result = visit.click(name)
    assert result.text_appeared == (text,)
    assert result.page_changed
    assert text in result.message


def test_a_slow_page_is_waited_for(visit: Visit) -> None:
    visit.open("/events")
    result = visit.click("slow page")
    assert result.url_after.endswith("/other?sleep=3")
    assert visit.look().title == "Other"


def test_nothing_is_soon_over(visit: Visit) -> None:
    visit.open("/events")
    ref_seen = visit.ref("nothing")
    assert ref_seen
    seconds = []
    for _ in range(5):
        began = time.monotonic()
        result = visit.click("nothing")
        seconds.append(time.monotonic() - began)
        assert not result.page_changed
        assert "nothing changed" in result.message
    assert min(seconds) < 1.3  # 0.7 s of it are watched for an effect


@pytest.mark.parametrize(("name", "most"), [("clock", 8.0), ("long poll", 15.0)])
def test_pages_that_never_rest_are_left_alone(visit: Visit, name: str, most: float) -> None:
    visit.open("/events")
    began = time.monotonic()
    assert visit.click(name).ok
    assert time.monotonic() - began < most
    began = time.monotonic()
    visit.click("nothing")
    assert time.monotonic() - began < 8.0


def test_a_link_to_nowhere_is_told_and_left(visit: Visit) -> None:
    visit.open("/events")
    result = visit.click("refused")
    assert not result.ok
    assert "127.0.0.1:9" in result.error
    assert visit.look().title == "Events"


def test_wait_for_a_text(visit: Visit) -> None:
    visit.open("/")
    visit.evaluate("() => { setTimeout(() => document.body.append('Ready now'), 400) }")
    result = visit.run(navigation.wait(visit.session, 5, for_text="Ready now"))
    assert result.ok
    began = time.monotonic()
    late = visit.run(navigation.wait(visit.session, 0.5, for_text="Never"))
    assert not late.ok
    assert "Never" in late.error
    assert time.monotonic() - began < 3


def test_wait_ends_with_the_first_change(visit: Visit) -> None:
    visit.open("/")
    visit.evaluate("() => { setTimeout(() => document.body.append('Changed'), 400) }")
    began = time.monotonic()
    assert visit.run(navigation.wait(visit.session, 20)).page_changed
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("name", ["mail link", "mail script", "mail window"])
def test_other_programs_are_not_started(visit: Visit, name: str) -> None:
    visit.open("/events")
    assert visit.click(name).ok
    assert visit.click("alert").dialog == "Saved"


def test_a_crashed_page_is_left_behind(visit: Visit) -> None:
    visit.open("/")

    async def crash() -> None:
        page = visit.session.page
        async with page.expect_event("crash"):
            with contextlib.suppress(Error):
                await page.goto("chrome://crash")

    visit.run(crash())
    assert visit.look().url == "about:blank"
    assert visit.open("/").ok
    assert visit.look().title == "Index"
