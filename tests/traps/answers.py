"""Forms: what a page says to them, in several languages, and entries that are nearly right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.traps.trap import Happened, Trap, fill, never, page, sent

_SAID = {
    "en": (
        "Your name", "name", "Send",
        ("Thank you, we have received your message.", "Thank you!"),
        (
            "Thank you for your interest. We are closed at the moment.",
            "Your message has been saved as a draft.",
            "Thank you for your patience. Please try again in ten minutes.",
            "Thanks! Please fix the errors below.",
            "Message sent? Not yet. Check your entries.",
            "Thank you for contacting us last week. This form is no longer active.",
            "Thank you. Please pay 12.00 EUR to send your message.",
            "You have already sent a message today.",
            "Not sent: mailbox full",
        ),
    ),
    "de": (
        "Ihr Name", "name", "Absenden",
        ("Vielen Dank! Ihre Nachricht wurde gesendet.",),
        (
            "Ihre Nachricht konnte nicht gesendet werden.",
            "Ihre Nachricht wurde als Entwurf gespeichert.",
            "Vielen Dank für Ihr Interesse. Das Formular ist zurzeit geschlossen.",
            "Bitte füllen Sie alle Pflichtfelder aus.",
        ),
    ),
    "fr": (
        "Votre nom", "nom", "Envoyer",
        ("Merci, votre message a été envoyé.",),
        ("Le message n'a pas été envoyé.", "Merci de corriger les champs en rouge."),
    ),
    "es": (
        "Su nombre", "nombre", "Enviar",
        ("Gracias, su mensaje ha sido enviado.",),
        ("El mensaje no ha sido enviado.", "Gracias por su visita. Vuelva a intentarlo más tarde."),
    ),
    "nl": (
        "Uw naam", "naam", "Verzenden",
        ("Bedankt, uw bericht is verzonden.",),
        ("Het bericht is niet verzonden.", "Bedankt voor uw geduld, probeer het later opnieuw."),
    ),
}  # fmt: skip


def _answered(lang: str, label: str, key: str, button: str, said: str, *, taken: bool) -> Trap:
    form = (
        f"<form method=post action=/send><label>{label} <input name=n></label>"
        f"<button>{button}</button></form>"
    )
    answer = page(f"<main><h1>Contact</h1><p>{said}</p></main>", lang=lang)
    return Trap(
        f"answered: {said}",
        fill(**{key: "Ada"}),
        {"/": page(f"<main><h1>Contact</h1>{form}</main>", lang=lang)},
        sent(n="Ada") if taken else never,
        answers={"/send": lambda fields, before: answer},
        solvable=taken,
    )


_NAME = "<label>Name <input name=name></label>"
_THANKS = "<main><h1>Thank you</h1><p>Your message has been sent.</p></main>"


def _entry(
    name: str, fields: str, right: Callable[[Happened], bool], *, solvable: bool = True,
    goal: str = "", lang: str = "en", after: str = "", **data: Any,
) -> Trap:  # fmt: skip
    form = f"<form method=post action=/send>{_NAME}{fields}<button>Send</button></form>{after}"
    given = {"name": "Ada", **data}
    return Trap(
        f"entered: {name}",
        fill(goal, **given) if goal else fill(**given),
        {"/": page(f"<main><h1>Contact</h1>{form}</main>", lang=lang)},
        right,
        answers={path: lambda fields, before: page(_THANKS) for path in ("/send", "/news")},
        solvable=solvable,
    )


def _options(name: str, *labels: str) -> str:
    options = "".join(f"<option value={place}>{one}</option>" for place, one in enumerate(labels))
    return f"<label>{name} <select name=o>{options}</select></label>"


_ADDRESSES = (
    "<fieldset><legend>Billing address</legend><label>City <input name=b></label></fieldset>"
    "<fieldset><legend>Shipping address</legend><label>City <input name=s></label></fieldset>"
)
_COMPANY = (
    "<fieldset><legend>Are you a company?</legend><label><input type=radio name=c value=y> Yes"
    "</label><label><input type=radio name=c value=n> No</label></fieldset>"
)
_COUNTRIES = ("Choose", "Australia", "Austria", "Guinea", "Guinea-Bissau", "North Korea")
_NEWS = (
    "<form method=post action=/news><label>E-mail <input name=email></label>"
    "<button>Subscribe</button></form>"
)


def _entries() -> list[Trap]:
    def leaves_out(seen: Happened) -> bool:
        return bool(seen.posted) and seen.posted[-1]["phone"] == ""

    def twice(seen: Happened) -> bool:
        return len(seen.posted) > 1

    phone = "<label>Phone <input name=phone></label>"
    return [
        _entry("a country", _options("Country", *_COUNTRIES), sent(o="2"), country="Austria"),
        _entry("half of a country", _options("Country", *_COUNTRIES), never, solvable=False,
               country="Austria-Hungary"),
        _entry("a part of an option", _options("Plan", "Basic", "Pro Plus"), never, solvable=False,
               plan="Pro"),
        _entry("an option with a price", _options("Delivery", "Standard", "Express (+5.00 EUR)"),
               sent(o="1"), delivery="Express"),
        _entry("two cities", _ADDRESSES, sent(b="Graz", s="Linz"), shipping_city="Linz",
               billing_city="Graz", solvable=False),
        _entry("one of two cities", _ADDRESSES, sent(b="", s="Linz"), shipping_city="Linz",
               solvable=False),
        _entry("a city of either address", _ADDRESSES, never, solvable=False, city="Linz"),
        _entry("no", _COMPANY, sent(c="n"), company=False, solvable=False),
        _entry("a whole name for a first one", "<label>First name <input name=f></label>"
               "<label>Last name <input name=l></label>", never, solvable=False,
               full_name="Ada Lovelace"),
        _entry("a value again", "<label>E-mail <input name=e></label>"
               "<label>Confirm e-mail <input name=f></label>",
               sent(e="a@b.example", f="a@b.example"), email="a@b.example"),
        _entry("the field of another form", "<label>E-mail <input name=e></label>",
               sent(path="/send", e="a@b.example"), after=_NEWS, email="a@b.example"),
        _entry("a German day", "<label>Datum <input name=d placeholder=TT.MM.JJJJ></label>",
               sent(d="04.05.2024"), lang="de", datum="2024-05-04"),
        _entry("a Spanish day", "<label>Fecha <input name=d placeholder=dd/mm/aaaa></label>",
               sent(d="04/05/2024"), lang="es", fecha="2024-05-04"),
        _entry("all but one", phone, leaves_out, solvable=False, phone="1",
               goal="Fill in the form with the data, but leave the phone empty, and send it."),
        _entry("twice", "", twice, solvable=False,
               goal="Fill in the form with the given data and send it twice."),
        _entry("on a condition", "<p>Seats left: 0</p>", never, solvable=False,
               goal="Fill in the form with the given data and send it, if there are seats left."),
    ]  # fmt: skip


def answers() -> list[Trap]:
    """All of them."""
    said = [
        _answered(lang, label, key, button, text, taken=text in done)
        for lang, (label, key, button, done, not_done) in _SAID.items()
        for text in (*done, *not_done)
    ]
    return [*said, *_entries()]
