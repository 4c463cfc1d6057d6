"""Clicks that are answered: that it was done, or a little more or less than that."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Answer, Trap, never, page

_POST = (
    "fetch('/go', {method: 'POST', body: 'did=1', "
    "headers: {'Content-Type': 'application/x-www-form-urlencoded'}})"
)
_CASES: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Click", "Article 7", "Publish", ("The article has been published.",),
     ("Published in German; the English version stays hidden.",
      "The article was sent to the editors and is published when they agree.")),
    ("Click", "Expense 18", "Approve", ("Expense 18 was approved.",),
     ("Approved by you. A second approver is needed.", "Approved up to 500 EUR.")),
    ("Click", "Subscription", "Cancel subscription", ("Your subscription has been cancelled.",),
     ("Your subscription is paused for 3 months instead of cancelled.",)),
    ("Klicke auf", "Abo", "Abo kündigen", ("Ihr Abo wurde gekündigt.",),
     ("Ihr Abo wurde zur Kündigung vorgemerkt, wir rufen Sie vorher an.",)),
    ("Clique sur", "Facture 12", "Valider", ("La facture a été validée.",),
     ("Facture validée par vous, en attente du directeur.",)),
    ("Click", "Draft 7", "Archive", ("Draft 7 was archived.",),
     ("Draft 7 was moved to the bin.", "Queued. 14 drafts are ahead of yours.")),
    ("Clicca su", "Ordine 55", "Annulla ordine", ("L'ordine 55 è stato annullato.",),
     ("2 articoli su 3 sono stati annullati.",)),
)  # fmt: skip
"""How the goal says to click, what the page is about, the button, right answers and wrong ones."""


def _with(html: str) -> Answer:
    return lambda fields, before: html


def _trap(name: str, goal: str, head: str, label: str, said: str, done: bool) -> list[Trap]:
    """The answer on the page itself, and on one that comes."""
    script = f'b.onclick = () => {_POST}.then(() => {{ m.textContent = "{said}" }})'
    here = f"<main><h1>{head}</h1><button id=b>{label}</button><p id=m role=status></p></main>"
    form = (
        f"<form method=post action=/go><input type=hidden name=id><button>{label}</button></form>"
    )
    there = page(f"<main><h1>{head}</h1><p role=status>{said}</p></main>")
    pages = {
        "here": (page(here, script=script), "{}"),
        "there": (page(f"<main><h1>{head}</h1>{form}</main>"), there),
    }
    return [
        Trap(
            f"click answered: {name}, {where}",
            Goal(navigation_goal=f'{goal} "{label}".', today=TODAY),
            {"/": first},
            (lambda seen: bool(seen.posted)) if done else never,
            answers={"/go": _with(html)},
            solvable=done,
        )
        for where, (first, html) in pages.items()
    ]


def click_answers() -> list[Trap]:
    """Each with answers that are right, and with others that say it otherwise."""
    return [
        trap
        for goal, head, label, right, wrong in _CASES
        for done, listed in ((True, right), (False, wrong))
        for number, said in enumerate(listed)
        for trap in _trap(
            f"{label}, {'right' if done else 'wrong'} {number}", goal, head, label, said, done
        )
    ]
