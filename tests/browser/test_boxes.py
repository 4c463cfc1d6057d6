"""Boxes that are clickable by script hold what is in them: in place, in order and once."""

from __future__ import annotations

import re

import pytest

from skyvern_dagster.browser import actions
from skyvern_dagster.browser.page_outline import page_outline
from tests.browser.visit import Visit

BOX = "<div class=card style='cursor:pointer' onclick='note(this)'>"
CARD = "<div><div><span>Order 7</span> <span>EUR 12.00</span></div><div>{}</div></div></div>"
FOLDED, MANY_FOLDED = "<div>" * 3, "<div>" * 30
TILE = f"{BOX}<div><h3>Orders</h3><p>What you bought</p></div></div>"
LINK, BUTTON = "<a href='#7'>Invoice</a>", "<button>Invoice</button>"
TWO = "<p>Order 7</p><button>Invoice</button>"
ICON = (
    "<i class=icon-download onclick='note(this)'"
    " style='display:inline-block;width:9px;height:9px'></i>"
)
CLOSE = "<button aria-label=Close><i aria-hidden=true>\ue711</i></button>"
SHADOW = (
    "<x-card onclick='note(this)'>"
    "<span slot=t>Order 7</span><button slot=f>Invoice</button></x-card>"
)
SHOWN = {
    "a card with a button": (
        BOX + CARD.format(BUTTON),
        ['clickable "Order 7 EUR 12.00" [ref] button "Invoice" [ref]'],
    ),
    "a card with a link in its text": (
        f"{BOX}<div><div>Order 7 {LINK}</div></div></div>",
        ['clickable "Order 7" [ref] link "Invoice" [ref] /index#7'],
    ),
    "texts only": (
        f"{BOX}<div><div>Order</div><div>7</div></div></div>",
        ['clickable "Order 7" [ref]'],
    ),
    "a heading and a text": (TILE, ['clickable "Orders What you bought" [ref]']),
    "a heading only": (f"{BOX}<h3>Orders</h3></div>", ['clickable "Orders" [ref]']),
    "a picture": (f"{BOX}<div><img alt=Shoe src=data: width=9 height=9></div></div>",
                  ['clickable "Shoe" [ref]']),
    "wrappers": (f"{BOX}{FOLDED}{TWO}", ['clickable "Order 7" [ref] button "Invoice" [ref]']),
    "many wrappers": (
        f"{BOX}{MANY_FOLDED}{TWO}",
        ['clickable "Order 7" [ref] button "Invoice" [ref]'],
    ),
    "boxes in each other": (
        f"<div onclick=1><div>{BOX}<div><p>Order 7</p><div onclick=2><div><p>Get</p><p>it</p>",
        ['clickable "Order 7" [ref] clickable "Get it" [ref]'],
    ),
    "boxes around one another": (
        f"<div onclick=1><div>{BOX}<div><div onclick=2><div><p>Order 7</p><p>Paid</p>",
        ['clickable "Order 7 Paid" [ref]'],
    ),
    "a box of no height": (
        f"{BOX}<div style='float:left'>Order 7</div><div style='float:left'>{BUTTON}</div></div>",
        ['clickable "Order 7" [ref] button "Invoice" [ref]'],
    ),
    "a panel of no size with an icon": (
        f"{BOX}<div style='float:left'>Order 7</div><div style='float:left'>{CLOSE}</div></div>",
        ['clickable "Order 7" [ref] button "Close" [ref]'],
    ),
    "a list with icons": (
        f"<ul><li style='cursor:pointer'><div><div>Order 7</div>{ICON}</div></li></ul>",
        ['listitem "Order 7" [ref] clickable "" [ref] hint="download"'],
    ),
    "a dialog over its shade": (
        f"<div onclick=1><div onclick=2><div><h2>Order 7</h2><p>EUR 12.00</p>{LINK}{BUTTON}",
        ['clickable "" [ref]', "## Order 7", "EUR 12.00", 'link "Invoice" [ref] /index#7',
         'button "Invoice" [ref]'],
    ),
    "a form": (
        f"{BOX}<div><form><label>Name <input></label><button>Send</button></form></div></div>",
        ['clickable "" [ref]', 'textbox "Name" [ref]', 'button "Send" [ref]'],
    ),
    "a frame": (
        f"{BOX}<div><iframe srcdoc='<button>Go</button>'></iframe></div></div>",
        ['clickable "" [ref] hint="card"', "iframe:", 'button "Go" [ref]'],
    ),
    "a whole page": (
        f"<div id=app style='cursor:pointer'><div><main><h1>Orders</h1><p>Order 7</p>{LINK}",
        ["# Orders", "Order 7", 'link "Invoice" [ref] /index#7'],
    ),
    "a page that listens": (
        "<div style='height:95vh' class=listens><h2>Orders</h2><p>None yet</p></div>",
        ["## Orders", "None yet"],
    ),
    "a part with a shadow tree": (
        SHADOW,
        ['clickable "Order 7 EUR 12.00" [ref] button "Invoice" [ref]'],
    ),
    "a link without an address": (
        "<a onclick=1><div><div><h3>Order 7</h3><p>EUR 12.00</p></div><div>Paid</div></div></a>",
        ['link "Order 7 EUR 12.00 Paid" [ref]'],
    ),
    "a cell": (
        f"<table><tr><td>7<td>{BOX}<div>{LINK}</div></div></table>",
        ['7 | link "Invoice" [ref] /index#7'],
    ),
}  # fmt: skip
DEFINED = """
customElements.get("x-card") || customElements.define("x-card", class extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: "open" }).innerHTML =
      "<div><p><slot name=t></slot></p><div>EUR 12.00</div><div><slot name=f></slot></div></div>";
  }
});
window.note = (element) => { document.title = element.className || element.localName; };
true;
"""


def show(visit: Visit, html: str) -> list[str]:
    visit.run(visit.session.page.evaluate("html => { document.body.innerHTML = html }", html))
    listens = (
        "document.querySelectorAll('.listens').forEach(e => e.addEventListener('click', note))"
    )
    visit.evaluate(listens)
    text = page_outline(visit.look(), (), 100_000, all_rows=True).text
    return [re.sub(r"\[\w+\]", "[ref]", line.strip()) for line in text.splitlines()]


@pytest.fixture
def page(visit: Visit) -> Visit:
    visit.open("/index")
    visit.evaluate(DEFINED)
    return visit


def test_a_box_holds_what_is_in_it(page: Visit) -> None:
    shown = {name: show(page, html) for name, (html, _) in SHOWN.items()}
    assert shown == {name: lines for name, (_, lines) in SHOWN.items()}


def test_a_click_on_a_box_that_says_something_is_none_on_what_it_holds(page: Visit) -> None:
    inner = (
        "<button class=inner onclick='event.stopPropagation();note(this)'"
        " style='display:block;width:100%;height:90px'>Delete</button>"
    )
    for around in ("{}", "<p>Order 7</p>{}", "<p>Order 7</p>{}{}<p>Paid</p>", "{}<b>Order 7</b>"):
        show(page, BOX + around.replace("{}", inner) + "</div>")
        box = next(one for one in page.look().root.walk() if one.clickable and not one.name)
        assert box.ref
        assert page.run(actions.click(page.session, box.ref)).ok
        clicked = "card" if "Order" in around else "inner"
        assert page.evaluate("document.title") == clicked, around
