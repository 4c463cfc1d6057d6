from __future__ import annotations

import contextlib

import pytest

from skyvern_dagster.browser import actions
from skyvern_dagster.browser.observation import Node, Option
from skyvern_dagster.browser.page_outline import page_outline
from skyvern_dagster.errors import BrowserError
from tests.browser.visit import Visit


def by_name(visit: Visit) -> dict[str, Node]:
    return {node.name: node for node in visit.look().root.walk() if node.name and node.ref}


def test_facts_about_the_page(visit: Visit) -> None:
    visit.open("/")
    page = visit.look()
    assert (page.url, page.title, page.lang) == (visit.site.url + "/", "Index", "en-GB")
    assert page.http_status == 200
    assert [(tab.index, tab.url, tab.title, tab.current) for tab in page.tabs] == [
        (0, page.url, "Index", True)
    ]
    visit.open("/missing")
    assert visit.look().http_status == 404


def test_links_have_absolute_addresses(visit: Visit) -> None:
    visit.open("/")
    link = visit.find("Other page", "link")
    assert link.url == visit.site.url + "/other"
    assert link.clickable
    assert link.tag == "a"


def test_fields(visit: Visit) -> None:
    visit.open("/form")
    nodes = by_name(visit)
    user = nodes["User name"]
    assert (user.tag, user.input_type, user.value) == ("input", "text", "bob")
    assert user.attributes["autocomplete"] == "username"
    assert user.attributes["maxlength"] == "40"
    assert nodes["Notes"].value == "some\ntext"
    assert nodes["Notes"].title == "Anything"
    assert nodes["From"].input_type == "date"
    assert nodes["Rich"].value == "old"
    assert nodes["Off"].disabled
    assert nodes["Document"].input_type == "file"
    assert nodes["Document"].attributes["accept"] == ".pdf"
    password = nodes["Password"]
    assert (password.input_type, password.required) == ("password", True)
    assert password.placeholder == "secret"


def test_select_has_its_options(visit: Visit) -> None:
    visit.open("/form")
    status = visit.find("Status", "combobox")
    assert status.value == "Paid: in full"
    assert status.options[:2] == (
        Option("All", "a", False),
        Option("Paid: in full", "p", True),
    )


def test_hidden_controls_are_shown_by_their_labels(visit: Visit) -> None:
    visit.open("/form")
    nodes = by_name(visit)
    assert (nodes["News"].role, nodes["News"].checked) == ("checkbox", False)
    assert (nodes["Photo"].role, nodes["Photo"].input_type) == ("button", "file")
    assert nodes["Keep me"].checked is False


def test_a_field_left_wrong_is_invalid_but_an_untouched_one_is_not(visit: Visit) -> None:
    visit.open("/events")
    assert not visit.find("Email", "textbox").invalid
    visit.click("submit")
    assert visit.find("Email", "textbox").invalid


def test_passwords_are_nowhere(visit: Visit) -> None:
    visit.open("/secrets")
    page = visit.look()
    assert "Password" in page.text
    fields = [node for node in page.root.walk() if node.input_type == "password"]
    assert len(fields) >= 6
    assert "hunter2" not in repr(page)
    visit.click("Change")
    assert "hunter2" not in repr(visit.look())


@pytest.mark.parametrize(
    ("name", "role", "logged"),
    [
        ("Menu", "generic", "menu"),
        ("Item", "listitem", "item"),
        ("Inner", "generic", "inner"),
        ("Shadow", "emphasis", "shadow"),
        ("Card text", "generic", "card"),
    ],
)
def test_what_scripts_make_clickable(visit: Visit, name: str, role: str, logged: str) -> None:
    visit.open("/clickable")
    assert visit.find(name, role).clickable
    assert visit.click(name, role).ok
    assert visit.evaluate("document.getElementById('log').textContent") == logged


def test_icons_say_what_their_class_says(visit: Visit) -> None:
    visit.open("/clickable")
    icons = {
        node.attributes["hint"]: node
        for node in visit.look().root.walk()
        if "hint" in node.attributes
    }
    for hint, logged in (("trash", "trash"), ("edit", "edit"), ("close", "close")):
        ref = icons[hint].ref
        assert ref
        assert visit.run(actions.click(visit.session, ref)).ok
        assert visit.evaluate("document.getElementById('log').textContent") == logged


def test_a_tooltip_stands_beside_what_a_text_says(visit: Visit) -> None:
    visit.open("/index")
    visit.evaluate(
        "document.body.innerHTML = `<div tabindex=0 title='The number of the record'>Code</div>"
        "<p><span title='Close' style='cursor: pointer'>×</span></p>`"
    )
    assert visit.find("Code").title == "The number of the record"
    told = page_outline(visit.look(), frozenset(), 1000).text
    assert '"Code" [' in told
    assert "Close" in told


def test_a_link_of_no_size_can_be_clicked(visit: Visit) -> None:
    visit.open("/clickable")
    assert visit.find("Cart", "link").ref == "x2"
    assert visit.click("Cart").url_after.endswith("#cart")


def test_script_clickable_text_stands_where_it_is_read(visit: Visit) -> None:
    visit.open("/clickable")
    banner = next(node for node in visit.look().root.walk() if node.role == "banner")
    assert [node.name for node in banner.children][:4] == ["before", "Menu", "after", "Cart"]


def test_frames_are_part_of_the_tree(visit: Visit) -> None:
    visit.open("/overlay")
    frame = next(node for node in visit.look().root.walk() if node.role == "iframe")
    (button,) = (node for node in frame.walk() if node.role == "button")
    assert button.name == "Framed"
    assert button.tag == "button"


def test_covered_elements_are_marked(visit: Visit) -> None:
    visit.open("/overlay")
    assert visit.find("Behind").covered
    assert not visit.find("Accept all").covered
    visit.click("Accept all")
    assert not visit.find("Behind").covered


def test_what_is_below_the_fold_is_not_in_the_viewport(visit: Visit) -> None:
    visit.open("/events")
    assert visit.find("alert").in_viewport
    assert not visit.find("Bottom").in_viewport


def test_long_tables_are_trimmed_in_the_text_only(visit: Visit) -> None:
    visit.open("/table")
    page = visit.run(visit.session.observe(text_budget=3000))
    assert sum(node.role == "row" for node in page.root.walk()) == 301
    assert len(page.text) <= 3000
    assert 'columnheader "Date"' in page.text
    assert "PDF 1" in page.text
    assert "more left out" in page.text


def test_a_page_in_mid_navigation_is_waited_for(visit: Visit) -> None:
    visit.open("/")
    for _ in range(5):
        # It fails where the page is on its way already, which will do as well.
        with contextlib.suppress(BrowserError):
            visit.evaluate("() => { setTimeout(() => location.reload(), 0) }")
        assert visit.ref("Other page", "link")


def test_what_listens_for_clicks_by_script_can_be_clicked(visit: Visit) -> None:
    visit.open("/listeners")
    shown = {node.name or node.text: node for node in visit.look().root.walk() if node.ref}
    assert shown["Open details"].clickable
    assert shown["Added later"].clickable
    assert shown["In a shadow root"].clickable
    for container in ("Everything here", "Drawn by a framework"):
        assert not shown.get(container, Node("none")).clickable
    visit.run(actions.click(visit.session, str(shown["Added later"].ref)))
    assert "pressed" in visit.look().root.full_text
