"""Thanks that prove nothing, options that are gone, amounts in another currency, parts to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.traps.trap import Answer, Happened, Trap, fill, never, page, sent

_ADA = {"name": "Ada", "phone": "0660123456"}
_FIELDS = "<p><label>Name <input name=n></label><p><label>Phone <input name=p></label>"
_AMOUNT = "<p><label>Payee <input name=n></label><p><label>{} <input name=a></label>"
_CURRENCIES = "<select name=c aria-label=Currency><option>USD<option>EUR</select>"
_COURSES = (
    "<p><label>Name <input name=n></label><p><label>Course <select name=s><option>{}<option>German"
    "</select></label>"
)
_BOOKING = (
    "<p><label>Name <input name=n></label><p><label>Guests <input name=g type=number></label><p>"
    "<label>Date <input name=d type=date></label>"
)
_BOOKED = {"name": "Ada", "guests": 4, "date": "2024-07-01"}
_LAST_PART = (
    "<h1>Step 3 of 3</h1><p>Your data has been saved.</p><form method=post action=/done><button>"
    "Submit application</button></form>"
)


def _form(fields: str, path: str = "/go", button: str = "Send") -> str:
    return f"<form method=post action={path}>{fields}<p><button>{button}</button></form>"


def _main(body: str) -> str:
    return page(f"<main>{body}</main>")


def _answer(body: str) -> Answer:
    return lambda fields, before: _main(body)


def _sent(
    name: str,
    fields: str,
    said: str,
    right: Callable[[Happened], bool],
    given: dict[str, Any],
    thanks: str = "Thank you!",
) -> Trap:
    answers = {"/go": _answer(f"<h1>{thanks}</h1><p>{said}</p>")}
    return Trap(
        f"thanks: {name}", fill(**given), {"/": _main(f"<h1>Form</h1>{_form(fields)}")}, right,
        answers=answers, solvable=right is not never,
    )  # fmt: skip


def _said() -> list[Trap]:
    taken = sent(n="Ada", p="0660123456")
    return [
        _sent("and a promise", _FIELDS, "We will get back to you within two days.", taken, _ADA),
        _sent("and incomplete", _FIELDS, "Your application is incomplete and will not be processed "
              "until you upload your ID.", never, _ADA),
        _sent("and a limit", _FIELDS, "You have reached the limit of requests for today.", never,
              _ADA),
        _sent("and a refusal", _FIELDS, "La richiesta è stata respinta.", never, _ADA, "Grazie"),
        _sent("and an unknown sentence", _FIELDS, "Podanie zostało odrzucone przez urząd.", never,
              _ADA),
        _sent("and an earlier day", "<p><label>Name <input name=n></label><p><label>Date <input "
              "name=d type=date></label>", "See you on Sunday, 30 June 2024.", never,
              {"name": "Ada", "date": "2024-07-01"}),
        _sent("for as many", _BOOKING, "Your table for 4 on 1 July 2024 is booked.",
              sent(g="4", d="2024-07-01"), _BOOKED),
        _sent("for fewer", _BOOKING, "Your table for 2 on 1 July 2024 is booked.", never, _BOOKED),
    ]  # fmt: skip


def _otherwise() -> list[Trap]:
    """What is confirmed names another number, address, month or weekday than was given."""
    name = "<p><label>Name <input name=n></label><p><label>"
    number, mail = f"{name}Quantity <input name=q></label>", f"{name}E-mail <input name=e></label>"
    month = f"{name}Month <input name=m type=month></label>"
    day = f"{name}Date <input name=d type=date></label>"
    desks, ada = {"name": "Ada", "quantity": 12}, {"name": "Ada", "email": "ada@home.example"}
    july, monday = {"name": "Ada", "month": "2024-07"}, {"name": "Ada", "date": "2024-07-01"}
    ordered = "Your order of {} has been received."
    mailed = "A confirmation has been sent to {}."
    parked = "Your parking space for {} 2024 has been booked."
    return [
        _sent("of as many", number, ordered.format("12 desks"), sent(q="12"), desks),
        _sent("of fewer", number, ordered.format("1 desk"), never, desks),
        _sent("within some days", number, "Your order has been received and ships within 2 days.",
              sent(q="12"), desks),
        _sent("to its address", mail, mailed.format("ada@home.example"), sent(n="Ada"), ada),
        _sent("to another address", mail, mailed.format("eve@home.example"), never, ada),
        _sent("for its month", month, parked.format("July"), sent(m="2024-07"), july),
        _sent("for another month", month, parked.format("August"), never, july),
        _sent("for its weekday", day, "You are booked for Monday.", sent(d="2024-07-01"), monday),
        _sent("for another weekday", day, "You are booked for Tuesday.", never, monday),
    ]  # fmt: skip


def _held_back() -> list[Trap]:
    done, euros = "Your transfer has been sent.", {"payee": "Ada", "amount": "50.00 EUR"}
    request = "Your request has been received."
    course = {"name": "Ada", "course": "French"}
    return [
        _sent("another currency", _AMOUNT.format("Amount (USD)"), done, never, euros),
        _sent("its currency", _AMOUNT.format("Amount (EUR)"), done, sent(a="50.00 EUR"), euros),
        _sent("another currency in a list", _AMOUNT.format("Amount") + _CURRENCIES, done, never,
              euros),
        _sent("a currency to choose", _AMOUNT.format("Amount") + _CURRENCIES, done,
              sent(a="50.00", c="EUR"), {"payee": "Ada", "amount": "50.00", "currency": "EUR"}),
        _sent("an option that is gone", _COURSES.format("French (full)"), request, never, course),
        _sent("an option with a price", _COURSES.format("French (+5.00)"), request, sent(n="Ada"),
              course),
    ]  # fmt: skip


def _parts() -> list[Trap]:
    first = "<h1>Step 1 of 3</h1>" + _form("<p><label>Name <input name=n></label>", "/2", "Next")
    phone = _form("<p><label>Phone <input name=p></label>", "/go", "Save and continue")
    answers = {
        "/2": _answer(f"<h1>Step 2 of 3</h1>{phone}"),
        "/go": _answer(_LAST_PART),
        "/done": _answer("<h1>Submitted</h1><p>Your application has been submitted.</p>"),
    }
    last = Trap("thanks: saved before the last part", fill(**_ADA), {"/": _main(first)},
                lambda seen: any(one["path"] == "/done" for one in seen.posted),
                answers=answers)  # fmt: skip
    return [last]


def thanks() -> list[Trap]:
    """Answers that only look like success, and forms that would send something else."""
    return [*_said(), *_otherwise(), *_held_back(), *_parts()]
