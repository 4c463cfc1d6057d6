"""A portal in shapes that users have reported: a filter by days, ways on to a file, many rows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from fpdf import FPDF

from tests.loopback import Answering, LoopbackSite

BOOKED = (
    ("TK-510", "2024-02-27", "18.40"),
    ("TK-511", "2024-04-22", "2,310.00"),
    ("TK-512", "2024-05-30", "6.15"),
    ("TK-513", "2024-08-09", "71.00"),
)
"""Number, day and total of each ticket."""
_NAV = (
    "<nav><a href=/me>My account</a> <a href=/tickets>Past tickets</a> "
    "<a href=/out>Log out</a></nav>"
)
_LOGIN = (
    "<main><h1>Ferry line</h1><form method=post action=/login><p><b>User</b></p>"
    "<input name=user><p><b>Password</b></p><input type=password name=word>"
    '<p><input type=submit value="Log in"></p></form><a href=/help>Forgot it?</a></main>'
)
_WAYS = """<main><h1>My receipts</h1><p><a href=/hop>Download my latest receipt</a></p>
<p><a href=/prepare target=_blank>Download the receipt of May</a></p>
<p><a href=/meta>Download the receipt of April</a></p>
<p>TK-511 <a href=/shown>View the receipt TK-511 (PDF)</a></p>
<p><a href=/me>My account</a></p></main>"""
_HOP = "<script>document.cookie = 'pass=1; path=/'; location = '/file/latest'</script>"
_PREPARE = (
    "<h1>Your receipt is being prepared</h1><p>This takes a moment.</p>"
    "<script>setTimeout(() => { location = '/file/may' }, 3000)</script>"
)
_META = "<meta http-equiv=refresh content='1;url=/file/april'>One moment"

_PLAIN = {"/ways": _WAYS, "/hop": _HOP, "/prepare": _PREPARE, "/meta": _META}


def document(text: str) -> bytes:
    """A PDF that says this."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica")
    pdf.cell(text=text)
    return bytes(pdf.output())


class PortalOfUsers(LoopbackSite):
    """Its login is `sam` with any password."""

    def __init__(self) -> None:
        super().__init__(_Handler)


def _tickets(query: Mapping[str, list[str]]) -> str:
    since, until = (query.get(name, [""])[0] for name in ("since", "until"))
    rows = "".join(
        f"<tr><td>{number}</td><td>{day}</td><td>${total}</td><td>Used</td>"
        f"<td><a href=/file/{number}>Get receipt</a></td></tr>"
        for number, day, total in BOOKED
        if (not since or day >= since) and (not until or day <= until)
    )
    return (
        f"{_NAV}<main><h1>Past tickets</h1><form><label>From <input type=date name=since "
        f"value='{since}'></label><label>To <input type=date name=until value='{until}'></label>"
        "<button>Apply</button></form><table><thead><tr><th>Ticket</th><th>Date</th><th>Total</th>"
        f"<th>State</th><th></th></tr></thead><tbody>{rows}</tbody></table></main>"
    )


def _by_post() -> str:
    rows = "".join(
        f"<tr><td>{number}</td><td><form method=post action=/receipt><input type=hidden name=id "
        f"value={number}><button>Get receipt</button></form></td></tr>"
        for number, _, _ in BOOKED
    )
    head = "<tr><th>Ticket</th><th>Receipt</th></tr>"
    return f"<main><h1>Tickets</h1><table>{head}{rows}</table></main>"


class _Handler(Answering):
    def get(self) -> None:
        split = urlsplit(self.path)
        cookies = self.headers.get("Cookie", "")
        closed = split.path in ("/me", "/tickets") and "who=sam" not in cookies
        match "/" if closed else split.path:
            case "/":
                self.page(_LOGIN)
            case "/me":
                self.page(f"{_NAV}<main><h1>My account</h1><p>Welcome, sam</p></main>")
            case "/tickets":
                self.page(_tickets(parse_qs(split.query)))
            case "/by-post":
                self.page(_by_post())
            case path if path in _PLAIN:
                self.page(_PLAIN[path])
            case "/file/latest" if "pass=1" not in cookies:
                self.page(_LOGIN)
            case "/shown":
                self.answer(200, "application/pdf", document("Receipt TK-511"))
            case path if path.startswith("/file/"):
                self._file(path.rpartition("/")[2])
            case _:
                super().get()

    def post(self) -> None:
        given = self.form()
        if self.path == "/receipt":
            self._file(given["id"][0])
        elif given.get("user") == ["sam"]:
            self.send_response(303)
            self.send_header("Set-Cookie", "who=sam; Path=/")
            self.send_header("Location", "/me")
            self.end_headers()
        else:
            self.page(f"<p role=alert>Wrong user or password</p>{_LOGIN}")

    def _file(self, name: str) -> None:
        attached = 'attachment; filename="receipt.pdf"'
        self.answer(
            200, "application/pdf", document(f"Receipt {name}"), Content_Disposition=attached
        )
