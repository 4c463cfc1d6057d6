"""Pages of growing size for the observation benchmark, with every control marked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchPage:
    """A page, and what a task on it is about.

    Attributes:
        goal: What the task wants, in words.
        wanted: Names of the controls that the goal could mean.
        controls: How many controls there are, those of frames and shadow roots included.
    """

    name: str
    html: str
    goal: str
    wanted: tuple[str, ...]
    controls: int


def bench_pages() -> tuple[BenchPage, ...]:
    """From 20 to 5,000 controls; a form, a shop, frames, shadow roots, a long table."""
    return (
        _form(),
        _shop(8),
        _frames(),
        _shadow(),
        _table(150, "table of 150 rows"),
        _table(1000, "table of 1,000 rows"),
        _controls(5000),
    )


def _page(body: str) -> str:
    return f"<!doctype html><html lang='en'><title>Bench</title><body>{body}</body></html>"


def _form() -> BenchPage:
    fields = "".join(
        f"<p><label>Field {n} <input name='field_{n}' required></label></p>" for n in range(16)
    )
    body = (
        f"<h1>Registration</h1><form>{fields}<label>Country <select name='country'>"
        "<option>Austria</option><option>Belgium</option></select></label>"
        "<label><input type='checkbox' name='terms'> Accept the terms</label>"
        "<button>Register</button></form>"
    )
    wanted = (*(f"Field {n}" for n in range(16)), "Country", "Accept the terms", "Register")
    return BenchPage("form", _page(body), "Fill in the registration form and register", wanted, 19)


def _shop(cards: int) -> BenchPage:
    menu = "".join(f"<li><a href='/c/{n}'>Category {n}</a></li>" for n in range(12))
    items = "".join(
        f"<article><img alt='' src='data:,'><h3><a href='/product/a-rather-long-slug-{n}?ref=home"
        f"&campaign=spring-sale'>Product number {n}</a></h3><p>A fine thing that you will like, "
        f"made of wood and steel, in the size that you need.</p><span>€ {n}9.90</span>"
        f"<div><button>Add to basket</button></div></article>"
        for n in range(cards)
    )
    body = (
        f"<header><a href='/'>Home</a><form role='search'><input aria-label='Search'>"
        f"<button>Search</button></form><a href='/account'>My account</a></header>"
        f"<nav><ul>{menu}</ul></nav><main><h1>Welcome</h1>{items}</main>"
        "<footer><a href='/terms'>Terms</a><a href='/privacy'>Privacy</a></footer>"
    )
    return BenchPage("shop", _page(body), "Open my account", ("My account",), 18 + 2 * cards)


def _frames() -> BenchPage:
    inner = "".join(f"<label>Card field {n} <input></label>" for n in range(5))
    body = (
        "<h1>Payment</h1><p>Choose how to pay.</p><button>Invoice</button>"
        f'<iframe title="card" srcdoc="{inner}<button>Pay by card</button>"></iframe>'
        '<iframe title="news" srcdoc="<a href=/n>Newsletter</a>"></iframe>'
    )
    wanted = ("Pay by card", *(f"Card field {n}" for n in range(5)))
    return BenchPage("frames", _page(body), "Fill in the card fields and pay by card", wanted, 8)


def _shadow() -> BenchPage:
    body = (
        "<h1>Consent</h1><x-banner></x-banner><p>Text</p><div id='js'>Details</div>"
        "<script>customElements.define('x-banner', class extends HTMLElement {"
        "connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML ="
        "'<p>Cookies</p><button>Accept all</button><button>Reject all</button>' } });"
        "document.getElementById('js').addEventListener('click', () => 1);</script>"
    )
    return BenchPage(
        "shadow", _page(body), "Reject all and open the details", ("Reject all", "Details"), 3
    )


def _table(rows: int, name: str) -> BenchPage:
    lines = "".join(
        f"<tr><td>LF-{2000 + n}</td><td>April {n % 28 + 1}, 2024</td><td>€ {n}.50</td>"
        f"<td>delivered</td><td><a href='/orders/LF-{2000 + n}'>Details of LF-{2000 + n}</a></td>"
        f"<td><a href='/orders/LF-{2000 + n}/invoice'>Invoice of LF-{2000 + n}</a></td></tr>"
        for n in range(rows)
    )
    head = "<tr><th>Order</th><th>Date</th><th>Total</th><th>State</th><th></th><th></th></tr>"
    wanted = f"Invoice of LF-{2000 + rows * 3 // 4}"
    body = f"<h1>Orders</h1><table>{head}{lines}</table><a href='?page=2'>Next page</a>"
    return BenchPage(
        name, _page(body), f"Download the invoice of {wanted[-7:].strip()}", (wanted,), 2 * rows + 1
    )


def _controls(count: int) -> BenchPage:
    buttons = "".join(f"<button>Action {n}</button> " for n in range(count - 1))
    body = f"<h1>Console</h1>{buttons}<button>Export ledger</button>"
    return BenchPage("5,000 buttons", _page(body), "Export the ledger", ("Export ledger",), count)
