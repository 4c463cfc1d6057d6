"""Settings that are changed, switched off and saved; questions that are answered."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Trap, never, page, sent

_BOXES = (
    "<main><h1>Settings</h1><form method=post action=/n><label><input type=checkbox name=n "
    "checked> "
    "Newsletter</label><label><input type=checkbox name=s checked> SMS</label><button>Save</button>"
    "</form></main>"
)
_MAIL = (
    "<main><h1>Settings</h1>{}<form method=post action=/n><label>E-mail <input name=e "
    "value='ada@x.org'></label><label>Backup e-mail <input name=b value='z@x.org'></label><button>"
    "Save</button></form></main>"
)
_SAVED = "<p role=status>Settings saved.</p>"
_ORDERS = (
    "<main><h1>Orders</h1><p id=m role=status></p><table><tr><th>Order<th></tr><tr><td>A-1<td>"
    "<button "
    "onclick=d.showModal()>Cancel</button></tr><tr><td>A-2<td><button onclick=d.showModal()>Cancel"
    "</button></tr></table><dialog id=d><p>Cancel the order A-2?</p><button id=y>Yes, cancel it"
    "</button><button onclick=d.close()>Keep it</button></dialog></main>"
)
_ANSWER = (
    "y.onclick=async()=>{await fetch('/n',{method:'POST',body:'id=A-2'});d.close();"
    "m.textContent='Order A-2 was cancelled.'}"
)


def _one(name: str, goal: str, body: str, answer: str, right: Any, script: str = "") -> Trap:
    said = answer if answer.startswith("{") else page(answer)
    return Trap(
        f"settings: {name}", Goal(navigation_goal=goal, today=TODAY),
        {"/": page(body, script=script)}, right, answers={"/n": lambda fields, before: said},
        solvable=right is not never,
    )  # fmt: skip


def settings() -> list[Trap]:
    """All of them."""
    saved, changed = f"<main><h1>Settings</h1>{_SAVED}</main>", "ada@y.org"
    at_once = (
        "<main><h1>Settings</h1><label><input type=checkbox checked onchange=\"fetch('/n',{method:"
        "'POST',body:'v='+this.checked})\"> Newsletter</label><label><input type=checkbox "
        "checked> SMS"
        "</label></main>"
    )
    change = f'Change the e-mail to "{changed}" and click "Save".'
    return [
        _one("switched off", 'Switch off "Newsletter".', at_once, '{"ok":true}', sent(v="false")),
        _one(
            "switched off and saved", 'Switch off "Newsletter" and click "Save".', _BOXES, saved,
            lambda seen: any("n" not in one and "s" in one for one in seen.posted),
        ),
        _one("changed and saved", change, _MAIL.format(""), saved, sent(e=changed, b="z@x.org")),
        _one("saved as it was", change, _MAIL.format(""), _MAIL.format(_SAVED), never),
        _one(
            "a question and its answer",
            'Click "Cancel" of order A-2 and confirm with "Yes, cancel it".',
            _ORDERS, '{"ok":true}', sent(id="A-2"), _ANSWER,
        ),
    ]  # fmt: skip
