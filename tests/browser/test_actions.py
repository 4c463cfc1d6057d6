from __future__ import annotations

import time
from pathlib import Path

import pytest

from skyvern_dagster.browser import actions
from tests.browser.visit import Visit


def value(visit: Visit, name: str) -> str:
    return visit.find(name, "textbox").value


def type_into(visit: Visit, name: str, text: str, *, press_enter: bool = False) -> str:
    ref = visit.ref(name, "textbox")
    result = visit.run(actions.input_text(visit.session, ref, text, press_enter=press_enter))
    return result.error


@pytest.mark.parametrize("name", ["User name", "Notes", "Rich"])
def test_text_replaces_what_was_there(visit: Visit, name: str) -> None:
    visit.open("/form")
    assert type_into(visit, name, "ünï: two") == ""
    assert value(visit, name) == "ünï: two"


def test_typed_text_is_not_repeated(visit: Visit) -> None:
    visit.open("/form")
    ref = visit.ref("Password", "textbox")
    result = visit.run(actions.input_text(visit.session, ref, "topsecret"))
    assert result.ok
    assert result.page_changed
    assert "topsecret" not in repr(result)
    assert visit.evaluate("document.querySelector('[type=password]').value") == "topsecret"


def test_enter_submits(visit: Visit) -> None:
    visit.open("/form")
    assert type_into(visit, "User name", "eve", press_enter=True) == ""
    assert visit.path.startswith("/other?u=eve")


def test_a_code_spreads_over_its_boxes(visit: Visit) -> None:
    visit.open("/form")
    assert type_into(visit, "Code 1", "123") == ""
    assert [value(visit, f"Code {number}") for number in (1, 2, 3)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("name", "role", "text", "error"),
    [
        ("From", "textbox", "31.12.2024", "YYYY-MM-DD"),
        ("Locked", "textbox", "x", "read-only"),
        ("Keep me", "checkbox", "x", "takes no text"),
        ("Status", "combobox", "x", "takes no text"),
        ("Send", "button", "x", "takes no text"),
    ],
)
def test_text_that_does_not_fit(visit: Visit, name: str, role: str, text: str, error: str) -> None:
    visit.open("/form")
    result = visit.run(actions.input_text(visit.session, visit.ref(name, role), text))
    assert not result.ok
    assert error in result.error


@pytest.mark.parametrize("wanted", [{"label": "All"}, {"label": "all"}, {"value": "a"}])
def test_options_by_label_or_value(visit: Visit, wanted: dict[str, str]) -> None:
    visit.open("/form")
    ref = visit.ref("Status", "combobox")
    assert visit.run(actions.select_option(visit.session, ref, **wanted)).ok
    assert visit.find("Status", "combobox").value == "All"


@pytest.mark.parametrize(
    ("name", "role", "error"),
    [("Status", "combobox", 'no option "Gone"'), ("User name", "textbox", "not a native select")],
)
def test_options_that_are_not_there(visit: Visit, name: str, role: str, error: str) -> None:
    visit.open("/form")
    ref = visit.ref(name, role)
    assert error in visit.run(actions.select_option(visit.session, ref, label="Gone")).error


def test_a_field_is_left_for_a_list(visit: Visit) -> None:
    visit.open("/selects")
    assert visit.run(actions.input_text(visit.session, visit.ref("Code", "textbox"), "D02")).ok
    country = visit.ref("Country", "combobox")
    assert visit.run(actions.select_option(visit.session, country, label="Ireland")).ok
    assert visit.find("Code", "textbox").value == "D02"


def test_a_list_that_does_something_and_is_blank_again(visit: Visit) -> None:
    visit.open("/selects")
    menu = visit.ref("Add filter", "combobox")
    result = visit.run(actions.select_option(visit.session, menu, label="Start"))
    assert result.ok, result
    result = visit.run(actions.select_option(visit.session, menu, label="Gone"))
    assert 'shows "" as chosen instead of "Gone"' in result.error


@pytest.mark.parametrize("name", ["Keep me", "Terms", "News", "Covered box"])
def test_boxes_are_checked_and_unchecked(visit: Visit, name: str) -> None:
    visit.open("/form")
    for checked in (True, True, False):
        ref = visit.ref(name, "checkbox")
        result = visit.run(actions.check(visit.session, ref, checked=checked))
        assert result.ok, result
        assert visit.find(name, "checkbox").checked is checked


def test_radio_buttons(visit: Visit) -> None:
    visit.open("/form")
    assert visit.run(actions.check(visit.session, visit.ref("Two", "radio"))).ok
    assert visit.find("Two", "radio").checked
    error = visit.run(actions.check(visit.session, visit.ref("Two", "radio"), checked=False)).error
    assert "choose another" in error


@pytest.mark.parametrize("name", ["Document", "Photo", "Choose a file"])
def test_uploads(visit: Visit, tmp_path: Path, name: str) -> None:
    visit.open("/form")
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-1.4")
    result = visit.run(actions.upload_file(visit.session, visit.ref(name, "button"), file))
    assert result.ok, result
    selector = "[accept]" if name == "Document" else "#photo"
    assert visit.evaluate(f"document.querySelector('{selector}').files[0].name") == "paper.pdf"


def test_upload_of_nothing(visit: Visit, tmp_path: Path) -> None:
    visit.open("/form")
    ref = visit.ref("Document", "button")
    result = visit.run(actions.upload_file(visit.session, ref, tmp_path / "no.pdf"))
    assert "no.pdf" in result.error


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        *((ref, "is not on the page any more") for ref in ("e9999", "x99", "f3e1", "e1x7")),
        *((ref, "is not a ref of an element") for ref in ("button", "e1 >> css=*", "")),
    ],
)
def test_refs_that_are_not_there(visit: Visit, ref: str, reason: str) -> None:
    visit.open("/form")
    visit.look()
    began = time.monotonic()
    result = visit.run(actions.click(visit.session, ref))
    assert not result.ok
    assert reason in result.error
    assert time.monotonic() - began < 3


def test_a_ref_goes_stale_with_its_element(visit: Visit) -> None:
    visit.open("/form")
    ref = visit.ref("Send", "button")
    visit.evaluate("document.querySelector('form').remove()")
    assert "not on the page any more" in visit.run(actions.click(visit.session, ref)).error


def test_disabled_elements_are_not_clicked(visit: Visit) -> None:
    visit.open("/form")
    assert "is disabled" in visit.click("Off").error


def test_the_cover_is_named(visit: Visit) -> None:
    visit.open("/overlay")
    result = visit.click("Behind")
    assert not result.ok
    assert 'is covered by div "Accept all"' in result.error
    visit.click("Accept all")
    assert visit.click("Behind").ok
    assert visit.look().title == "clicked"


def test_hover_scroll_press(visit: Visit) -> None:
    visit.open("/events")
    session = visit.session
    assert visit.run(actions.hover(session, visit.ref("alert"))).ok
    assert visit.run(actions.scroll(session, "bottom")).message.startswith("Scrolled bottom")
    assert visit.find("Bottom").in_viewport
    assert "nothing more" in visit.run(actions.scroll(session, "down")).message
    assert visit.run(actions.scroll(session, "top", visit.ref("alert"))).ok
    assert visit.evaluate("scrollY") == 0
    assert visit.run(actions.press(session, "Enter", visit.ref("role alert"))).text_appeared
    assert not visit.run(actions.press(session, "NoSuchKey")).ok
