"""Effects that come late are waited for; a dropdown's choice is what it took."""

from __future__ import annotations

from skyvern_dagster.browser import actions
from skyvern_dagster.browser.results import ActionResult
from tests.browser.visit import Visit


def names(visit: Visit) -> list[str]:
    return list(
        visit.evaluate("[...document.querySelectorAll('#list li')].map((e) => e.innerText)")
    )


def choose(visit: Visit, name: str, *labels: str) -> ActionResult:
    visit.open("/slow_effects")
    ref = visit.ref(name)
    if len(labels) > 1:
        return visit.run(actions.select_option(visit.session, ref, labels=labels))
    return visit.run(actions.select_option(visit.session, ref, label=labels[0]))


def test_a_list_is_not_read_before_it_was_filtered(visit: Visit) -> None:
    visit.open("/slow_effects")
    visit.run(actions.input_text(visit.session, visit.ref("Search"), "Bert"))
    assert names(visit) == ["Bert"]


def test_a_list_is_not_read_before_it_was_paged(visit: Visit) -> None:
    visit.open("/slow_effects")
    visit.click("Next page")
    assert names(visit) == ["Dora", "Emil"]


def test_a_list_that_is_drawn_in_two_goes(visit: Visit) -> None:
    visit.open("/slow_effects")
    visit.run(actions.input_text(visit.session, visit.ref("Find"), "Bert"))
    assert names(visit) == ["Bert"]


def test_a_list_that_says_that_it_is_busy(visit: Visit) -> None:
    visit.open("/slow_effects")
    visit.click("Busy page")
    assert names(visit) == ["Finn"]


def test_an_effect_that_nothing_announces_is_watched_for(visit: Visit) -> None:
    visit.open("/slow_effects")
    assert visit.click("Late").page_changed
    assert names(visit) == ["Late one"]


def test_several_options_are_chosen(visit: Visit) -> None:
    assert choose(visit, "Tags", "Red", "Blue").ok
    chosen = "[...document.getElementById('tags').selectedOptions].map((o) => o.label)"
    assert visit.evaluate(chosen) == ["Red", "Blue"]


def test_one_only_where_one_can_be_chosen(visit: Visit) -> None:
    assert "one option only" in choose(visit, "Fruit", "Apple", "Pear").error


def test_a_suggestion_is_chosen(visit: Visit) -> None:
    assert choose(visit, "Fruit", "pear").ok
    assert visit.evaluate("document.getElementById('fruit').value") == "Pear"


def test_a_searchable_dropdown_is_searched(visit: Visit) -> None:
    result = choose(visit, "Town", "Vienna")
    assert result.ok, result.error
    assert visit.evaluate("document.getElementById('town').innerText") == "Vienna, Austria"


def test_another_value_than_the_one_asked_for_is_a_failure(visit: Visit) -> None:
    assert 'took "Never" instead of "Yes"' in choose(visit, "Wilful", "Yes").error


def test_text_that_is_no_choice_is_not_left_behind(visit: Visit) -> None:
    assert not choose(visit, "Search", "Nobody").ok
    assert visit.evaluate("document.getElementById('search').value") == ""


def test_a_key_is_pressed_several_times(visit: Visit) -> None:
    visit.open("/slow_effects")
    visit.run(actions.press(visit.session, "ArrowUp", visit.ref("0"), count=3))
    assert visit.find("3", "button").clickable
