"""Forms: what isn't sent, isn't taken, or is sent otherwise than asked."""

from __future__ import annotations

import re
from typing import Any

from tests.traps.trap import Answer, Trap, fill, never, page, sent

_DATA = {"name": "Ada Lovelace", "email": "ada@example.com"}
_FIELDS = "<label>Name <input name=name></label><label>E-mail <input name=email type=email></label>"
_BUTTON = "<button>Send</button>"


def _form(fields: str = _FIELDS, buttons: str = _BUTTON, around: str = "%s") -> str:
    form = f"<form method=post action=/send>{fields}{buttons}</form>"
    return f"<main><h1>Contact</h1>{around % form}</main>"


def _site(name: str, body: str, answer: str | Answer, right: Any = None, **more: Any) -> Trap:
    given = more.pop("data", _DATA)
    goal = more.pop("goal", None)
    script = more.pop("script", "")
    answered = answer if callable(answer) else (lambda fields, before: page(answer))
    return Trap(
        name,
        fill(goal, **given) if goal else fill(**given),
        {"/": page(body, title="Contact", script=script), **more.pop("pages", {})},
        right or never,
        answers={"/send": answered},
        **more,
    )


_THANKS = "<main><h1>Thank you</h1><p>Your message has been sent.</p></main>"


def _went(**fields: str) -> Any:
    return sent(**{**_DATA, **fields})


def _refusals() -> list[Trap]:
    answers = {
        "the same form, without a word": _form(),
        "the same form, emptied": _form(),
        "a sentence in the middle": _form(
            around="<p>About us. We are a family business.</p><p>This e-mail address is already "
            "in use.</p>%s<p>Call us any time.</p>"
        ),
        "a sentence below the field": _form(
            _FIELDS + "<span>Please choose another name; this one is taken.</span>"
        ),
        "thanks that always stand there": _form(around="<p>Thank you for your visit!</p>%s"),
        "a page that says it went wrong": "<main><h1>Something went wrong</h1><p>We could not "
        "process your request. Your data was not saved.</p></main>",
        "a page that says no": "<main><h1>Request declined</h1><p>Your request can't be accepted "
        "at the moment.</p></main>",
        "a page about something else": "<main><h1>Welcome to our shop</h1><p>Lamps and desks.</p>"
        "</main>",
        "a login": "<main><h1>Sign in</h1><form method=post><label>E-mail <input name=u></label>"
        "<label>Password <input type=password name=p></label><button>Sign in</button></form>"
        "</main>",
        "one more step": "<main><h1>Almost done</h1><p>Please confirm your data to send the "
        "message.</p><form method=post action=/confirm><button>Confirm and send</button></form>"
        "</main>",
    }
    always = "thanks that always stand there"
    return [
        _site(
            f"refused by {name}",
            _form(around="<p>Thank you for your visit!</p>%s") if name == always else _form(),
            answer,
            solvable=False,
        )
        for name, answer in answers.items()
    ]


def _fields() -> list[Trap]:
    def kept(fields: dict[str, str], before: int) -> str:
        return page(_THANKS)

    date = "<label>Date <input name=day %s></label>"
    swap = (
        "document.querySelector('[name=day]').onblur = e => { const p = e.target.value.split('-');"
        "if (p.length === 3) e.target.value = p[0] + '-' + '01' + '-' + p[2]; }"
    )
    twice = (
        "document.querySelector('[name=news]').onclick = e => setTimeout(() => "
        "{ e.target.checked = !e.target.checked; }, 150)"
    )
    clamp = (
        "document.querySelector('[name=n]').onchange = e => "
        "{ if (e.target.value > 5) e.target.value = 5; }"
    )
    towns = (
        "<label>Town <select name=town><option></option><optgroup label=Illinois><option value=1>"
        "Springfield</option></optgroup><optgroup label=Oregon><option value=2>Springfield</option>"
        "</optgroup></select></label>"
    )
    radios = (
        "<fieldset><legend>Delivery</legend><div class=o data-v=std>Standard</div>"
        "<div class=o data-v=exp>Express</div></fieldset><input type=hidden name=delivery>"
    )
    draws = (
        "document.querySelectorAll('.o').forEach(o => o.onclick = () => {"
        "document.querySelectorAll('.o').forEach(x => x.style.fontWeight = '');"
        "o.style.fontWeight = 'bold'; "
        "document.querySelector('[name=delivery]').value = o.dataset.v; })"
    )
    return [
        _site(
            "a day that is changed when it is left",
            _form(_FIELDS + date % ""),
            kept,
            _went(day="2024-05-04"),
            data={**_DATA, "day": "2024-05-04"},
            script=swap,
            solvable=False,
        ),
        _site(
            "a box that turns back",
            _form(_FIELDS + "<label><input type=checkbox name=news> Newsletter</label>"),
            kept,
            _went(news="on"),
            data={**_DATA, "newsletter": True},
            script=twice,
            solvable=False,
        ),
        _site(
            "a box that says the opposite",
            _form(
                _FIELDS
                + "<label><input type=checkbox name=no> Don't send me the newsletter</label>"
            ),
            kept,
            lambda seen: _went()(seen) and "no" not in seen.posted[-1],
            data={**_DATA, "newsletter": True},
            solvable=False,
        ),
        _site(
            "a number that is cut off",
            _form(_FIELDS + "<label>Seats <input name=n></label>"),
            kept,
            _went(n="8"),
            data={**_DATA, "seats": 8},
            script=clamp,
            solvable=False,
        ),
        _site(
            "a text that is cut off",
            _form(_FIELDS + "<label>Note <input name=note maxlength=8></label>"),
            kept,
            _went(note="Please ring the bell"),
            data={**_DATA, "note": "Please ring the bell"},
            solvable=False,
        ),
        _site(
            "options of one name",
            _form(_FIELDS + towns),
            kept,
            _went(town="2"),
            data={**_DATA, "town": "Springfield"},
            solvable=False,
        ),
        _site(
            "options of one name, told apart by the payload",
            _form(_FIELDS + towns),
            kept,
            _went(town="2"),
            data={**_DATA, "town": "Springfield", "state": "Oregon"},
            solvable=False,
        ),
        _site(
            "radio buttons that are drawn",
            _form(_FIELDS + radios),
            kept,
            _went(delivery="exp"),
            data={**_DATA, "delivery": "Express"},
            script=draws,
            solvable=False,
        ),
        _site(
            "a value that no field takes",
            _form(),
            kept,
            never,
            data={**_DATA, "vat_number": "ATU12345678"},
            solvable=False,
        ),
    ]


_STEPS = """
let at = 0;
const parts = [...document.querySelectorAll('section')];
function show() { parts.forEach((p, i) => p.hidden = i !== at); }
document.querySelectorAll('.next').forEach(b => b.onclick = () => { at++; show(); });
show();
"""


def _several_steps() -> list[Trap]:
    steps = (
        "<form method=post action=/send><section><h2>Step 1 of 3: you</h2>"
        "<label>Name <input name=name></label><button type=button class=next>Continue</button>"
        "</section><section><h2>Step 2 of 3: address</h2><p>Thank you, your name has been saved."
        "</p><label>E-mail <input name=email></label><button type=button class=next>Continue"
        "</button></section><section><h2>Step 3 of 3: check</h2><p>Is everything right?</p>"
        "<button>Send</button></section></form>"
    )

    def second(fields: dict[str, str], before: int) -> str:
        return page(
            "<main><h1>Step 2 of 2</h1><p>Thank you, the first part has been saved successfully."
            "</p><form method=post action=/last><label>E-mail <input name=email></label>"
            "<button>Send</button></form></main>"
        )

    part = "<main><h1>Step 1 of 2</h1><form method=post action=/send><label>Name <input name=name>"
    two = Trap(
        "two pages, the first of which says thanks",
        fill(**_DATA),
        {"/": page(part + "</label><button>Continue</button></form></main>")},
        lambda seen: any(one["path"] == "/last" and one.get("email") for one in seen.posted),
        answers={"/send": second, "/last": lambda fields, before: page(_THANKS)},
        solvable=False,
    )
    return [
        two,
        _site(
            "three steps on one page",
            f"<main><h1>Sign up</h1>{steps}</main>",
            _THANKS,
            _went(),
            script=_STEPS,
            solvable=False,
        ),
    ]


_TOAST = """
document.querySelector('form').onsubmit = async e => {
  e.preventDefault();
  %s
  const t = document.createElement('div');
  t.textContent = '%s'; document.body.append(t); setTimeout(() => t.remove(), 1500);
};
"""
_REALLY = (
    "await fetch('/send', {method: 'POST', body: new URLSearchParams(new FormData(e.target))});"
)


def _toasts() -> list[Trap]:
    return [
        _site(
            "a toast is all there is",
            _form(),
            _THANKS,
            _went(),
            script=_TOAST % (_REALLY, "Your message has been sent."),
        ),
        _site(
            "a toast that says no",
            _form(),
            _THANKS,
            never,
            script=_TOAST % ("", "Could not send your message."),
            solvable=False,
        ),
        _site(
            "a toast about something else",
            _form(),
            _THANKS,
            never,
            script=_TOAST % ("", "You are offline."),
            solvable=False,
        ),
    ]


def _buttons() -> list[Trap]:
    def choose(buttons: str, goal: str, right: Any, *, solvable: bool = False) -> Trap:
        labels = ", ".join(re.findall(r">([^<]+)</", buttons))
        return _site(
            f"{labels}: {goal}",
            _form(buttons=buttons),
            lambda fields, before: page(_THANKS),
            right,
            goal=goal,
            solvable=solvable,
        )

    two = "<button name=do value=draft>Save draft</button><button name=do value=send>Send</button>"
    other = "<button name=do value=test>Send test</button><button name=do value=send>Send</button>"
    preview = (
        "<button name=do value=preview>Preview</button><button name=do value=send>Publish</button>"
    )
    return [
        choose(two, "Fill in the form and send it.", _went(do="send"), solvable=True),
        choose(two, "Fill in the form and save it as a draft.", _went(do="draft")),
        choose(other, "Fill in the form and send it.", _went(do="send")),
        choose(preview, "Fill in the form and publish it.", _went(do="send")),
        choose(two, "Fill in the form, but don't send it.", lambda seen: not seen.posted),
    ]


def forms() -> list[Trap]:
    """All of them."""
    return [*_refusals(), *_fields(), *_several_steps(), *_toasts(), *_buttons()]
