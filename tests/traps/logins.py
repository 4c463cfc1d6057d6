"""Logins: refused without a word, in passing, or half."""

from __future__ import annotations

from collections.abc import Callable

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Happened, Trap, never, page

_GOAL = Goal(
    navigation_goal="Log in with the given credentials.",
    payload={
        "credentials": {
            "username": "secret://login/username",
            "password": "secret://login/password",
        }
    },
    today=TODAY,
)


def _form(told: str = "", above: str = "<h1>Sign in</h1>") -> str:
    return (
        f"{above}<form method=post action=/login>{told}<label>E-mail <input name=u></label>"
        "<label>Password <input type=password name=p></label><button>Sign in</button></form>"
    )


def login(
    name: str, answer: str, right: Callable[[Happened], bool] = never, script: str = "",
    start: str = "",
) -> Trap:  # fmt: skip
    """A login that is answered with a page's body."""
    return Trap(
        name,
        _GOAL,
        {"/": page(start or _form())},
        right,
        answers={"/login": lambda fields, before: page(answer, script=script)},
        solvable=right is not never,
    )


def logins() -> list[Trap]:
    """All of them."""
    passing = (
        "const t = document.createElement('div'); t.textContent = 'Wrong password.';"
        "document.body.append(t); setTimeout(() => t.remove(), 800)"
    )
    return [
        login("a login that comes back with a message", _form("<p>Wrong password.</p>")),
        login("a login that comes back without a word", _form()),
        login("a login whose message vanishes", _form(), script=passing),
        login(
            "a login that greets and comes back",
            _form(above="<h1>Welcome back, bob!</h1><p>My account, my orders: sign in first.</p>"),
        ),
        login(
            "a login that leads to a page for everyone",
            "<nav><a href='/'>Sign in</a></nav><h1>Our shop</h1><p>Lamps and desks.</p>",
        ),
        login(
            "a login that asks for a code",
            "<h1>Check your phone</h1><form method=post action=/code><label>Code sent to your "
            "phone <input name=code></label><button>Continue</button></form>",
        ),
        login(
            "a login that mails a link",
            "<h1>Check your inbox</h1><p>We sent a link to bob@shop.example. It logs you in.</p>",
        ),
        login(
            "a login that wants a new password",
            "<h1>Your password has expired</h1><form method=post action=/new><label>New password "
            "<input type=password name=a></label><label>Repeat <input type=password name=b></label>"
            "<button>Change password</button></form>",
        ),
        login(
            "a login that is locked",
            "<h1>Account locked</h1><p>Too many attempts. Contact support.</p>",
        ),
        login(
            "a login that works",
            "<nav><a href='/orders'>My orders</a> <a href='/out'>Log out</a></nav>"
            "<h1>Hello bob</h1>",
            lambda seen: bool(seen.posted),
        ),
    ]
