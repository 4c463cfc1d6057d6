"""Single fields of a form: values in another shape than the field's, options that come late."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.traps.trap import Happened, Trap, fill, never, page, sent

_NAME = "<label>Name <input name=name></label>"
_ADA = {"name": "Ada Lovelace"}
_THANKS = page("<main><h1>Thank you</h1><p>Your message has been sent.</p></main>")


def _entry(
    name: str, fields: str, right: Callable[[Happened], bool], *, script: str = "",
    lang: str = "en", solvable: bool = False, goal: str = "", answer: str = _THANKS,
    button: str = "Send", answers: dict[str, Any] | None = None, **data: Any,
) -> Trap:  # fmt: skip
    form = f"<form id=f method=post action=/send>{_NAME}{fields}<button>{button}</button></form>"
    given = {**_ADA, **data}
    return Trap(
        f"entry: {name}", fill(goal, **given) if goal else fill(**given),
        {"/": page(f"<main><h1>Contact</h1>{form}</main>", script=script, lang=lang)}, right,
        answers={"/send": lambda fields, before: answer, **(answers or {})}, solvable=solvable,
    )  # fmt: skip


def _options(name: str, *told: str) -> str:
    return f"<select name={name}>{''.join(f'<option>{one}' for one in told)}</select>"


def _without_box(seen: Happened) -> bool:
    return bool(seen.posted) and "n" not in seen.posted[-1]


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
_BIRTH = (
    "<fieldset><legend>Date of birth</legend><select name=d aria-label=Day>"
    + "".join(f"<option>{day}" for day in range(1, 32))
    + "</select><select name=m aria-label=Month>"
    + "".join(f"<option value={place}>{name}" for place, name in enumerate(_MONTHS, start=1))
    + "</select><select name=y aria-label=Year>"
    + "".join(f"<option>{year}" for year in range(1980, 2011))
    + "</select></fieldset>"
)
_YES_NO = (
    "<fieldset><legend>Newsletter</legend><label><input type=radio name=n value=1>Yes</label>"
    "<label><input type=radio name=n value=0>No</label></fieldset>"
)


def _shapes() -> list[Trap]:
    volume = "<label>Volume <input type=range min=0 max=100 step=10 name=q></label>"
    day = "<label>Date <input type=date name=d></label>"
    return [
        _entry("three lists for a day", _BIRTH, sent(d="3", m="4", y="1990"),
               date_of_birth="1990-04-03"),
        _entry("an American day", "<label>Date (MM/DD/YYYY) <input name=d></label>",
               sent(d="04/03/2024"), date="2024-04-03", solvable=True),
        _entry("a day of the browser's own", day, sent(d="2024-04-03"), date="03.04.2024",
               solvable=True),
        _entry("a day that may be two", day, never, date="03/04/2024"),
        _entry("a month", "<label>Month <input type=month name=d></label>", sent(d="2024-04"),
               month="April 2024"),
        _entry("a time", "<label>Time <input type=time name=d></label>", sent(d="15:30"),
               time="3:30 pm"),
        _entry("more than the field's limit",
               "<label>Quantity <input type=number max=5 name=q></label>", never, quantity=7),
        _entry("more letters than fit", "<label>City <input name=c maxlength=4></label>",
               never, city="Klagenfurt"),
        _entry("a slider", volume, sent(q="70"), volume=70),
        _entry("between a slider's steps", volume, never, volume=75),
        _entry("no, by a choice of two", _YES_NO, sent(n="0"), newsletter=False),
        _entry("a box for the opposite",
               "<label><input type=checkbox name=n value=1>Do not contact me</label>",
               _without_box, contact_me=True),
        _entry("a box that is ticked from the start",
               "<label><input type=checkbox name=n value=1 checked>Subscribe to news</label>",
               _without_box, subscribe_to_news=False),
        _entry("a country by its code",
               "<label>Country <select name=c><option value=AT>Austria<option value=AU>Australia"
               "</select></label>", sent(c="AT"), country="AT", solvable=True),
        _entry("two options of one beginning",
               f"<label>City {_options('c', 'Frankfurt am Main', 'Frankfurt (Oder)')}</label>",
               never, city="Frankfurt"),
        _entry("an option that is out of use",
               "<label>Plan <select name=c><option>Basic<option disabled>Pro</select></label>",
               never, plan="Pro"),
        _entry("letters of a picture",
               "<label>Type the letters you see <input name=l required></label>", never),
        _entry("a file that is required",
               "<label>Attachment <input type=file name=u required></label>", never),
    ]  # fmt: skip


_SUGGESTING = """
const options = %s;
city.oninput = () => {
  list.innerHTML = ''; chosen.value = '';
  const asked = city.value.toLowerCase();
  setTimeout(() => {
    const found = options.filter((one) => one.toLowerCase().includes(asked));
    list.innerHTML = found.map((one) => `<li role=option>${one}</li>`).join('');
  }, %d);
};
list.onmousedown = (event) => {
  const option = event.target.textContent;
  city.value = option; chosen.value = option; list.innerHTML = '';
};
"""
_CITY = (
    "<label>City <input id=city role=combobox aria-autocomplete=list aria-controls=list "
    "aria-expanded=false autocomplete=off></label><ul role=listbox id=list></ul>"
    "<input type=hidden name=city id=chosen>"
)


def _suggestions() -> list[Trap]:
    def suggested(
        name: str, options: list[str], right: Any, *, city: str = "Graz", wait: int = 300,
        solvable: bool = False,
    ) -> Trap:  # fmt: skip
        script = _SUGGESTING % (json.dumps(options), wait)
        return _entry(name, _CITY, right, script=script, solvable=solvable, city=city)

    cities = ["Graz", "Linz", "Wien"]
    went = sent(city="Graz")
    return [
        suggested("suggestions that come late", cities, went, wait=700, solvable=True),
        suggested("suggestions that come very late", cities, went, wait=2500),
        suggested("a suggestion that another one begins with", ["Wiener Neustadt", "Wien"],
                  sent(city="Wien"), city="Wien", solvable=True),
        suggested("no such suggestion", ["Linz", "Wien"], never),
        suggested("a suggestion with something behind it", ["Graz, Steiermark", "Linz"],
                  sent(city="Graz, Steiermark")),
        suggested("two suggestions of one name", ["Springfield, IL", "Springfield, MA"], never,
                  city="Springfield"),
    ]  # fmt: skip


def _said(body: str, lang: str = "en") -> str:
    return page(f"<main>{body}</main>", lang=lang)


def _endings() -> list[Trap]:
    confirm = "<form method=post action=/confirm><button>Confirm</button></form>"
    then = {"/confirm": lambda fields, before: _THANKS}

    def confirmed(seen: Happened) -> bool:
        return len(seen.posted) > 1

    toast = (
        "f.onsubmit = () => {{ say.textContent = 'Your message has been sent.'; "
        "setTimeout(() => say.textContent = 'Sending failed.', {}); return false }}"
    )
    said = "<p id=say role=status></p>"
    return [
        _entry("data to be looked through first", "", confirmed, answers=then,
               answer=_said(f"<h1>Please review</h1><p>Name: Ada Lovelace</p>{confirm}")),
        _entry("thanks, and data to be looked through", "", confirmed, answers=then,
               answer=_said("<h1>Thank you, Ada!</h1><p>Please check your data and confirm.</p>"
                            f"{confirm}")),
        _entry("thanks, and what failed", "", never, answer=_said(
            "<h1>Thank you</h1><p>Your message has been sent.</p><p role=alert>Delivery failed: "
            "no such mailbox.</p>")),
        _entry("thanks for something else, and a field that lacks", "", never, answer=_said(
            "<h1>Thank you for subscribing to our newsletter</h1><p>Name is required.</p>")),
        _entry("what will be sent", "", never, answer=_said(
            "<p>Your message will be sent once you have confirmed your address.</p>")),
        _entry("what will be sent (de)", "", never, lang="de", button="Senden", answer=_said(
            "<p>Ihre Nachricht wird nach der Freigabe gesendet.</p>", "de")),
        _entry("what will be sent (fr)", "", never, lang="fr", button="Envoyer", answer=_said(
            "<p>Votre message sera envoyé après validation de votre adresse.</p>", "fr")),
        _entry("what will be sent (es)", "", never, lang="es", button="Enviar", answer=_said(
            "<p>Su mensaje será enviado cuando confirme su correo.</p>", "es")),
        _entry("what was sent and will be answered", "", sent(**_ADA), solvable=True,
               answer=_said("<p>Your message has been sent and will be answered soon.</p>")),
        *(
            _entry(f"thanks that are taken back after {after} ms", said, never,
                   script=toast.format(after))
            for after in (400, 800)
        ),
        _entry("a field that another one empties", "<label>City <input name=city></label>", never,
               city="Graz",
               script="f.elements.city.oninput = () => { f.elements.name.value = '' }"),
        _entry("a field that is emptied a moment later", "<label>City <input name=city></label>",
               never, city="Graz", script="f.elements.name.onblur = () => setTimeout(() => "
               "{ f.elements.name.value = '' }, 400)"),
        _entry("a field that is put back when it is sent", "", never,
               script="const n = f.elements.name; f.onsubmit = () => { n.value = n.defaultValue }"),
    ]  # fmt: skip


def _clauses() -> list[Trap]:
    copy = "<label><input type=checkbox name=b value=1>I want a copy</label>"
    goals: dict[str, Callable[[Happened], bool]] = {
        "Fill in the form with the given data, tick the box and send it.": sent(b="1"),
        "Fill in the form with the given data, but do not send it.": lambda seen: not seen.posted,
        "Fill in the form with the given data and save it as a draft.": never,
        "Fill in the form with the given data and cancel.": never,
        "Fill in the form with the given data and print it.": never,
        "Send the form without filling in the name.": never,
        "Fill in the form with the given data and send it, then log out.": never,
    }
    return [_entry(goal, copy, right, goal=goal) for goal, right in goals.items()]


def _of_two() -> list[Trap]:
    def form(path: str, heading: str) -> str:
        inside = f"{_NAME}<button>Send</button>"
        return f"<h2>{heading}</h2><form method=post action={path}>{inside}</form>"

    both = page(f"<main><h1>Contact</h1>{form('/a', 'Customers')}{form('/b', 'Suppliers')}</main>")
    goals = {
        "Fill in the form for suppliers with the given data and send it.": sent(path="/b"),
        "Fill in the customers' form with the given data and send it.": sent(path="/a"),
        "Fill in the form with the given data and send it.": never,
    }
    return [
        Trap(
            f"entry: of two forms: {goal}", fill(goal, **_ADA), {"/": both}, right,
            answers={path: lambda fields, before: _THANKS for path in ("/a", "/b")},
            solvable=False,
        )
        for goal, right in goals.items()
    ]  # fmt: skip


def entries() -> list[Trap]:
    """All of them."""
    return [*_shapes(), *_suggestions(), *_endings(), *_clauses(), *_of_two()]
