"""What a page answers to a form: another name, day or amount than was given, or the next step."""

from __future__ import annotations

from typing import Any

from tests.traps.trap import Trap, fill, never, page, sent

_BOOKED = {"name": "Ada Lovelace", "guests": 4, "date": "2024-07-12"}
_TABLE = (
    "<main><h1>Book a table</h1><form method=post action=/book><p><label>Name <input name=name "
    "required></label><p><label>Guests <input name=guests type=number></label><p><label>Date "
    "<input name=day type=date></label><p><button>Book</button></form></main>"
)
_PAID = {
    "recipient": "Ada Lovelace", "iban": "AT611904300234573201", "amount": "1234.50",
    "purpose": "Miete",
}  # fmt: skip
_TRANSFER = (
    "<main><h1>Überweisung</h1><form method=post action=/book><p><label>Empfänger <input name=to>"
    "</label><p><label>IBAN <input name=iban></label><p><label>Betrag <input name=amount></label>"
    " EUR<p><label>Verwendungszweck <input name=ref></label><p><button>Senden</button></form>"
    "</main>"
)
_ASKED = {"subject": "Panne", "priority": "Haute", "description": "Rien ne marche"}
_REQUEST = (
    "<main><h1>Nouvelle demande</h1><form method=post action=/book><p><label>Objet <input name=o>"
    "</label><p><label>Priorité <select name=p><option>Basse<option selected>Normale<option>Haute"
    "</select></label><p><label>Description <textarea name=d></textarea></label><p><button>Envoyer"
    "</button></form></main>"
)
_LIST = (
    "<h1>Demandes</h1>{}<table><tr><th>N°<th>Objet<th>Priorité<tr><td>4711<td>Panne<td>{}<tr><td>"
    "4700<td>Ancien<td>Basse</table>"
)


def _form(
    name: str,
    form: str,
    given: dict[str, Any],
    answer: str,
    right: Any = never,
    *,
    lang: str = "en",
) -> Trap:
    return Trap(
        f"confirmed: {name}",
        fill("Fülle das Formular mit den Daten aus und sende es.", **given)
        if lang == "de"
        else fill(**given),
        {"/": page(form, lang=lang)},
        right,
        answers={"/book": lambda fields, before: page(f"<main>{answer}</main>", lang=lang)},
        solvable=right is not never,
    )


def _bookings() -> list[Trap]:
    booked = sent(name="Ada Lovelace", guests="4", day="2024-07-12")
    thanks = "<h1>Thank you!</h1>"
    right = {
        "in a sentence": "<p>Your booking for Ada Lovelace, 4 guests, on 12 July 2024 is "
        "confirmed.</p>",
        "behind labels": "<p>Your booking is confirmed.</p><dl><dt>Name<dd>Ada Lovelace<dt>Guests"
        "<dd>4<dt>Date<dd>12/07/2024<dt>Reference<dd>99812</dl>",
        "without a word of it": "<p>Your booking is confirmed. Reference 88123. We'll call you "
        "within 3 days.</p>",
        "masked": "<p>Your booking is confirmed.</p><dl><dt>Name<dd>A*** L*******<dt>Guests<dd>4"
        "</dl>",
    }
    wrong = {
        "another name": "<p>Your booking for Adam Smith is confirmed.</p>",
        "another number": "<p>Your booking for Ada Lovelace, 2 guests, is confirmed.</p>",
        "another day": "<p>Your booking for Ada Lovelace on 11 July 2024 is confirmed.</p>",
        "another name in a table": "<p>Your booking is confirmed.</p><table><tr><th>Name<td>Adam "
        "Smith<tr><th>Guests<td>4</table>",
        "ten times as many": "<p>Your booking is confirmed.</p><dl><dt>Name<dd>Ada Lovelace<dt>"
        "Guests<dd>40</dl>",
        "another name in lines": "<p>Your booking is confirmed.<br>Name: Bob Miller<br>Guests: 4"
        "</p>",
        "a waiting list": "<p>You are on the waiting list.</p>",
    }
    return [
        *(_form(name, _TABLE, _BOOKED, thanks + said, booked) for name, said in right.items()),
        *(_form(name, _TABLE, _BOOKED, thanks + said) for name, said in wrong.items()),
    ]


def _transfers() -> list[Trap]:
    paid, thanks = sent(to="Ada Lovelace", ref="Miete"), "<h1>Vielen Dank</h1>"
    right = {
        "the amount, otherwise written": "<p>Die Überweisung von 1.234,50 EUR an Ada Lovelace "
        "wurde durchgeführt.</p>",
        "the account in groups": "<p>Ihre Überweisung wurde gesendet.<br>IBAN: AT61 1904 3002 3457 "
        "3201</p>",
    }
    wrong = {
        "another amount": "<p>Die Überweisung von 123.450,00 EUR an Ada Lovelace wurde "
        "ausgeführt.</p>",
        "another account": "<p>Ihre Überweisung wurde gesendet.<br>IBAN: DE02 1203 0000 0000 2020 "
        "51</p>",
    }
    return [
        _form(name, _TRANSFER, _PAID, thanks + said, paid if name in right else never, lang="de")
        for name, said in (right | wrong).items()
    ]


def _lists() -> list[Trap]:
    right = sent(o="Panne", p="Haute", d="Rien ne marche")
    return [
        _form("by a heading", _REQUEST, _ASKED, "<h1>Demande n° 4711 créée</h1>", right, lang="fr"),
        _form("by the list", _REQUEST, _ASKED, _LIST.format("", "Haute"), right, lang="fr"),
        _form(
            "by another row", _REQUEST, _ASKED,
            _LIST.format("<p>La demande a été créée.</p>", "Basse"), lang="fr",
        ),
    ]  # fmt: skip


def _in_parts() -> list[Trap]:
    given = {"name": "Ada Lovelace", "email": "ada@example.com"}
    received = page(
        "<main><h1>Application received</h1><p>Thank you for your application.</p></main>"
    )
    hidden = (
        "<main><h1 id=h>Step 1 of 3</h1><form method=post action=/end><div id=s1><label>Name "
        "<input "
        "name=name></label><button type=button onclick=go(2)>Next</button></div><div id=s2 hidden>"
        "<label>E-mail <input name=email></label><button type=button onclick=go(3)>Next</button>"
        "</div><div id=s3 hidden><p>Summary</p><button>Submit application</button></div></form>"
        "</main>"
    )
    script = (
        "function go(n){for(let i=1;i<4;i++)document.getElementById('s'+i).hidden=i!==n;"
        "h.textContent='Step '+n+' of 3'}"
    )
    first = (
        "<main><h1>Step 1</h1><form method=post action=/two><label>Name <input name=name></label>"
        "<button>Continue</button></form></main>"
    )
    second = (
        "<main><h1>Step 2</h1><form method=post action=/three><label>E-mail <input name=email>"
        "</label><button>Continue</button></form></main>"
    )
    third = (
        "<main><h1>Review your application</h1><p>Name: {}</p><p>E-mail: ada@example.com</p><form "
        "method=post action=/end><button>Submit</button></form></main>"
    )

    def pages(name: str, shown: str, right: Any) -> Trap:
        return Trap(
            name, fill(**given), {"/": page(first)}, right,
            answers={
                "/two": lambda fields, before: page(second),
                "/three": lambda fields, before: page(third.format(shown)),
                "/end": lambda fields, before: received,
            },
            solvable=right is not never,
        )  # fmt: skip

    return [
        Trap(
            "confirmed: three parts of one page", fill(**given), {"/": page(hidden, script=script)},
            sent(**given), answers={"/end": lambda fields, before: received},
        ),
        pages(
            "confirmed: three pages, the last of which sums up", "Ada Lovelace",
            lambda seen: any(one["path"] == "/end" for one in seen.posted),
        ),
    ]  # fmt: skip


def _before() -> list[Trap]:
    autosave = (
        "n.onchange=()=>{setTimeout(()=>s.textContent='Draft saved automatically.',200)};"
        "f.onsubmit=e=>{e.preventDefault();}"
    )
    body = (
        "<div role=status id=s></div><main><h1>Profile</h1><form id=f><label>Name <input name=name "
        "id=n></label><button>Save</button></form></main>"
    )
    number = (
        "<main><h1>New expense</h1><form method=post action=/book><label>Amount <input name=a "
        "type=number step=0.01></label><label>Text <input name=t></label><button>Create</button>"
        "</form></main>"
    )
    created = "<h1>Expenses</h1><p role=status>Expense created.</p>"
    return [
        Trap(
            "confirmed: a draft that saves itself", fill(name="Ada"),
            {"/": page(body, script=autosave)}, never, solvable=False,
        ),
        _form("a thousand, or a decimal", number, {"amount": "12.345", "text": "Train"}, created),
        _form(
            "by a status line", number, {"amount": "12.34", "text": "Train"}, created,
            sent(a="12.34", t="Train"),
        ),
    ]  # fmt: skip


def confirmations() -> list[Trap]:
    """All of them."""
    return [*_bookings(), *_transfers(), *_lists(), *_in_parts(), *_before()]
