"""Values that go into several fields, or into one that another brings, and questions in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.traps.trap import Happened, Trap, fill, never, page, sent

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NAME = "<p><label>Name <input name=n></label>"
_DAYS = "".join(f"<option>{day}" for day in range(1, 32))
_SAVED = "<h1>Thank you!</h1><p>Your data has been saved.</p>"
_STAY = {"name": "Ada Oak", "check_in": "2024-07-03", "check_out": "2024-07-07"}
_BOXES = (
    "<fieldset><legend>Channels</legend><label><input type=checkbox name=s value=1>SMS</label>"
    "<label><input type=checkbox name=l value=1 {}>Letter</label>"
    "<label><input type=checkbox name=p value=1>Push</label></fieldset>"
)
_TYPE = (
    "<fieldset><legend>Customer type</legend><label><input type=radio name=c value=p "
    "onclick='v.hidden=true'>Private</label><label><input type=radio name=c value=b "
    "onclick='v.hidden={}'>Company</label></fieldset>"
    "<p id=v hidden><label>VAT number <input name=vat></label>"
)
_MONTHLY = "<p><label><input type=checkbox name=m {}> Repeat monthly</label>"
_AMOUNT = "<p><label>Amount <input name=a></label>"
_CANCEL = "<p><label>Customer number <input name=k></label>"
_ASKS = (
    "<dialog id=d><p>{}</p><button type=button onclick='fo.submit()'>{}</button> "
    "<button type=button onclick='d.close()'>No</button></dialog>"
)


def _three(legend: str, key: str, days: str = _DAYS) -> str:
    months = "".join(f"<option value={number}>{name}" for number, name in enumerate(_MONTHS, 1))
    return (
        f"<fieldset><legend>{legend}</legend><select name={key}d aria-label=Day>{days}</select>"
        f"<select name={key}m aria-label=Month>{months}</select><select name={key}y "
        "aria-label=Year><option>2024<option>2025</select></fieldset>"
    )


def _trap(
    name: str,
    fields: str,
    given: Mapping[str, Any],
    right: Callable[[Happened], bool],
    said: str = _SAVED,
    button: str = "Send",
    attributes: str = "",
) -> Trap:
    form = (
        f"<form method=post action=/go id=fo {attributes}>{fields}<button>{button}</button></form>"
    )
    return Trap(
        f"grouped: {name}",
        fill(**given),
        {"/": page(f"<main><h1>Form</h1>{form}</main>")},
        right,
        answers={"/go": lambda fields, before: page(f"<main>{said}</main>")},
        solvable=right is not never,
    )


def _split_days() -> list[Trap]:
    stay = _NAME + _three("Check-in", "a") + _three("Check-out", "b")
    birth = _NAME + _three("Date of birth", "b")
    born = {"name": "Ada Oak", "date_of_birth": "2024-07-31"}
    right = sent(ad="3", am="7", ay="2024", bd="7", bm="7", by="2024")
    booked = "<h1>Thank you!</h1><p>Your stay has been booked.</p><p>{0} {2} - {1} {2}</p>"
    other_month = "<h1>Your data has been saved</h1><p>Ada Oak, 31 August 2024</p>"
    unlisted = _NAME + _three("Date of birth", "b", _DAYS[:-10])
    return [
        _trap("two days in six lists", stay, _STAY, right, booked.format(3, 7, "July 2024")),
        _trap("two days, others said", stay, _STAY, never, booked.format(3, 7, "June 2024")),
        _trap("a day that isn't listed", unlisted, born, never),
        _trap("a day of something else", _NAME + _three("Expiry", "b"), born, never),
        _trap("the day of the summary", birth, born, never, other_month),
    ]


def _is_ticked(seen: Happened) -> bool:
    return sent(s="1", p="1")(seen) and not sent(l="1")(seen)


def _choices() -> list[Trap]:
    wanted = {"name": "Ada", "channels": ["SMS", "Push"]}
    company = {"customer_type": "Company", "name": "Oak Ltd", "vat_number": "ATU12345678"}
    brought = sent(c="b", n="Oak Ltd", vat="ATU12345678")
    money = {"name": "Oak Ltd", "amount": "12.50"}
    monthly = _NAME + _AMOUNT + _MONTHLY
    return [
        _trap("boxes of a group", _NAME + _BOXES.format(""), wanted, _is_ticked),
        _trap("a box that was ticked", _NAME + _BOXES.format("checked"), wanted, never),
        _trap("a choice brings a field", _TYPE.format("false") + _NAME, company, brought),
        _trap("a choice brings none", _TYPE.format("true") + _NAME, company, never),
        _trap("again every month", monthly.format("checked"), money, never),
        _trap("once", monthly.format(""), money, sent(a="12.50")),
    ]


def _questions() -> list[Trap]:
    customer = {"customer_number": "K-1"}
    done = "<h1>Cancelled</h1><p>Your subscription has been cancelled.</p>"
    again = f"<h1>Form</h1>{{}}<form method=post action=/go>{_CANCEL}<button>Send</button></form>"
    hint = again.format("<p>The office is open on weekdays.</p>")
    sure = _CANCEL + _ASKS.format("Are you sure that you want to cancel?", "Yes, cancel")
    other = _CANCEL + _ASKS.format("Do you want to pause instead?", "Yes, pause")
    money = {"payee": "Oak Ltd", "amount": "12.50"}
    paid = _NAME.replace("Name", "Payee") + _AMOUNT
    pays = "<h1>Thank you</h1><p>Your transfer has been sent.</p>"
    first = 'onsubmit="if(!d.open){event.preventDefault();d.showModal()}"'
    asks = (done, "Cancel subscription", first)
    return [
        _trap("a question about it", sure, customer, sent(k="K-1"), *asks),
        _trap("a question about something else", other, customer, never, *asks),
        _trap("a question of another amount", paid + _ASKS.format("Send 125.00?", "Yes"), money,
              never, pays, "Send", first),
        _trap("a question of another payee", paid, money, never, pays, "Send",
              """onsubmit="return confirm('Send 12.50 to Pine Ltd?')\""""),
        _trap("a question of what was given", paid, money, sent(a="12.50"), pays, "Send",
              """onsubmit="return confirm('Send 12.50 to Oak Ltd?')\""""),
        _trap("the form again", _CANCEL, customer, never, again.format("")),
        _trap("the form again, and a hint", _CANCEL, customer, never, hint),
    ]  # fmt: skip


def field_groups() -> list[Trap]:
    """Days in three lists, boxes of one group, fields that come later, dialogs that ask."""
    return [*_split_days(), *_choices(), *_questions()]
