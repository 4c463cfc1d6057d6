"""Clicks and ways: what is answered with a question, an error or another page."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Happened, Trap, never, page

_SHOP = (
    "<main><h1>Shop</h1><p id=m role=status></p><article><h2>Oak desk</h2><button onclick="
    "\"m.textContent='{} was added to your basket.'\">Add to basket</button></article><article>"
    "<h2>Pine desk</h2><button>Add to basket</button></article></main>"
)


def _goal(text: str) -> Goal:
    return Goal(navigation_goal=text, today=TODAY)


def _click(name: str, script: str, right: Any = never, **more: Any) -> Trap:
    body = more.pop("body", "<main><h1>Draft</h1><button id=save>Save</button></main>")
    goal = more.pop("goal", 'Click "Save".')
    solvable = more.pop("solvable", False)
    return Trap(
        name, _goal(goal), {"/": page(body, script=script)}, right, solvable=solvable, **more
    )


def _posted(seen: Happened) -> bool:
    return bool(seen.posted)


_SAVED = "fetch('/saved', {method: 'POST', body: 'a=1'})"
_ANSWERS: dict[str, Any] = {"answers": {"/saved": lambda fields, before: "saved"}}


def _told(text: str) -> str:
    return f"save.onclick = () => document.querySelector('main').append(`{text}`)"


def clicks() -> list[Trap]:
    """All of them."""
    asked = (
        "save.onclick = () => { const d = document.createElement('div'); d.setAttribute('role', "
        "'dialog'); d.innerHTML = '<p>Save the changes?</p><button>Cancel</button>"
        "<button id=yes>Yes, save</button>'; document.body.append(d); }"
    )
    return [
        _click("a question that is left open", asked),
        _click("an error after the click", _told("The draft could not be saved.")),
        _click("a refusal after the click", _told("Please enter a title first.")),
        _click("a refusal that names a field", _told("Title is required.")),
        _click("no rights for the click", _told("You are not allowed to do this.")),
        _click(
            "an error in a native dialog",
            "save.onclick = () => alert('Error: the draft could not be saved.')",
        ),
        _click("a click that leads nowhere", "save.onclick = () => location = '/nowhere'"),
        _click(
            "a click that leads to an error",
            "save.onclick = () => location = '/broken'",
            statuses={"/broken": 500},
        ),
        _click(
            "a click that only says that it works on it",
            "save.onclick = () => { save.textContent = 'Saving…'; save.disabled = true; }",
        ),
        _click(
            "two of one name",
            "document.querySelectorAll('button').forEach(b => b.onclick = () => "
            "fetch('/saved', {method: 'POST', body: 'a=' + b.dataset.n}))",
            lambda seen: [one.get("a") for one in seen.posted] == ["2"],
            body="<main><section><h2>Billing address</h2><button data-n=1>Edit</button></section>"
            "<section><h2>Shipping address</h2><button data-n=2>Edit</button></section></main>",
            goal='Click "Edit" of the shipping address.',
            **_ANSWERS,
        ),
        _click(
            "two of one name, and nothing tells which",
            "document.querySelectorAll('button').forEach(b => b.onclick = () => "
            "fetch('/saved', {method: 'POST', body: 'a=' + b.dataset.n}))",
            never,
            body="<main><section><h2>Billing address</h2><button data-n=1>Edit</button></section>"
            "<section><h2>Shipping address</h2><button data-n=2>Edit</button></section></main>",
            goal='Click "Edit".',
            **_ANSWERS,
        ),
        _click(
            "one that is only alike",
            f"document.querySelector('button').onclick = () => {_SAVED}",
            never,
            body="<main><h1>Orders</h1><button>Save search</button></main>",
            **_ANSWERS,
        ),
        Trap(
            "a page that may not be seen",
            _goal("Go to the invoices."),
            {
                "/": page("<main><h1>Home</h1><a href='/invoices'>Invoices</a></main>"),
                "/invoices": page(
                    "<nav><a href='/'>Home</a></nav><main><h1>Invoices</h1><p>You don't have "
                    "permission to view this page. Contact your administrator.</p></main>"
                ),
            },
            never,
            solvable=False,
        ),
        Trap(
            "a page of the right name that isn't found",
            _goal("Go to the invoices."),
            {
                "/": page("<main><h1>Home</h1><a href='/invoices'>Invoices</a></main>"),
                "/invoices": page("<main><h1>Invoices</h1><p>Page not found.</p></main>"),
            },
            never,
            statuses={"/invoices": 404},
            solvable=False,
        ),
        *(
            Trap(
                f"a click that is answered for {name}",
                _goal('Click "Add to basket" of the oak desk.'),
                {"/": page(_SHOP.format(name))},
                (lambda seen: True) if name == "Oak desk" else never,
                solvable=name == "Oak desk",
            )
            for name in ("Oak desk", "Pine desk")
        ),
        Trap(
            "two ways in one sentence",
            _goal('Click "Save" and then sign up for the newsletter.'),
            {"/": page("<main><button>Save</button></main>")},
            never,
            solvable=False,
        ),
    ]
