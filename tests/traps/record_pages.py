"""Documents on a record's own page, and records told by a week, a month or a day near today."""

from __future__ import annotations

from collections.abc import Mapping

from tests.traps.trap import NOT_FOUND, File, Trap, fetch, never, only_file, page

_RECORDS = (
    ("R-31", "3 May 2024", "49.90"), ("R-30", "3 April 2024", "39.90"),
    ("R-29", "3 March 2024", "19.90"),
)  # fmt: skip
_FILES = {
    f"/f/{number}": File((f"Invoice {number}", f"Date: {day}", f"Total {total} EUR"))
    for number, day, total in _RECORDS
}


def _own_pages(link: str = "Download PDF") -> dict[str, str]:
    return {
        f"/i/{number}": page(
            f"<main><h1>Invoice {number}</h1><dl><dt>Number<dd>{number}<dt>Date<dd>{day}<dt>Total"
            f"<dd>{total} EUR</dl><a href=/f/{number}>{link}</a></main>"
        )
        for number, day, total in _RECORDS
    }


def _table(link: str = "View", last: str = "") -> str:
    rows = "".join(
        f"<tr><td>{number}<td>{day}<td>{total}<td><a href=/i/{number}>{link}</a></tr>"
        for number, day, total in _RECORDS
    )
    head = "<tr><th>Number<th>Date<th>Total<th></tr>"
    return f"<h1>Invoices</h1><table>{head}{last}{rows}</table>"


def _opened() -> list[Trap]:
    links = "<h1>Invoices</h1><ul>" + "".join(
        f"<li><a href=/i/{number}>{number}</a> – {day} – {total} EUR"
        for number, day, total in _RECORDS
    )
    cards = "<h1>Orders</h1>" + "".join(
        f"<article><h2>Order {number}</h2><p>Placed on {day}</p><a href=/i/{number}>Details</a>"
        "</article>" for number, day, _ in _RECORDS
    )  # fmt: skip

    def one(
        name: str,
        goal: str,
        number: str = "",
        listed: str = "",
        files: Mapping[str, File] = _FILES,
        **payload: str,
    ) -> Trap:
        pages = {"/": page(f"<main>{listed or _table()}</main>"), **_own_pages()}
        right = only_file(number) if number else never
        claim = NOT_FOUND if "none has" in name else ""
        return Trap(f"own page: {name}", fetch(goal, **payload), pages, right, files, claim=claim,
                    solvable=bool(number))  # fmt: skip

    swapped = {**_FILES, "/f/R-31": _FILES["/f/R-29"]}
    pending = "<tr><td>R-32<td>3 June 2024<td>9.90<td></tr>"
    return [
        one("a day", "Download the invoice of 3 May 2024.", "R-31"),
        one("a day, by its number's link", "Download the invoice of 3 April 2024.", "R-30", links),
        one("a day, on cards", "Download the invoice of the order placed on 3 April 2024.", "R-30",
            cards),
        one("a month", "Download the invoice of March 2024.", "R-29"),
        one("an amount", "Download the invoice with the total 39.90.", "R-30"),
        one("the latest", "Download the latest invoice.", "R-31"),
        one("the oldest", "Download the oldest invoice.", "R-29"),
        one("the second", "Download the second invoice of the list.", "R-30"),
        one("a given day", "Download the invoice of the given date.", "R-29", date="2024-03-03"),
        one("a day that none has", "Download the invoice of 4 May 2024."),
        one("the latest, that has none", "Download the latest invoice.", "", _table(last=pending)),
        one("another's file", "Download the invoice of 3 May 2024.", files=swapped),
    ]  # fmt: skip


def _near_today() -> list[Trap]:
    """The day of the run is Saturday, 15 June 2024."""

    def one(goal: str, number: str, *days: str, lang: str = "en") -> Trap:
        listed = [(f"R-{len(days) - at}", day) for at, day in enumerate(days)]
        body = "<h1>Invoices</h1><ul>" + "".join(
            f"<li>{each} – {day} <a href=/f/{each}>PDF</a>" for each, day in listed
        )
        files = {f"/f/{each}": File((f"Invoice {each}", f"Date {day}")) for each, day in listed}
        return Trap(
            f"near today: {goal} {number}", fetch(goal), {"/": page(f"<main>{body}</main>",
            lang=lang)}, only_file(number) if number else never, files,
            claim="" if number else NOT_FOUND, solvable=bool(number),
        )  # fmt: skip

    months = ("3 June 2024", "3 May 2024", "3 April 2024")
    return [
        one("Download the invoice of this month.", "R-3", *months),
        one("Download the invoice of last month.", "R-2", *months),
        one("Download the invoice of last week.", "R-2", "12 June 2024", "5 June 2024",
            "28 May 2024"),
        one("Download the invoice of last week.", "", "12 June 2024", "28 May 2024"),
        one("Download yesterday's invoice.", "R-2", "14 June 2024", "5 June 2024"),
        one("Lade die Rechnung von diesem Monat herunter.", "R-3", "3. Juni 2024", "3. Mai 2024",
            "3. April 2024", lang="de"),
        one("Télécharge la facture de ce mois.", "R-2", "3 juin 2024", "3 mai 2024", lang="fr"),
    ]  # fmt: skip


def record_pages() -> list[Trap]:
    """Records that the goal tells by something else than their numbers."""
    return [*_opened(), *_near_today()]
