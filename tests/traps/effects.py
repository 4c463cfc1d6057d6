"""Clicks: in which row, how often, on what condition, and what a page says to them; logins."""

from __future__ import annotations

from collections.abc import Callable

from skyvern_dagster.agent.planner import Goal
from tests.traps.logins import login
from tests.traps.trap import TODAY, Happened, Trap, never, page

_SAVED = {"/saved": lambda fields, before: "saved"}


def _clicked(*values: str) -> Callable[[Happened], bool]:
    """Whether just these were clicked, in order."""
    return lambda seen: [one.get("a") for one in seen.posted] == list(values)


def _effect(
    name: str, goal: str, body: str, right: Callable[[Happened], bool] = never, *,
    script: str = "", solvable: bool = False, lang: str = "en", pages: dict[str, str] | None = None,
) -> Trap:  # fmt: skip
    return Trap(
        f"clicked: {name}",
        Goal(navigation_goal=goal, today=TODAY),
        {"/": page(f"<main>{body}</main>", script=script, lang=lang), **(pages or {})},
        right,
        answers=_SAVED,
        solvable=solvable,
    )


def _post(value: str = "1") -> str:
    return f"fetch('/saved', {{method: 'POST', body: 'a={value}'}})"


def _told(label: str, goal: str, said: str, *, done: bool = False, lang: str = "en") -> Trap:
    shows = f"m.textContent = '{said}'"
    does = f"{_post()}.then(() => {shows})" if done else shows
    return _effect(
        f"{label}, and the page says: {said}", goal,
        f"<h1>Draft</h1><button id=b>{label}</button><p id=m></p>",
        _clicked("1") if done else never, script=f"b.onclick = () => {does}",
        solvable=done, lang=lang,
    )  # fmt: skip


_ORDER_ROWS = "".join(
    f"<tr><td>A-{n}</td><td>2024-05-0{n}</td><td><button data-n={n}>Cancel</button></td></tr>"
    for n in (3, 2, 1)
)
_ORDERS = f"<h1>Orders</h1><table>{_ORDER_ROWS}</table><p id=m></p>"
_CANCELS = (
    "document.querySelectorAll('button').forEach(b => b.onclick = () => fetch('/saved', "
    "{method: 'POST', body: 'a=' + b.dataset.n}).then(() => "
    "{ m.textContent = 'Order A-' + b.dataset.n + ' was cancelled.' }))"
)
_ONE = "<h1>Draft</h1><button id=b>Save</button><p id=m></p>"
_SAVES = f"b.onclick = () => {{ {_post()}; m.textContent = 'Saved.' }}"


def _rows() -> list[Trap]:
    wanted = {
        'Click "Cancel" of order A-2.': "2",
        'Click "Cancel" of the order of 1 May 2024.': "1",
        'Click "Cancel" of order A-4.': "",
        'Click "Cancel" in the second row.': "",
        'Click "Cancel" of the last order.': "",
        'Click "Cancel".': "",
    }
    return [
        _effect(goal, goal, _ORDERS, _clicked(number) if number else never, script=_CANCELS,
                solvable=bool(number))
        for goal, number in wanted.items()
    ]  # fmt: skip


def _conditions() -> list[Trap]:
    goals = (
        'Click "Save" twice.',
        'Click "Save" unless it is saved already.',
        'Click "Save" or "Discard".',
        'If there is a draft, click "Save".',
        'Do not click "Save".',
        'Click "Save" and wait until it says "Stored".',
    )
    return [_effect(goal, goal, _ONE, script=_SAVES) for goal in goals]


def _ways() -> list[Trap]:
    home = "<h1>Home</h1><a href=/orders>Orders</a>"
    others = {
        "a page about maintenance": "<main><h1>Orders</h1><p>Down for maintenance.</p></main>",
        "the page before": f"<main>{home}</main>",
        "a login": "<main><h1>Sign in</h1><form><label>Password <input type=password></label>"
        "<button>Sign in</button></form></main>",
    }
    return [
        *(
            _effect(f"a link to {name}", 'Click "Orders".', home, pages={"/orders": page(body)})
            for name, body in others.items()
        ),
        _effect("a place of which the page says nothing", "Go to the orders of 2023.", home,
                pages={"/orders": page("<main><h1>Orders</h1><p>2024</p></main>")}),
    ]  # fmt: skip


def _late() -> list[Trap]:
    def later(text: str, then: str, after: int) -> str:
        return (
            f"b.onclick = () => {{ m.textContent = '{text}'; "
            f"setTimeout(() => m.textContent = '{then}', {after}) }}"
        )

    return [
        _effect("what is taken back", 'Click "Save".', _ONE,
                script=later("Saved.", "Error: the server did not answer.", 1500)),
        _effect("what fails later", 'Click "Save".', _ONE,
                script=later("Saving", "Saving failed.", 2500)),
    ]  # fmt: skip


def _logins() -> list[Trap]:
    nav = "<nav><a href='/o'>My orders</a> <a href='/out'>Log out</a></nav>"
    halves = {
        "a link by mail": "<h1>Confirm it's you</h1><p>We have sent a link to your address.</p>",
        "new terms": "<h1>Our terms have changed</h1><p>Please accept the new terms.</p>"
        "<form><label><input type=checkbox> I accept</label><button>Continue</button></form>",
        "an approval": "<h1>Approve the sign-in</h1><p>Open the app on your phone, tap 42.</p>",
        "maintenance": "<h1>Down for maintenance</h1><p>We'll be back soon.</p>",
        "nothing": "<div id=app></div>",
        "a session that has ended": f"{nav}<h1>Session expired</h1><p>Please sign in again.</p>",
        "a portal without a right": f"{nav}<h1>403</h1><p>You have no access to this portal.</p>",
        "a dialog that says no": f"{nav}<h1>Hi bob</h1><div role=alertdialog>Login failed.</div>",
    }
    inside = {
        "de": ("Meine Bestellungen", "Abmelden", "Hallo Bob"),
        "fr": ("Mes commandes", "Déconnexion", "Bonjour Bob"),
        "es": ("Mis pedidos", "Cerrar sesión", "Hola Bob"),
        "nl": ("Mijn bestellingen", "Uitloggen", "Hallo Bob"),
    }
    return [
        *(login(f"a login that leads to {name}", body) for name, body in halves.items()),
        *(
            login(
                f"a login that works ({lang})",
                f"<nav><a href='/o'>{orders}</a> <a href='/x'>{out}</a></nav><h1>{hello}</h1>",
                lambda seen: bool(seen.posted),
            )
            for lang, (orders, out, hello) in inside.items()
        ),
    ]


def effects() -> list[Trap]:
    """All of them."""
    told = [
        _told("Save", 'Click "Save".', "Saved.", done=True),
        _told("Speichern", "Klicke auf „Speichern“.", "Gespeichert.", done=True, lang="de"),
        _told("Archive", 'Click "Archive".', "The draft was archived.", done=True),
        _told("Save", 'Click "Save".', "Nothing to save."),
        _told("Save", 'Click "Save".', "Saving is disabled in the demo."),
        _told("Save", 'Click "Save".', "Subscribe to save drafts."),
        _told("Save", 'Click "Save".', "Your trial has ended."),
        _told("Save", 'Click "Save".', "You have unsaved changes."),
        _told("Enregistrer", "Cliquez sur « Enregistrer ».", "Rien n'a été enregistré.", lang="fr"),
    ]
    return [*told, *_rows(), *_conditions(), *_ways(), *_late(), *_logins()]
