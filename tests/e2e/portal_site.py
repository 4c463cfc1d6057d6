"""A portal for the examples: accounts with statements, documents, a form, a list that grows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from tests.blocks.web import Answer, Received, WebServer, web_server

ACCOUNTS = {"A-100": ("S-1", "S-2"), "A-200": ("S-5",), "A-300": ("S-7",)}
DOCUMENTS = tuple(f"D-{number}" for number in range(101, 141))
NAMES = tuple(f"Entry {word}" for word in ("one", "two", "three", "four", "five", "six", "seven"))
PEOPLE = "name,email,city\nAda Byrne,ada@x.example,Cork\nBob Quinn,bob@x.example,Galway\n"

_HTML = {"content-type": "text/html; charset=utf-8"}

_LIST = """<h1>Entries</h1><p>Shown: <b id=s></b></p><p>Total: <b>%d</b></p>
<table><thead><tr><th>Name</th></tr></thead><tbody id=l></tbody></table>
<button id=m onclick="more()">Load more</button>
<script>const all = %s; let n = 0
function more() { n = Math.min(n + 3, all.length); s.textContent = n
  l.innerHTML = all.slice(0, n).map(each => '<tr><td>' + each + '</td></tr>').join('')
  if (n == all.length) m.remove() }
more()</script>"""

_FORM = """<h1>Register</h1><form method="post" action="/register">
<p><label>Name <input name="name" required></label></p>
<p><label>Email <input name="email" type="email" required></label></p>
<p><label>City <input name="city" required></label></p>
<button>Register</button></form>"""


@contextmanager
def portal_site() -> Iterator[WebServer]:
    """The portal, until it is left."""
    with web_server() as web:
        pages = {
            "/accounts": _page(_table("Accounts", [(name, "") for name in ACCOUNTS])),
            "/documents": _page(_documents()),
            "/balance": _page("<h1>Balance</h1><p>Overdue: <b>412.50</b></p>"),
            "/list": _page(_LIST % (len(NAMES), json.dumps(NAMES))),
        }
        web.answers = {**pages, "/register": _registered, "/people.csv": _csv, **_api()}
        for account, statements in ACCOUNTS.items():
            rows = [(each, f"/accounts/{account}/{each}.pdf") for each in statements]
            web.answers[f"/accounts/{account}"] = _page(_table(f"Statements of {account}", rows))
            for each in statements:
                web.answers[f"/accounts/{account}/{each}.pdf"] = _pdf(each)
        for each in DOCUMENTS:
            web.answers[f"/files/{each}.pdf"] = _pdf(each)
        yield web


def _api() -> dict[str, Answer]:
    requests = [{"id": 1, "text": "A typo"}, {"id": 2, "text": "The site is down"}]
    return {
        "/requests": _json(requests),
        "/bill": _json({"total": 99}),
        **{path: _json({}) for path in ("/escalate", "/pay", "/report")},
    }


def _registered(came: Received) -> Answer:
    if came.method != "POST":
        return _page(_FORM)
    given = parse_qs(came.body.decode())
    return _page(f"<h1>Thank you</h1><p>{given['name'][0]} is registered.</p>")


def _documents() -> str:
    return _table("Documents", [(each, f"/files/{each}.pdf") for each in DOCUMENTS], "Document")


def _table(title: str, rows: list[tuple[str, str]], what: str = "Statement") -> str:
    def row(number: str, file: str) -> str:
        link = f'<a href="{file}" download>{what} {number}</a>' if file else ""
        return f"<tr><td>{number}</td><td>{link}</td></tr>"

    body = "".join(row(*each) for each in rows)
    head = "<tr><th>Number</th><th>File</th></tr>"
    return f"<h1>{title}</h1><table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _page(body: str) -> Answer:
    return Answer(f"<!doctype html><title>Portal</title>{body}".encode(), headers=_HTML)


def _json(value: object) -> Answer:
    return Answer(json.dumps(value).encode(), headers={"content-type": "application/json"})


def _pdf(number: str) -> Answer:
    content = f"%PDF-1.4 {number}\n%%EOF\n".encode()
    disposition = f'attachment; filename="{number}.pdf"'
    headers = {"content-type": "application/pdf", "content-disposition": disposition}
    return Answer(content, headers=headers)


_csv = Answer(PEOPLE.encode(), headers={"content-type": "text/csv"})
