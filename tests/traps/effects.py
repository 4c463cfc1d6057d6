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


def _answered() -> list[Trap]:
    """What comes up with a click and isn't the answer, or not yet."""
    one = "<h1>Draft</h1><button id=b>Archive</button><p id=m></p>"
    german = "<h1>Entwurf</h1><button id=b>Archivieren</button><p id=m></p>"
    goal = 'Click "Archive".'

    def dialog(inside: str, first: str = "") -> str:
        return (
            f"b.onclick = () => {{ {first}; document.body.insertAdjacentHTML('beforeend', "
            f"`<div role=dialog>{inside}</div>`) }}"
        )

    def says(text: str) -> str:
        return f"b.onclick = () => {{ m.textContent = '{text}' }}"

    return [
        _effect("a dialog that wants a reason", goal, one, script=dialog(
            "<h2>Reason for archiving</h2><input><button>Cancel</button><button>Archive</button>")),
        _effect("a dialog that only informs", goal, one, _clicked("1"), script=dialog(
            "<h2>Archived</h2><button>OK</button>", _post())),
        _effect("what will be done", goal, one, script=says(
            "The draft will be archived once an administrator has approved it.")),
        _effect("what can be done", goal, one, script=says("Only paid drafts can be archived.")),
        _effect("what will be done (de)", "Klicke auf „Archivieren“.", german, lang="de",
                script=says("Der Entwurf wird archiviert, sobald er freigegeben ist.")),
        _effect("what could not be done (de)", "Klicke auf „Archivieren“.", german, lang="de",
                script=says("Der Entwurf ließ sich nicht archivieren.")),
        _effect("a tip", goal, one, script=says("Did you know? You can archive with the A key.")),
        _effect("a page that only moves", goal, one + "<div style='height: 3000px'></div><p>End",
                script="b.onclick = () => scrollTo(0, 2000)"),
        _effect("a clock, and a button without effect", goal, one + "<p id=clock></p>",
                script="setInterval(() => { clock.textContent = new Date().toISOString() }, 300)"),
        _effect("a switch that goes back", "Switch on notifications.",
                "<div role=switch aria-checked=false tabindex=0 id=b>Notifications</div>",
                script="b.onclick = () => { b.ariaChecked = 'true'; setTimeout(() => "
                "{ b.ariaChecked = 'false' }, 900) }"),
        _effect("switched off", "Switch off notifications.",
                "<div role=switch aria-checked=true tabindex=0 id=b>Notifications</div>",
                script="b.onclick = () => { b.ariaChecked = 'true' }"),
        _effect("two switches", "Switch on notifications.",
                "<div role=switch aria-checked=false tabindex=0>E-mail notifications</div>"
                "<div role=switch aria-checked=false tabindex=0>SMS notifications</div>",
                script="document.querySelectorAll('[role=switch]').forEach((one) => "
                "{ one.onclick = () => { one.ariaChecked = 'true' } })"),
        _effect("a refusal where one is asked for", 'Click "Reject".',
                one.replace("Archive", "Reject"), script=says("Rejecting failed: error 7.")),
        _effect("not what was asked for", 'Click "Reject".', one.replace("Archive", "Reject"),
                script=says("The request was not rejected.")),
        _effect("what was asked for", 'Click "Reject".', one.replace("Archive", "Reject"),
                _clicked("1"), solvable=True,
                script=f"b.onclick = () => {{ {_post()}; m.textContent = 'Rejected.' }}"),
        _effect("another order's answer", 'Click "Cancel" of order A-2.', _ORDERS,
                script="document.querySelectorAll('button').forEach((one) => { one.onclick = () => "
                "{ m.textContent = 'Order A-1 was cancelled.' } })"),
        _effect("one of three that is out of use", 'Click "A", then click "B", then click "C".',
                "<button>A</button><button disabled>B</button><button>C</button><p id=m></p>",
                script="document.querySelectorAll('button').forEach((one) => "
                "{ one.onclick = () => { m.textContent = one.textContent + ' done' } })"),
        _effect("all of them", 'Click every "Mark as read".',
                "<button>Mark as read</button><button>Mark as read</button>",
                script="document.querySelectorAll('button').forEach((one) => "
                "{ one.onclick = () => { one.textContent = 'Read' } })"),
    ]  # fmt: skip


def _searches() -> list[Trap]:
    def shop(said: str) -> str:
        form = (
            f'<form role=search onsubmit="m.innerHTML = `{said}`; return false">'
            "<input type=search aria-label=Search></form><div id=m></div>"
        )
        return f"<h1>Shop</h1>{form}"

    goal = 'Search for "lamps".'
    then = 'Search for "lamps" and click "Red lamp".'
    found = "<p>2 results for lamps</p><button>Blue lamp</button>"
    return [
        _effect("a search that finds nothing", goal, shop("No results for lamps")),
        _effect("a search that fails", goal, shop("Your search for lamps could not be done")),
        _effect("a search for something else", goal, shop("3 results for lambs")),
        _effect("a search, and what isn't there", then, shop(found)),
        _effect("a search", goal, shop(found), lambda seen: True, solvable=True),
    ]


def _opened() -> list[Trap]:
    home = "<h1>Home</h1><a href=/d>Details</a>"
    pages = {
        "a login": "<h1>Sign in</h1><form><input type=password aria-label=Password>"
        "<button>Sign in</button></form>",
        "a page that is gone": "<h1>Sorry</h1><p>This page does not exist any more.</p>",
        "the page before": home,
    }
    rows = "".join(
        f"<tr><td>A-{n}</td><td>2024-05-0{n}</td><td><a href=/d{n}>Details</a></td></tr>"
        for n in (3, 2, 1)
    )
    orders = f"<h1>Orders</h1><table>{rows}</table>"
    details = {f"/d{n}": page(f"<main><h1>Order A-{n}</h1></main>") for n in (1, 2, 3)}
    return [
        *(
            _effect(f"opened: {name}", 'Open "Details".', home,
                    pages={"/d": page(f"<main>{body}</main>")})
            for name, body in pages.items()
        ),
        _effect("opened: another page of that name", 'Open "Details".', home, lambda seen: True,
                pages={"/d": page("<main><h1>Lamp 7</h1><p>Brass.</p></main>")}, solvable=True),
        _effect("opened: what isn't there", 'Open "Details" of order A-9.', orders, pages=details),
        _effect("opened: another order", 'Open "Details" of order A-2.', orders,
                pages={**details, "/d2": details["/d3"]}),
    ]  # fmt: skip


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
    ways = [*_ways(), *_searches(), *_opened()]
    return [*told, *_answered(), *_rows(), *_conditions(), *ways, *_late(), *_logins()]
