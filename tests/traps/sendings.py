"""What a page says, and what its requests tell: values that scripts change, answers that refuse."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Trap, fill, never, page, sent

_TEXTS = {"name": "Ada Lovelace", "email": "ada@example.com"}
_FIELDS = (
    "<label>Name <input name=name></label><label>E-mail <input name=email></label>"
    "<label>Quantity <input name=quantity></label>"
    "<label>Delivery <select name=delivery><option value=s>Standard<option value=e>Express</select>"
    "</label><label><input type=checkbox name=gift value=1> Gift</label>"
)
_DATA: dict[str, Any] = {**_TEXTS, "quantity": "2", "delivery": "Express", "gift": True}
_THANKS = page("<main><h1>Thank you</h1><p>Your message has been sent.</p></main>")
_WENT = sent(name="Ada Lovelace", email="ada@example.com", quantity="2", delivery="e", gift="1")
_SAYS = "document.querySelector('main').innerHTML = '<p>Your message has been sent.</p>'"


def _form(script: str, *, method: str = "post") -> str:
    form = f"<form id=f method={method} action=/send>{_FIELDS}<button>Send</button></form>"
    return page(f"<main><h1>Contact</h1>{form}</main>", script=script)


def _native(name: str, script: str, right: Any = never, *, solvable: bool = False) -> Trap:
    answers = {"/send": lambda fields, before: _THANKS}
    pages = {"/": _form(script)}
    return Trap(f"sent: {name}", fill(**_DATA), pages, right, answers=answers, solvable=solvable)


def _scripted(
    name: str, body: str, right: Any = never, *, said: str = "{}", status: int = 200,
    solvable: bool = False, more: str = "", after: str = _SAYS, delay: float = 0,
) -> Trap:  # fmt: skip
    """A form that a script sends as JSON, with the thanks that the page shows at once."""
    script = (
        "const v = (n) => f.elements[n].value; f.onsubmit = () => {"
        f"{more} fetch('/send', {{method: 'POST', headers: {{'Content-Type': 'application/json'}}, "
        f"body: JSON.stringify({body})}}); {after}; return false }}"
    )
    return Trap(
        f"sent by script: {name}", fill(**_DATA), {"/": _form(script)}, right,
        answers={"/send": lambda fields, before: said, "/track": lambda fields, before: "ok"},
        statuses={"/send": status}, delays={"/send": delay}, solvable=solvable,
    )  # fmt: skip


_ALL = (
    "{name: v('name'), email: v('email'), quantity: v('quantity'), delivery: v('delivery'), "
    "gift: f.elements.gift.checked}"
)
_ALL_WENT = sent(name="Ada Lovelace", email="ada@example.com", quantity="2", delivery="e")


def _changed() -> list[Trap]:
    submit = "f.addEventListener('submit', () => {%s})"
    data = "f.addEventListener('formdata', (event) => {%s})"
    return [
        _native("as it was typed", "", _WENT, solvable=True),
        _native("trimmed and in small letters",
                submit % "f.elements.email.value = f.elements.email.value.trim().toLowerCase()",
                _WENT, solvable=True),
        _native("another name", submit % "f.elements.name.value = 'Eve'"),
        _native("a name that is cut off",
                submit % "f.elements.name.value = f.elements.name.value.slice(0, 6)"),
        _native("a name with something behind it", submit % "f.elements.name.value += '-Byron'"),
        _native("another e-mail address", data % "event.formData.set('email', 'eve@example.com')"),
        _native("no name", data % "event.formData.delete('name')"),
        _native("an empty e-mail address", data % "event.formData.set('email', '')"),
        _native("two values in each other's place",
                data % "const d = event.formData, n = d.get('name'); d.set('name', d.get('email'));"
                "d.set('email', n)"),
        _native("ten times as many", submit % "f.elements.quantity.value += '0'"),
        _native("another option", submit % "f.elements.delivery.value = 's'"),
        _native("a box that is ticked no more", submit % "f.elements.gift.checked = false"),
        _native("a field that is out of use", submit % "f.elements.name.disabled = true"),
        _scripted("as it was typed", _ALL, _ALL_WENT, solvable=True),
        _scripted("under other names",
                  "{fullName: v('name'), contact: {mail: v('email')}, n: v('quantity')}",
                  sent(fullName="Ada Lovelace", n="2"), solvable=True),
        _scripted("a part of the name", _ALL.replace("v('name')", "v('name').split(' ')[0]")),
        _scripted("no e-mail address", _ALL.replace("email: v('email'), ", "")),
        _scripted("under other names, without the name",
                  "{contact: {mail: v('email')}, n: v('quantity')}"),
    ]  # fmt: skip


def _refused() -> list[Trap]:
    return [
        _scripted("an error that nobody tells", _ALL, status=500),
        _scripted("a refusal that nobody tells", _ALL, status=422),
        _scripted("a refusal under status 200", _ALL, said='{"success": false}'),
        _scripted("errors under status 200", _ALL, said='{"errors": [{"message": "Not unique"}]}'),
        _scripted("a status in words", _ALL, said='{"status": "error", "message": "Full"}'),
        _scripted("an answer that doesn't come", _ALL, delay=30),
        _scripted("what counts visits is answered, and the form isn't", _ALL, status=500,
                  more="fetch('/track', {method: 'POST', body: 'event=sent'});"),
        _scripted("what counts visits fails, and the form is taken",
                  _ALL, _ALL_WENT, solvable=True,
                  more="fetch('/nowhere', {method: 'POST', body: 'event=sent'});"),
        _scripted("another name for done", _ALL, _ALL_WENT, said='{"ok": true, "errors": []}',
                  solvable=True),
    ]  # fmt: skip


def _clicked(name: str, script: str, **more: Any) -> Trap:
    body = "<main><h1>Draft</h1><button id=save>Save</button><p id=m role=status></p></main>"
    right = more.pop("right", never)
    return Trap(
        f"clicked and sent: {name}", Goal(navigation_goal='Click "Save".', today=TODAY),
        {"/": page(body, script=script)}, right, solvable=right is not never,
        answers={"/saved": lambda fields, before: more.get("said", "saved")},
        statuses={"/saved": more.get("status", 200)}, delays={"/saved": more.get("delay", 0)},
    )  # fmt: skip


def _clicks() -> list[Trap]:
    post = "fetch('/saved', {method: 'POST', body: 'a=1'})"
    says = "m.textContent = 'Saved.'"
    went = sent(a="1")
    return [
        _clicked("taken", f"save.onclick = () => {{ {post}; {says} }}", right=went),
        _clicked("an error behind the word", f"save.onclick = () => {{ {post}; {says} }}",
                 status=500),
        _clicked("no rights behind the word", f"save.onclick = () => {{ {post}; {says} }}",
                 status=403),
        _clicked("false behind the word", f"save.onclick = () => {{ {post}; {says} }}",
                 said='{"ok": false, "error": "locked"}'),
        _clicked("no answer behind the word", f"save.onclick = () => {{ {post}; {says} }}",
                 delay=30),
        _clicked("a server that isn't there behind the word",
                 "save.onclick = () => { fetch('http://127.0.0.1:9/x', {method: 'POST', body: "
                 f"'a=1'}}).catch(() => 0); {says} }}"),
        _clicked("later, and refused",
                 f"save.onclick = () => {{ {says}; setTimeout(() => {post}, 900) }}", status=500),
        _clicked("a second try that works",
                 f"let n = 0; save.onclick = () => {post}.then((r) => r.ok ? {says} : 0)",
                 right=went),
    ]  # fmt: skip


def sendings() -> list[Trap]:
    """All of them."""
    return [*_changed(), *_refused(), *_clicks()]
