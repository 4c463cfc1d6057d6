"""A site with a login, a menu and a list of records whose PDFs can be downloaded."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.loopback import Answering, LoopbackSite, bound

NUMBERS = ("R-1001", "R-1002", "R-1003", "R-1004")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


class RecordsDesk(LoopbackSite):
    """The site; the way through it can be changed between visits.

    Attributes:
        menu: What the link to the records is called.
        refuses: Whether it turns logins down.
        paged: Whether the list shows one record a page.
        numbers: Numbers of the records that are there.
        columns: What the list shows, in order.
        served: Numbers of the records that were downloaded.
    """

    def __init__(self) -> None:
        self.menu = "Records"
        self.refuses = False
        self.paged = False
        self.numbers: tuple[str, ...] = NUMBERS
        self.columns: tuple[str, ...] = ("No", "Day", "")
        self.served: list[str] = []
        super().__init__(bound(_Handler, self))

    def _row(self, record: str, day: int) -> str:
        cells = {"No": record, "Day": f"May {day}", "": f"<a href='/pdf/{day}'>PDF</a>"}
        return f"<tr>{''.join(f'<td>{cells.get(name, 7)}</td>' for name in self.columns)}</tr>"

    def page(self, path: str, number: int = 1) -> str:
        match path:
            case "/":
                return (
                    "<h1>Sign in</h1><form method='post' action='/login'>"
                    "<label>User <input name='u' autocomplete='username'></label>"
                    "<label>Password <input name='p' type='password'></label>"
                    "<button>Sign in</button></form>"
                )
            case "/home":
                menu = f"<a href='/records'>{self.menu}</a> <a href='/'>Out</a>"
                return f"<nav>{menu}</nav><h1>Home</h1>"
            case "/records":
                rows = "".join(
                    self._row(record, day)
                    for day, record in enumerate(self.numbers, start=1)
                    if not self.paged or day == number
                )
                following = f"<a href='/records?page={number + 1}'>Next</a>"
                turn = following if self.paged and number < len(self.numbers) else ""
                head = f"<tr>{''.join(f'<th>{name}</th>' for name in self.columns)}</tr>"
                return f"<h1>Your records</h1><table>{head}{rows}</table>{turn}"
            case _:
                return "<h1>Not here</h1>"


class _Handler(Answering):
    site: RecordsDesk

    def post(self) -> None:
        ok = bool(self.form().get("p")) and not self.site.refuses
        self.redirect("/home" if ok else "/refused")

    def get(self) -> None:
        path = urlsplit(self.path).path
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        if path.startswith("/pdf/"):
            number = NUMBERS[int(path.rpartition("/")[2]) - 1]
            self.site.served.append(number)
            disposition = f'attachment; filename="{number}.pdf"'
            self.answer(200, "application/pdf", PDF, Content_Disposition=disposition)
            return
        body = self.site.page(path, page)
        self.page(f"<!doctype html><html lang='en'><title>Desk</title>{body}</html>")
