"""Actions beyond plain clicks: other buttons, dragging, drawn dropdowns, history, tabs, finding."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from skyvern_dagster.browser import actions, navigation
from skyvern_dagster.browser.results import ActionResult
from tests.browser.visit import Visit

Act = Callable[[Visit], Coroutine[Any, Any, ActionResult]]

ACTS: dict[str, Act] = {
    "doubled": lambda v: actions.click(v.session, v.ref("Double me"), count=2),
    "right button": lambda v: actions.click(v.session, v.ref("Right me"), button="right"),
    "shifted": lambda v: actions.click(v.session, v.ref("With shift"), modifiers=["Shift"]),
    "dropped": lambda v: actions.drag(v.session, v.ref("Card"), v.ref("Lane")),
    "Belgium": lambda v: actions.select_option(v.session, v.ref("Country"), label="Belgium"),
    "Graz": lambda v: actions.select_option(v.session, v.ref("City"), label="Graz"),
}


@pytest.mark.parametrize("said", ACTS)
def test_what_it_does(visit: Visit, said: str) -> None:
    visit.open("/more_actions")
    result = visit.run(ACTS[said](visit))
    assert result.ok, result.error
    assert visit.evaluate("() => document.getElementById('said').textContent") == said


def test_an_option_that_a_drawn_dropdown_has_not(visit: Visit) -> None:
    visit.open("/more_actions")
    result = visit.run(actions.select_option(visit.session, visit.ref("Country"), label="Chad"))
    assert not result.ok
    assert 'no option "Chad"' in result.error


def test_forward_and_reload(visit: Visit) -> None:
    visit.open("/index")
    visit.open("/other")
    visit.run(navigation.back(visit.session))
    assert visit.path == "/index"
    assert visit.run(navigation.forward(visit.session)).ok
    assert visit.path == "/other"
    assert not visit.run(navigation.forward(visit.session)).ok
    before = visit.site.hits["/other"]
    assert visit.run(navigation.reload(visit.session)).ok
    assert visit.site.hits["/other"] == before + 1


def test_a_tab_is_closed_but_not_the_last(visit: Visit) -> None:
    visit.open("/index")
    visit.evaluate("() => { window.open('/other') }")
    result = visit.run(navigation.wait(visit.session, 1.0))
    assert result.ok
    assert len(visit.look().tabs) == 2
    assert visit.run(navigation.close_tab(visit.session)).ok
    assert len(visit.look().tabs) == 1
    assert "only open tab" in visit.run(navigation.close_tab(visit.session)).error


def test_finding_a_text_brings_it_into_view(visit: Visit) -> None:
    visit.open("/long")
    before = next(n for n in visit.look().root.walk() if n.name == "Entry 333")
    assert not before.in_viewport
    found = visit.run(navigation.find_text(visit.session, "Entry number 333"))
    assert found.ok
    assert "Entry number 333" in found.message
    after = next(n for n in visit.look().root.walk() if n.name == "Entry 333")
    assert after.in_viewport
    visit.open("/cells")
    found = visit.run(navigation.find_text(visit.session, "closed"))
    assert found.message.startswith('Found "closed": "2 May closed"')
    assert visit.run(navigation.find_text(visit.session, "Pieces")).ok
    visit.open("/handles")
    option = visit.run(navigation.find_text(visit.session, "State 37"))
    assert "State 36 State 37 State 38" in option.message
    assert "nowhere" in visit.run(navigation.find_text(visit.session, "Unicorn")).error
