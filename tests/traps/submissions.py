"""Forms that a site takes in part, otherwise, later or never, and lists that hang on each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.traps.trap import Answer, Trap, fill, never, page, sent

_GIVEN = {"name": "Ada", "quantity": 5}
_TAKEN = sent(n="Ada", q="5")
_FIELDS = (
    "<p><label>Name <input name=n></label><p><label>Quantity <input name=q type=number></label>"
)
_THANKS = "<h1>Thank you!</h1><p>Your order has been placed.</p>"
_BUTTONS = {
    "en": "Send", "de": "Absenden", "fr": "Envoyer", "es": "Enviar", "it": "Invia",
    "pt": "Enviar", "nl": "Versturen",
}  # fmt: skip
_NOT_TAKEN = {
    "stock": "<p>Only 3 were in stock; your quantity was changed.</p>",
    "a test": "<p>This was a test. No order has been placed.</p>",
    "no payment": "<p>Unfortunately, the payment was declined by your bank.</p>",
    "a limit": "<p>Quantity exceeds the limit and was set to 1.</p>",
    "a part": "<p>Some of the data could not be saved.</p>",
    "another quantity in the only row": "<table><tr><th>Item<th>Quantity<tr><td>Desk<td>3</table>",
}
_OTHERWISE = {
    "nothing": "<h1>Order</h1><p>No changes were made.</p>",
    "a queue": "<h1>You are now in line</h1><p>Your estimated waiting time is 4 minutes.</p>",
    "an offer that is over": "<h1>Sorry</h1><p>The offer has ended.</p>",
    "a link by mail": "<h1>Almost done!</h1><p>Please check your inbox and click the link.</p>",
    "what was cancelled": "<h1>Order</h1><p role=status>Your order was submitted. It was cancelled "
    "automatically because the shop is closed.</p>",
}
_SAID_DONE = {
    "approval": "<h1>Order submitted</h1><p>Your order was submitted and awaits approval.</p>",
    "a number": "<h1>Order 4711</h1><p>Placed just now. We sent a confirmation to you.</p>",
    "plain words": "<h1>Done!</h1><p>We've got your order. You'll hear from us soon.</p>",
    "no cost": "<h1>Thank you!</h1><p>Your order has been placed. If you did not order it, your "
    "order can be cancelled.</p>",
}
_ABROAD = {
    "de": ("<h1>Vielen Dank!</h1><p>Ihre Bestellung ist eingegangen.</p>",
           "<h1>Vielen Dank!</h1><p>Leider ist der Artikel nicht mehr lieferbar.</p>"),
    "fr": ("<h1>Merci !</h1><p>Votre commande a bien été enregistrée.</p>",
           "<h1>Merci !</h1><p>Votre commande a été envoyée. La quantité a été réduite à 3.</p>"),
    "es": ("<h1>¡Gracias!</h1><p>Hemos recibido su pedido.</p>",
           "<h1>Gracias</h1><p>El pago ha sido rechazado.</p>"),
    "it": ("<h1>Grazie!</h1><p>Il tuo ordine è stato ricevuto.</p>",
           "<h1>Grazie</h1><p>Il pagamento non è andato a buon fine.</p>"),
    "pt": ("<h1>Obrigado!</h1><p>O seu pedido foi recebido.</p>",
           "<h1>Obrigado</h1><p>O pagamento foi recusado.</p>"),
    "nl": ("<h1>Bedankt!</h1><p>We hebben uw bestelling ontvangen.</p>",
           "<h1>Bedankt</h1><p>De betaling is mislukt.</p>"),
}  # fmt: skip
_SCRIPTED = "fo.onsubmit = event => { event.preventDefault(); %s };"
_POST = "fetch('/go', {method: 'POST', body: new URLSearchParams(new FormData(fo))})"
_SHOWN = "m.textContent = 'Your order has been placed.';"
_STATES = """
c.onchange = () => {
  s.disabled = true;
  s.innerHTML = '<option>Loading…';
  setTimeout(() => {
    s.disabled = false;
    s.innerHTML = '<option value="">Choose…' + ({US: ['Oregon', 'Texas'], DE: ['Bayern', 'Hessen']})
      [c.value].map(one => '<option>' + one).join('');
  }, 500);
};
"""


def _form(fields: str, button: str = "Send") -> str:
    return (
        f"<main><h1>Order</h1><form method=post action=/go id=fo>{fields}<p><button>{button}"
        "</button></form><p id=m role=status></p></main>"
    )


def _one(
    name: str,
    form: str,
    answer: str | Answer,
    right: Any,
    given: Mapping[str, Any] = _GIVEN,
    *,
    lang: str = "en",
    script: str = "",
    status: int = 200,
    goal: str = "Fill in the form with the given data and send it.",
) -> Trap:
    said = answer if isinstance(answer, str) else ""
    whole = said if said.startswith("{") else page(f"<main>{said}</main>", lang=lang)
    answering: Answer = (lambda fields, before: whole) if isinstance(answer, str) else answer
    return Trap(
        f"submitted: {name}", fill(goal, **given), {"/": page(form, lang=lang, script=script)},
        right, answers={"/go": answering},
        statuses={"/go": status}, solvable=right is not never,
    )  # fmt: skip


def _answered() -> list[Trap]:
    form = _form(_FIELDS)
    return [
        *(_one(f"thanks, and {name}", form, _THANKS + said, never)
          for name, said in _NOT_TAKEN.items()),
        *(_one(f"answered with {name}", form, said, never) for name, said in _OTHERWISE.items()),
        *(_one(f"taken, in {name}", form, said, _TAKEN) for name, said in _SAID_DONE.items()),
        *(_one(f"taken ({lang})", _form(_FIELDS, _BUTTONS[lang]), done, _TAKEN, lang=lang)
          for lang, (done, _) in _ABROAD.items()),
        *(_one(f"not taken ({lang})", _form(_FIELDS, _BUTTONS[lang]), refused, never, lang=lang)
          for lang, (_, refused) in _ABROAD.items()),
    ]  # fmt: skip


def _told_too_early() -> list[Trap]:
    form = _form(_FIELDS)
    later = "{}setTimeout(() => {}, {});"

    def working(said: str) -> str:
        shown = f"setTimeout(() => m.textContent = '{said}', 1500)"
        return f"{_POST}.then(() => {{m.textContent = 'Processing…'; {shown}}});"

    refused = '{"error": "no"}'

    def scripted(name: str, code: str, right: Any = never, status: int = 422) -> Trap:
        answer = refused if right is never else '{"job": 1}'
        return _one(name, form, answer, right, script=_SCRIPTED % code, status=status)

    return [
        scripted("a toast before the refusal", f"{_SHOWN}{_POST};"),
        scripted("a toast, and sent by a timer", later.format(_SHOWN, _POST, 1200)),
        scripted("a toast, and sent by a later timer", later.format(_SHOWN, _POST, 2500)),
        scripted("a toast, and never sent", _SHOWN),
        scripted("work that fails", working("Your order failed: item sold out."), status=200),
        scripted("work that is done", working("Your order has been placed."),
                 lambda seen: len(seen.posted) == 1, 200),
    ]  # fmt: skip


def _entered() -> list[Trap]:
    states = _form(
        "<p><label>Country <select name=country id=c><option value=''>Choose…<option value=US>"
        "United States<option value=DE>Germany</select></label><p><label>State <select name=state "
        "id=s><option value=''>Choose a country first</select></label>"
    )
    account = _form(
        "<p><label>IBAN <input name=iban id=i></label><p><label>Account holder <input name=h>"
        "</label>"
    )
    saved = f"<main><h1>Order</h1><form method=post action=/go>{_FIELDS}<button name=do value=save>"
    saved += "Save</button> <button name=do value=submit>Submit claim</button></form></main>"
    iban = {"iban": "DE89370400440532013000", "account_holder": "Ada Lovelace"}
    groups = "i.oninput = () => i.value = i.value.replace(/\\s/g, '').replace(/(.{4})/g, '$1 ')"
    cut = "i.oninput = () => i.value = i.value.replace(/\\s/g, '').slice(0, 20)"
    claimed = {"submit": "Your claim has been submitted.", "save": "Your claim has been saved."}
    return [
        _one("a list that another one fills", states, _THANKS, sent(country="DE", state="Hessen"),
             {"country": "Germany", "state": "Hessen"}, script=_STATES),
        _one("a list that another one fills otherwise", states, _THANKS, never,
             {"country": "Germany", "state": "Oregon"}, script=_STATES),
        _one("an account in groups", account, _THANKS,
             lambda seen: any(one["iban"].replace(" ", "") == iban["iban"] for one in seen.posted),
             iban, script=groups),
        _one("an account that is cut off", account, _THANKS, never, iban, script=cut),
        _one("saving beside sending", saved,
             lambda fields, before: page(f"<main><p role=status>{claimed[fields['do']]}</main>"),
             sent(do="submit", n="Ada", q="5")),
    ]  # fmt: skip


def _booked() -> list[Trap]:
    form = _form(
        "<p><label>Name <input name=n></label><p><label>Date <input name=d type=date></label><p>"
        "<label>Time <select name=t><option>18:00<option>20:00</select></label>", "Book",
    )  # fmt: skip
    given = {"name": "Ada", "date": "2024-07-12", "time": "20:00"}
    booked, on = "<h1>Booked</h1><p>Your table has been booked", "for 12 July 2024 at"
    return [
        _one("booked", form, f"{booked} {on} 8 pm.</p>", sent(d="2024-07-12", t="20:00"), given),
        _one("booked for another time", form, f"{booked} {on} 6 pm.</p>", never, given),
        _one("kept for a while", form, "<h1>Thank you</h1><p>We are holding your table for 10 "
             "minutes. Please confirm your booking.</p><button>Confirm booking</button>", never,
             given),
        _one("a weight in another unit", _form(
            "<p><label>Weight (kg) <input name=w type=number step=0.1></label><p><label>Name <input"
            " name=n></label>"), _THANKS, sent(w="0.8"), {"weight": "800 g", "name": "Ada"}),
    ]  # fmt: skip


def _transferred() -> list[Trap]:
    """Transfers that are looked through before they are sent."""
    form = _form(
        "<p><label>Amount <input name=a></label><p><label>Recipient <input name=r></label>",
        "Continue",
    )
    given = {"amount": "250.00", "recipient": "Ada Lovelace"}
    end = "<form method=post action=/end>{}<button>Confirm transfer</button></form>"
    shown = "<h1>Check your transfer</h1><dl><dt>Amount<dd>{}<dt>Recipient<dd>Ada Lovelace</dl>"
    code = end.format("<label>TAN <input name=tan></label>")
    reviews = {
        "looked through": shown.format("250.00 EUR") + end.format(""),
        "looked through, with another amount": shown.format("2,500.00 EUR") + end.format(""),
        "a code that nobody has": f"<h1>Enter the TAN</h1><p>We have sent you a TAN.</p>{code}",
    }

    def one(name: str, review: str) -> Trap:
        right = name == "looked through"
        return Trap(
            f"submitted: {name}", fill(**given), {"/": page(form)},
            (lambda seen: any(each["path"] == "/end" for each in seen.posted)) if right else never,
            answers={
                "/go": lambda fields, before: page(f"<main>{review}</main>"),
                "/end": lambda fields, before: page("<p>Your transfer has been sent.</p>"),
            },
            solvable=right,
        )  # fmt: skip

    return [one(name, review) for name, review in reviews.items()]


def submissions() -> list[Trap]:
    """All of them."""
    return [*_answered(), *_told_too_early(), *_entered(), *_booked(), *_transferred()]
