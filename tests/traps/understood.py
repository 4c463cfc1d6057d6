"""Answers to forms of which each word counts: some are plain, others say a little more or less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.traps.trap import Answer, Trap, fill, never, page, sent

_TEXT = "<p><label>{} <input name={}></label>"
_DAY = "<p><label>{} <input name={} type=date></label>"
_LONG = "<p><label>{} <textarea name={}></textarea></label>"
_LIST = "<p><label>{} <select name={}><option value=''>…<option>{}<option>{}</select></label>"


def _texts(*labels: str) -> str:
    """Fields for texts, sent under their first letters."""
    return "".join(_TEXT.format(one, one[0].lower()) for one in labels)


_PERSON = _texts("Name", "E-mail")
_ADA = {"name": "Ada Oak", "email": "ada@oak.example"}
_AWAY = _DAY.format("From", "f") + _DAY.format("To", "t")
_COUNTED = _TEXT.format("Name", "n") + "<p><label>{} <input name=q type=number></label>"
_GOALS = {
    "en": "Fill in the form with the given data and send it.",
    "de": "Fülle das Formular mit den gegebenen Daten aus und sende es ab.",
    "fr": "Remplis le formulaire avec les données fournies et envoie-le.",
    "es": "Rellena el formulario con los datos indicados y envíalo.",
    "it": "Compila il modulo con i dati forniti e invialo.",
    "nl": "Vul het formulier in met de gegevens en verstuur het.",
    "pl": "Wypełnij formularz podanymi danymi i wyślij go.",
    "pt": "Preencha o formulário com os dados indicados e envie-o.",
}
_BUTTONS = {
    "en": "Send", "de": "Absenden", "fr": "Envoyer", "es": "Enviar", "it": "Invia",
    "nl": "Versturen", "pl": "Wyślij", "pt": "Enviar",
}  # fmt: skip
_Case = tuple[str, str, str, Mapping[str, Any], tuple[str, ...], tuple[str, ...]]

_CASES: tuple[_Case, ...] = (
    ("a class", "en", _PERSON + _LIST.format("Class", "c", "Yoga Monday", "Yoga Tuesday"),
     {**_ADA, "class": "Yoga Tuesday"},
     ("<h1>You're in!</h1><p>Your spot in Yoga Tuesday is reserved. See you there, Ada!</p>",),
     ("<h1>Thank you, Ada!</h1><p>You have been added to the waiting list.</p>",
      "<h1>Thank you, Ada</h1><p>We have saved your name and will contact you about a place.</p>",
      "<h1>Booked</h1><p>You have a trial lesson in Yoga Tuesday; the class begins later.</p>")),
    ("membership", "en", _PERSON, _ADA,
     (("<h1>Welcome to the club, Ada!</h1><p>Your membership number is 20-118. A confirmation has "
      "been sent to ada@oak.example.</p>"),
      ("<header><a href=/>Oak</a></header><main><h1>Thank you for your message</h1><p>We usually "
      "reply within one working day.</p></main><aside>Only today!</aside><footer>Not for resale.")),
     ("<h1>Thank you</h1><p>Print the form, sign it and send it to us by mail.</p>",
      "<h1>Order received</h1><p>A card for Bob Elm will be sent to ada@oak.example.</p>",
      "<h1>Profile saved</h1><p>Warning: mysqli_query(): gone away in /save.php on line 12</p>",
      "<h1>Thank you</h1><p>We merged your message with your existing ticket 991.</p>",
      "<h1>Thank you</h1><p role=status>Language saved.</p>",
      ("<h1>Team</h1><ul><li>Bob Elm b@elm.example <span>Active</span><li>Ada Oak ada@oak.example "
      "<span>Bounced</span></ul>"),
      "<h1>Thank you</h1><p>We got your booking. We will confirm your booking by e-mail.</p>")),
    ("leave", "en", _AWAY, {"from": "2024-08-05", "to": "2024-08-09"},
     (("<h1>Leave submitted</h1><p>From 5 Aug 2024 to 9 Aug 2024. Your manager has been "
      "informed.</p>"),),
     ("<h1>Request submitted</h1><p>Your leave covers 4 working days, since 9 Aug is blocked.</p>",
      "<h1>Leave submitted</h1><p>Booked: 5 Aug 2024 to 9 Aug 2024 (4.5 days).</p>")),
    ("verlof", "nl", _DAY.format("Van", "v") + _DAY.format("Tot", "t"),
     {"van": "2024-08-05", "tot": "2024-08-09"},
     ("<h1>Aanvraag ontvangen</h1><p>Wij nemen binnen twee werkdagen contact met u op.</p>",),
     ("<h1>Aanvraag ontvangen</h1><p>Uw verlof is goedgekeurd, behalve vrijdag.</p>",)),
    ("guests", "en", _COUNTED.format("Guests"), {"name": "Ada Oak", "guests": 3},
     ("<h1>Thank you, Ada!</h1><p>Your answer has been saved: 3 guests.</p>",),
     ("<h1>Saved!</h1><p>You and one guest are on the list.</p>",)),
    ("items", "en", _TEXT.format("Item", "i") + "<p><label>Quantity <input name=q></label>",
     {"item": "Desk lamp", "quantity": 2},
     (("<h1>Orders</h1><p role=status>Order saved.</p><table><tr><th>No.<th>Item<th>Quantity<th>"
      "Status<tr><td>88<td>Desk lamp<td>2<td>New<tr><td>71<td>Chair<td>1<td>Delivered</table>"),),
     (("<h1>Orders</h1><p role=status>Order saved.</p><table><tr><th>No.<th>Item<th>Quantity<th>"
      "Status<tr><td>88<td>Desk lamp<td>2<td>Rejected by stock<tr><td>71<td>Chair<td>1<td>"
      "Delivered</table>"),
      "<h1>Your basket</h1><p role=status>2 items were added.</p>")),
    ("label", "en", _texts("Sender", "Recipient"),
     {"sender": "Oak Ltd", "recipient": "Elm GmbH"},
     ("<h1>Label created</h1><p>From: Oak Ltd</p><p>To: Elm GmbH</p>",),
     ("<h1>Label created</h1><p>From: Elm GmbH</p><p>To: Oak Ltd</p>",)),
    ("reading", "en", _texts("Meter number", "Reading"),
     {"meter_number": "M-1", "reading": "12345"},
     ("<h1>Thank you</h1><p>Meter M-1: reading 12345 kWh received on 15 June 2024.</p>",),
     ("<h1>Thank you</h1><p>Your reading 12354 was received.</p>",)),
    ("termin", "de", _TEXT.format("Name", "n") + _DAY.format("Datum", "d")
     + "<p><label>Uhrzeit <input name=u type=time></label>",
     {"name": "Ada", "datum": "2024-07-05", "uhrzeit": "10:30"},
     ("<h1>Termin gebucht</h1><p>Ihr Termin: Freitag, 5. Juli 2024, 10:30 Uhr</p>",),
     ("<h1>Termin gebucht</h1><p>Ihr Termin: Freitag, 5. Juli 2024, 9:30 Uhr</p>",
      "<h1>Termin gebucht</h1><p>Ihr Termin: 8. Juli 2024</p>")),
    ("kündigung", "de", "<h2>Vertrag kündigen</h2>" + _TEXT.format("Kundennummer", "k")
     + _DAY.format("Kündigungsdatum", "d"),
     {"kundennummer": "K-4411", "kuendigungsdatum": "2024-12-31"},
     (("<h1>Kündigung eingegangen</h1><p>Wir haben Ihre Kündigung zum 31.12.2024 erhalten. Sie "
      "bekommen in Kürze eine Bestätigung per E-Mail.</p>"),),
     (("<h1>Vielen Dank</h1><p>Ihre Kündigung ist eingegangen. Der Vertrag endet mit der nächsten "
      "Verlängerung.</p>"),)),
    ("lauf", "de", _PERSON, _ADA,
     ("<h1>Danke, Ada!</h1><p>Deine Anmeldung ist bei uns eingegangen. Startnummer: 118</p>",),
     (("<h1>Danke, Ada!</h1><p>Deine Anmeldung ist eingegangen. Mit der Startgebühr bist du dabei."
      "</p>"),)),
    ("devis", "fr", _texts("Nom", "Ville"),
     {"nom": "Léa", "ville": "Lyon"},
     (("<h1>Demande envoyée</h1><p>Merci Léa, votre demande n° D-204 a bien été transmise. Vous "
      "recevrez une réponse sous 3 jours ouvrés.</p>"),),
     ("<h1>Demande envoyée</h1><p>Votre demande a été transmise à notre partenaire.</p>",
      "<h1>Merci</h1><p>Votre message a été classé comme indésirable.</p>",
      "<h1>Merci</h1><p>Votre demande est enregistrée. Un conseiller vous appellera.</p>")),
    ("pedido", "es", _TEXT.format("Nombre", "n") + "<p><label>Cantidad <input name=q></label>",
     {"nombre": "Ana", "cantidad": 4},
     (("<h1>¡Gracias, Ana!</h1><p>Tu pedido se ha enviado correctamente. Te responderemos en un "
      "plazo de 24 horas.</p>"),),
     ("<h1>Pedido recibido</h1><p>Pedido n.º 55: 2 unidades.</p>",)),
    ("reso", "it", _texts("Ordine", "Motivo"),
     {"ordine": "88", "motivo": "Rotto"},
     (("<h1>Grazie!</h1><p>La tua richiesta per l'ordine 88 è stata inviata. Ti risponderemo entro "
      "2 giorni lavorativi.</p>"),),
     (("<h1>Richiesta inviata</h1><p>La richiesta per l'ordine 88 è stata registrata. Il rimborso "
      "sarà un buono.</p>"),)),
    ("adres", "pl", _texts("Ulica", "Kod pocztowy"),
     {"ulica": "Dębowa 2", "kod_pocztowy": "00-950"},
     ("<h1>Dziękujemy!</h1><p>Twoje zgłoszenie zostało przyjęte. Numer zgłoszenia: Z/2024/17</p>",),
     ("<h1>Adres</h1><p role=status>Zmiany zostały zapisane.</p><p>Ulica: Dębowa 3</p>",)),
    ("encomenda", "pt", _TEXT.format("Nome", "n") + "<p><label>Quantidade <input name=q></label>",
     {"nome": "Rui", "quantidade": 5},
     ("<h1>Obrigado, Rui!</h1><p>A sua encomenda n.º 8841 foi registada com sucesso.</p>",),
     ("<h1>Obrigado!</h1><p>Encomenda registada. Enviamos 3 agora e o restante depois.</p>",)),
)  # fmt: skip
"""Name, language, fields, what is given, right answers and wrong ones."""

_GIFT = (
    _TEXT.format("Amount", "a") + "<fieldset><legend>Frequency</legend><label><input type=radio "
    "name=r value=m checked>Monthly</label><label><input type=radio name=r value=o>Once</label>"
    "</fieldset>"
)
_PAID = (
    "<p><label>From account <select name=f><option>Business *1111<option>Savings *2222</select>"
    "</label>" + _TEXT.format("Payee", "p")
)
_PRESETS: tuple[tuple[str, str, Mapping[str, Any], bool], ...] = (
    ("a gift that repeats", _GIFT, {"amount": "20"}, False),
    ("a gift, once", _GIFT, {"amount": "20", "frequency": "Once"}, True),
    ("an account", _PAID, {"payee": "Oak Ltd"}, False),
    ("the account", _PAID, {"payee": "Oak Ltd", "from_account": "Savings *2222"}, True),
    ("ten of them", _COUNTED.format("Quantity").replace("=q", "=q value=10"), {"name": "A"}, False),
    ("an insurance", _TEXT.format("Name", "n") + "<label><input type=checkbox name=i checked>"
     "Travel insurance (19.90 EUR)</label>", {"name": "Ada"}, False),
    ("a country", _TEXT.format("Name", "n") + "<p><label>Country <select name=c><option>Austria"
     "<option>Germany</select></label>", {"name": "Ada"}, True),
    ("another unit", _texts("Name", "Weight (g)"),
     {"name": "Ada", "weight": "2.5 kg"}, False),
    ("an article by its code", _TEXT.format("Name", "n")
     + _LIST.format("Article", "a", "A-12 – Lamp", "A-21 – Chair"),
     {"name": "Ada", "article": "A-12"}, True),
)  # fmt: skip
"""Name, fields, what is given, and whether it may be sent."""


def _trap(
    name: str, lang: str, fields: str, given: Mapping[str, Any], html: str, done: bool
) -> Trap:
    button = _BUTTONS[lang]
    form = f"<form method=post action=/go id=fo>{fields}<p><button>{button}</button></form>"
    answer: Answer = lambda _, __: page(  # noqa: E731
        html if "<main>" in html else f"<main>{html}</main>", lang=lang
    )
    return Trap(
        f"understood: {name}",
        fill(_GOALS[lang], **given),
        {"/": page(f"<main><h1>Form</h1>{form}</main>", lang=lang)},
        sent(path="/go") if done else never,
        answers={"/go": answer},
        solvable=done,
    )


def understood() -> list[Trap]:
    """Each with answers that are right, and with others that say it otherwise."""
    answered = [
        _trap(f"{name}, {'right' if done else 'wrong'} {number}", lang, fields, given, html, done)
        for name, lang, fields, given, right, wrong in _CASES
        for done, listed in ((True, right), (False, wrong))
        for number, html in enumerate(listed)
    ]
    thanks = "<h1>Thank you!</h1><p>It has been received.</p>"
    preset = [
        _trap(f"preset, {name}", "en", fields, given, thanks, done)
        for name, fields, given, done in _PRESETS
    ]
    return [*answered, *preset, *_asked(), _without_sending()]


def _asked() -> list[Trap]:
    """A question of the browser's own, of what was given or of something else."""
    fields = _texts("Payee", "Amount")
    form = f"<form method=post action=/go id=fo>{fields}<button>Send</button></form>"
    given = {"payee": "Oak Ltd", "amount": "40.00"}
    return [
        Trap(
            f"understood: asked of {amount}",
            fill(**given),
            {"/": page(form, script=f"fo.onsubmit = () => confirm('Pay {amount} to Oak Ltd?')")},
            (lambda seen: len(seen.posted) == 1) if amount == "40.00" else never,
            answers={"/go": lambda _, __: page("<h1>Your payment has been sent.</h1>")},
            solvable=amount == "40.00",
        )
        for amount in ("40.00", "400.00")
    ]


def _without_sending() -> Trap:
    """A page that is headed as what is to be saved: nothing is done by looking at it."""
    form = (
        f"<main><h1>Profile</h1><form method=post action=/go>{_PERSON}<button>Save</button></form>"
    )
    return Trap(
        "understood: saved by looking at it",
        fill("Save the profile with the given data.", **_ADA),
        {"/": page(form)},
        sent(path="/go"),
        answers={"/go": lambda _, __: page("<h1>Profile saved</h1>")},
        solvable=False,
    )
