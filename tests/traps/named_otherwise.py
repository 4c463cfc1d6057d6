"""Answers that name another account, choice, person or period than was sent, each in its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.traps.trap import Answer, Trap, fill, never, page, sent

_IBAN = "AT611904300234573200"
_CARD = "4111111111111111"
_TEXT = "<p><label>{} <input name={}></label>"
_LIST = "<p><label>{} <select name={}>{}</select></label>"
_ACCOUNT = _TEXT.format("Account holder", "h") + _TEXT.format("IBAN", "i")
_PAID = _TEXT.format("Card number", "c") + _TEXT.format("Name on card", "n")
_METER = _TEXT.format("Meter number", "m") + _TEXT.format("Reading", "r")
_BRANCH = _TEXT.format("Name", "n") + _LIST.format("Branch", "b", "<option>Graz<option>Linz")
_RADIOS = (
    _TEXT.format("Name", "n") + "<fieldset><legend>Shipping method</legend>"
    "<label><input type=radio name=v value=s checked>Standard</label>"
    "<label><input type=radio name=v value=e>Express (+9.90 EUR)</label></fieldset>"
)
_PERSON = _TEXT.format("First name", "f") + _TEXT.format("Last name", "l")
_TRANSFER = _TEXT.format("Payee", "p") + _TEXT.format("Amount", "a")
_MOVE = (
    _TEXT.format("Postcode", "p") + "<p><label>Datum <input name=d placeholder=dd-mm-jjjj></label>"
)
_ADDRESS = _TEXT.format("Naam", "n") + _TEXT.format("Straat", "s")
_ENDING = _TEXT.format("Vertragsnummer", "v") + (
    "<p><label>Kündigung zum <input name=d type=date></label>"
)
_WAY = _TEXT.format("From", "f") + _TEXT.format("To", "t")
_REASON = (
    "<h2>Cancel the subscription</h2>"
    + _TEXT.format("Customer number", "k")
    + _TEXT.format("Reason", "r")
)

_CASES: tuple[tuple[str, str, Mapping[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ("hidden account", _ACCOUNT, {"account_holder": "Ada Oak", "iban": _IBAN},
     ("<h1>Account</h1><p>Your account has been saved: AT61 •••• 3200</p>",),
     ("<h1>Account</h1><p>Your account has been saved: AT61 •••• 9911</p>",
      "<h1>Account</h1><p>Your account has been saved.</p><p>Refunds go to DE12 **** 3311.</p>")),
    ("card", _PAID, {"card_number": _CARD, "name_on_card": "Ada Oak"},
     ("<h1>Paid</h1><p>Your payment has been made with the card ending in 1111.</p>",),
     ("<h1>Paid</h1><p>Your payment has been made with the card ending in 9999.</p>",)),
    ("code", _METER, {"meter_number": "M-1", "reading": 12345},
     ("<h1>Thank you</h1><p>Your reading for meter M-1 has been saved.</p>",
      "<h1>Thank you</h1><p>Your reading has been saved under no. C-99.</p>"),
     ("<h1>Thank you</h1><p>Your reading for meter M-2 has been saved.</p>",)),
    ("choice", _BRANCH, {"name": "Ada", "branch": "Graz"},
     ("<h1>See you</h1><p>Your appointment in our Graz branch has been booked.</p>",),
     ("<h1>See you</h1><p>Your appointment in our Linz branch has been booked.</p>",)),
    ("radio", _RADIOS, {"name": "Ada", "shipping_method": "Express"},
     ("<h1>Your order has been placed</h1><p>Shipping method: Express</p>",),
     ("<h1>Your order has been placed</h1><dl><dt>Shipping method<dd>Standard</dl>",)),
    ("greeting", _PERSON, {"first_name": "Ada", "last_name": "Oak"},
     ("<h1>Welcome, Ada!</h1><p>Your registration is complete.</p>",),
     ("<h1>Welcome, Bob!</h1><p>Your registration is complete.</p>",)),
    ("currency", _TRANSFER, {"payee": "Oak Ltd", "amount": "12.50 EUR"},
     ("<h1>Done</h1><p>Your transfer of 12.50 EUR has been sent to Oak Ltd.</p>",),
     ("<h1>Done</h1><p>Your transfer of 12.50 USD has been sent to Oak Ltd.</p>",)),
    ("hinted day", _MOVE, {"postcode": "1011 AB", "datum": "2024-07-01"},
     ("<h1>Bedankt!</h1><p>Uw verhuizing per 1 juli 2024 is doorgegeven.</p>",),
     ("<h1>Bedankt!</h1><p>Uw verhuizing per 7 januari 2024 is doorgegeven.</p>",)),
    ("what stays", _ADDRESS, {"naam": "Ada Eik", "straat": "Eikweg 2"},
     ("<h1>Gegevens</h1><p>Uw naam en straat zijn gewijzigd.</p>",),
     ("<h1>Gegevens</h1><p>Uw naam is gewijzigd. Uw straat blijft Lindeweg 3.</p>",)),
    ("contract", _ENDING, {"vertragsnummer": "V-8821", "kuendigung_zum": "2024-12-31"},
     ("<h1>Vielen Dank</h1><p>Ihr Vertrag V-8821 wurde zum 31.12.2024 gekündigt.</p>",),
     ("<h1>Vielen Dank</h1><p>Ihr Vertrag V-8812 wurde gekündigt.</p>",
      "<h1>Vielen Dank</h1><p>Ihr Vertrag V-8821 wurde zum 31.12.2025 gekündigt.</p>")),
    ("places", _WAY, {"from": "Graz", "to": "Linz"},
     ("<h1>Booking confirmed</h1><dl><dt>From<dd>Graz<dt>To<dd>Linz</dl>",),
     ("<h1>Booking confirmed</h1><dl><dt>From<dd>Linz<dt>To<dd>Graz</dl>",)),
    ("something else", _REASON, {"customer_number": "K-1", "reason": "Price"},
     ("<h1>Goodbye</h1><p>Your subscription has been cancelled.</p>",),
     ("<h1>Before you go</h1><p>Thank you for your feedback! We offer you 50 %.</p>",
      "<h1>Thank you!</h1><p>You are now subscribed to our newsletter.</p>",
      "<h1>Cancel</h1><p role=status>Cookie preferences saved</p>",
      "<pre>Traceback (most recent call last): ValueError: saved</pre>")),
)  # fmt: skip
"""Name, fields, what is given, right answers and wrong ones."""


def _said(html: str) -> Answer:
    return lambda fields, before: page(f"<main>{html}</main>")


def named_otherwise() -> list[Trap]:
    """Each with answers that are right, and with others that belie what was sent."""
    listed: list[Trap] = []
    for name, fields, given, right, wrong in _CASES:
        lang = (
            "nl"
            if "datum" in given or "naam" in given
            else "de"
            if "vertragsnummer" in given
            else "en"
        )
        form = f"<form method=post action=/go>{fields}<button>Send</button></form>"
        form = page(f"<main><h1>Form</h1>{form}</main>", lang=lang)
        for number, html in enumerate((*right, *wrong)):
            done = number < len(right)
            listed.append(
                Trap(
                    f"named: {name}, {'right' if done else 'wrong'} {number}",
                    fill(**given),
                    {"/": form},
                    sent(path="/go") if done else never,
                    answers={"/go": _said(html)},
                    solvable=done,
                )
            )
    return listed
