"""Forms that hold something else than the goal says, tables of answers, and data to be changed."""

from __future__ import annotations

from typing import Any

from tests.traps.trap import Answer, Happened, Trap, fill, never, page, sent

_BOOK = "Fill in the form to book the room for 3 July 2024 and send it."
_PAY = "Fill in the form to pay 50.00 EUR and send it."
_REFERENCE = "<p><label>Reference <input name=r></label>"
_NAME = "<p><label>Name <input name=n></label>"
_BUTTONS = "<td><input type=radio name={0} value=y><td><input type=radio name={0} value=n>"
_ANSWERS = (
    f"<table><tr><th><th>Yes<th>No<tr><td>Smoker{_BUTTONS.format('s')}<tr><td>Diabetic"
    f"{_BUTTONS.format('d')}</table>"
)
_NAMED = (
    "<table><tr><th>Question<th>Good<th>Poor<tr><th scope=row>Service<td><input type=radio name=a "
    "value=2 aria-label=Good><td><input type=radio name=a value=1 aria-label=Poor><tr><th "
    "scope=row>Price<td><input type=radio name=b value=2 aria-label=Good><td><input type=radio "
    "name=b value=1 aria-label=Poor></table>"
)
_ADDRESS = (
    "<p><label>Street <input name=street value='Old Road 1'></label><p><label>City <input name=city"
    " value=Graz></label>"
)
_MOVED = {"street": "New Road 2", "city": "Wien"}


def _form(fields: str, button: str = "Send", path: str = "/go") -> str:
    return f"<form method=post action={path}>{fields}<p><button>{button}</button></form>"


def _says(text: str) -> Answer:
    return lambda fields, before: page(f"<main><h1>Thank you!</h1><p>{text}</p></main>")


def _one(name: str, goal: str, form: str, right: Any, given: dict[str, Any], **more: Any) -> Trap:
    pages = {"/": page(f"<main><h1>{more.pop('heading', 'Form')}</h1>{form}</main>")}
    pages |= more.pop("pages", {})
    answers = {"/go": _says("Your form has been sent."), "/other": _says("It has been saved.")}
    return Trap(f"held: {name}", fill(goal, **given), pages, right, answers=answers,
                solvable=right is not never)  # fmt: skip


def _in_fields() -> list[Trap]:
    def day(held: str) -> str:
        return _form(f"{_NAME}<p><label>Date <input type=date name=day value={held}></label>")

    def amount(attributes: str) -> str:
        return _form(f"{_REFERENCE}<p><label>Amount <input name=amount {attributes}></label>")

    hidden = _form(f"{_REFERENCE}<input type=hidden name=amount value=75.00>")
    count = _form(f"{_NAME}<p><label>Quantity <input type=number name=q value=1></label>")
    ada, one = {"name": "Ada"}, {"reference": "A-1"}
    return [
        _one("its day", _BOOK, day("2024-07-03"), sent(n="Ada", day="2024-07-03"), ada),
        _one("another day", _BOOK, day("2024-07-13"), never, ada),
        _one("its amount", _PAY, amount("value=50.00"), sent(r="A-1", amount="50.00"), one),
        _one("another amount", _PAY, amount("value=500.00"), never, one),
        _one("another amount, unseen", _PAY, hidden, never, one),
        _one("another number", "Fill in the form to order 3 desks and send it.", count, never, ada),
    ]


def _in_tables() -> list[Trap]:
    goal = "Fill in the form with the given data and send it."
    both = sent(s="n", d="y")
    return [
        _one("answers as columns", goal, _form(_ANSWERS), both, {"smoker": "no", "diabetic":
             "yes"}),
        _one("answers that are true or false", goal, _form(_ANSWERS), both, {"smoker": False,
             "diabetic": True}),
        _one("answers with names", goal, _form(_NAMED), sent(a="2", b="1"), {"service": "Good",
             "price": "Poor"}),
        _one("no such answer", goal, _form(_ANSWERS), never, {"smoker": "sometimes", "diabetic":
             "yes"}),
        _one("no such question", goal, _form(_ANSWERS), never, {"smoker": "no", "pregnant":
             "yes"}),
    ]  # fmt: skip


def _changed() -> list[Trap]:
    form = _form(_ADDRESS, "Save")
    right = sent(street="New Road 2", city="Wien")
    given = "Change the delivery address to the given data."
    two = (
        f"<section><h2>Billing address</h2>{_form(_ADDRESS, 'Save', '/other')}</section><section>"
        f"<h2>Delivery address</h2>{form}</section>"
    )
    edit = page(f"<main><h1>Edit address</h1>{form}</main>")
    book = page(
        "<main><h1>Addresses</h1><h2>Billing address</h2><p>Old Road 1</p><a href=/b>Edit</a><h2>"
        "Delivery address</h2><p>Old Road 1</p><a href=/e>Edit</a></main>"
    )
    other = page(f"<main><h1>Edit address</h1>{_form(_ADDRESS, 'Save', '/other')}</main>")

    def only_there(seen: Happened) -> bool:
        return right(seen) and all(one["path"] == "/go" for one in seen.posted)

    return [
        _one("an address to change", "Change the address to the given data.", form, right, _MOVED,
             heading="Address"),
        _one("one of two addresses to change", given, two, only_there, _MOVED, heading="Addresses"),
        _one("an address behind Edit", given, "<a href=/a>Addresses</a>", only_there, _MOVED,
             heading="Account", pages={"/a": book, "/e": edit, "/b": other}),
        _one("another address to change", given, form, never, _MOVED, heading="Billing address"),
    ]  # fmt: skip


def held() -> list[Trap]:
    """What a form holds already, its answers in tables, and what is changed in it."""
    return [*_in_fields(), *_in_tables(), *_changed()]
