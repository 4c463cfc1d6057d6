from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser import navigation
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.browser.session_pool import SessionPool
from skyvern_dagster.browser.state import BrowserState
from tests.browser.site import Site
from tests.browser.visit import Visit


def shown(visit: Visit) -> str:
    return str(visit.evaluate("document.getElementById('shown').textContent"))


def fork(visit: Visit, state: BrowserState, folder: Path) -> Visit:
    session = visit.run(BrowserSession.open(visit.runtime, downloads_dir=folder, state=state))
    return Visit(visit.runtime, session, visit.site)


@pytest.fixture
def filled(visit: Visit) -> Visit:
    visit.open("/cookie")
    visit.open("/storage")
    visit.evaluate("() => { localStorage.l = 'local'; sessionStorage.s = 'session'; }")
    visit.open("/storage?filled")
    return visit


@pytest.fixture
def elsewhere(site: Site, tmp_path: Path) -> Iterator[Visit]:
    """A session of another browser, with nothing in it."""
    with BrowserRuntime() as runtime:
        session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
        yield Visit(runtime, session, site)


def test_state_goes_to_another_browser_as_json(
    filled: Visit, elsewhere: Visit, tmp_path: Path
) -> None:
    state = BrowserState.model_validate_json(filled.run(filled.session.state()).model_dump_json())
    assert state.url == filled.site.url + "/storage?filled"
    other = fork(elsewhere, state, tmp_path)
    assert other.session.page.url == "about:blank"
    assert other.run(navigation.resume(other.session)) is not None
    assert shown(other) == "local|session|-"
    other.open("/whoami")
    assert "sid=s1" in other.look().text


def test_indexed_db_goes_along(filled: Visit, tmp_path: Path) -> None:
    filled.run(filled.session.page.evaluate("store('token')"))
    other = fork(filled, filled.run(filled.session.state()), tmp_path)
    other.open("/storage?db")
    other.run(navigation.wait(other.session, 3, for_text="token"))
    assert shown(other) == "token|token|token"
    other.run(other.session.close())


def test_forks_don_t_see_each_other(filled: Visit, tmp_path: Path) -> None:
    state = filled.run(filled.session.state())
    one, two = fork(filled, state, tmp_path / "1"), fork(filled, state, tmp_path / "2")
    for number, each in enumerate((one, two)):
        each.open("/storage")
        assert shown(each) == "local|session|-"
        each.evaluate(f"() => {{ localStorage.l = 'changed {number}' }}")
    one.open("/storage")
    assert shown(one) == "changed 0|session|-"
    for each in (one, two):
        each.run(each.session.close())


def test_what_the_page_clears_stays_cleared(filled: Visit, tmp_path: Path) -> None:
    other = fork(filled, filled.run(filled.session.state()), tmp_path)
    other.open("/storage")
    other.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    other.open("/storage")
    assert shown(other) == "||-"
    handed_on = other.run(other.session.state())
    assert "local" not in handed_on.model_dump_json().replace("localStorage", "")
    other.run(other.session.close())


def test_origins_that_were_not_opened_are_handed_on(filled: Visit, tmp_path: Path) -> None:
    state = filled.run(filled.session.state())
    other = fork(filled, state, tmp_path)
    handed_on = other.run(other.session.state())
    assert handed_on.storage == state.storage
    assert handed_on.session_storage == state.session_storage
    other.run(other.session.close())


def test_the_marker_of_the_restoration_is_not_handed_on(filled: Visit, tmp_path: Path) -> None:
    other = fork(filled, filled.run(filled.session.state()), tmp_path)
    other.open("/storage")
    handed_on = other.run(other.session.state())
    assert "restored" not in handed_on.model_dump_json()
    assert handed_on.session_storage == {filled.site.url: {"s": "session"}}
    other.run(other.session.close())


def test_an_empty_state(visit: Visit) -> None:
    state = visit.run(visit.session.state())
    assert state.url == ""
    assert state == BrowserState.model_validate_json(state.model_dump_json())


def test_pool_hands_a_session_over_once(
    runtime: BrowserRuntime, site: Site, tmp_path: Path
) -> None:
    pool = SessionPool(runtime, capacity=2)
    sessions = [runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path)) for _ in range(4)]
    for key, session in zip("abc", sessions, strict=False):
        pool.put(key, session)
    assert pool.take("a") is None
    assert not sessions[0].is_usable
    assert pool.take("b") is sessions[1]
    assert pool.take("b") is None
    pool.put("c", sessions[3])
    assert not sessions[2].is_usable
    pool.close_all()
    assert not sessions[3].is_usable
    assert pool.take("c") is None
    runtime.run(sessions[1].close())
