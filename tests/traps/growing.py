"""Lists of sixty orders of which a script shows a part at a time, and goals that want some."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.traps.trap import Trap, never, orders_are, page, read

_ID_DAY = {"order_id": "string", "order_date": "iso-8601-formatted-date"}
_DATA = [(f"B-{n:03}", f"2024-{n % 6 + 1:02}-{n % 27 + 1:02}") for n in range(60, 0, -1)]
_EVERY = "Extract the id and the date of every order, from all pages of the list."
_WAY = "Go to the list of all orders."
_DRAW = (
    "const rows = (some) => some.map((one) => "
    "`<tr><td>${one[0]}</td><td>${one[1]}</td></tr>`).join('');"
)
_NEXT = "<button id=prev>Previous</button><span id=where></span><button id=next>Next</button>"
_HEAD = "<thead><tr><th>Order</th><th>Date</th></tr></thead>"


def _orders(which: Callable[[str, str], bool] = lambda number, day: True) -> Any:
    return orders_are(
        *({"order_id": one, "order_date": day} for one, day in _DATA if which(one, day))
    )


def _list(
    name: str, script: str, *, before: str = "", after: str = "", goal: str = _EVERY,
    right: Any = None, solvable: bool = False,
) -> Trap:  # fmt: skip
    body = (
        f"<main><h1>Orders</h1>{before}<table id=all>{_HEAD}<tbody id=list></tbody></table>"
        f"{after}</main>"
    )
    code = f"const data = {json.dumps(_DATA)}; {_DRAW} {script}"
    return Trap(
        f"growing: {name}", read(goal, _ID_DAY, way=_WAY), {"/": page(body, script=code)},
        right or _orders(), solvable=solvable,
    )  # fmt: skip


_PAGES = """
let at = 0;
const draw = () => {
  list.innerHTML = rows(data.slice(at, at + 20));
  where.textContent = `Page ${at / 20 + 1} of 3`;
  next.disabled = at >= 40; prev.disabled = at === 0;
};
next.onclick = () => setTimeout(() => { at += 20; draw(); }, 900);
prev.onclick = () => setTimeout(() => { at -= 20; draw(); }, 900);
draw();
"""
_ROUND = """
let at = 0;
const draw = () => { list.innerHTML = rows(data.slice(at, at + 20)); };
next.onclick = () => { at = (at + 20) % 60; draw(); };
draw();
"""
_OVERLAP = """
let at = 0;
const draw = () => { list.innerHTML = rows(data.slice(at, at + 20)); next.disabled = at >= 40; };
next.onclick = () => { at = Math.min(40, at + 19); draw(); };
draw();
"""
_RECYCLED = """
all.style = 'display: block; height: 300px; overflow: auto';
const space = (count) => `<tr style="height: ${count * 30}px"></tr>`;
const draw = () => {
  const at = Math.floor(all.scrollTop / 30);
  const shown = rows(data.slice(at, at + 12)).replaceAll('<tr>', '<tr style="height: 30px">');
  list.innerHTML = space(at) + shown + space(Math.max(0, 60 - at - 12));
};
all.onscroll = draw;
draw();
"""
_SIZES = """
const draw = () => {
  const count = size.value === 'All' ? 60 : 10;
  list.innerHTML = rows(data.slice(0, count));
  info.textContent = `Showing 1 to ${count} of 60 entries`;
};
size.onchange = () => setTimeout(draw, 600);
draw();
"""
_MONTH = """
const draw = () => {
  const isOf = (one) => month.value === 'All' || one[1].startsWith('2024-06');
  list.innerHTML = rows(data.filter(isOf));
};
month.onchange = draw;
draw();
"""
_MORE = """
let at = 20;
const draw = () => {
  list.innerHTML = rows(data.slice(0, at));
  if (at >= 60) next.remove(); else next.textContent = `Show ${60 - at} more`;
};
next.onclick = () => setTimeout(() => { at += 20; draw(); }, 500);
draw();
"""
_FAILS = """
let at = 20;
list.innerHTML = rows(data.slice(0, at));
next.onclick = () => setTimeout(() => {
  if (at >= 40) { info.textContent = 'Network error'; return; }
  at += 20; list.innerHTML = rows(data.slice(0, at));
}, 500);
"""
_DRIPPING = """
let at = 0;
const timer = setInterval(() => {
  at += 3; list.innerHTML = rows(data.slice(0, at));
  if (at >= 60) { clearInterval(timer); info.textContent = ''; }
}, 250);
"""
_FOLDED = """
list.innerHTML = rows(data.slice(0, 20));
older.innerHTML = rows(data.slice(20));
"""
_TABS = """
const draw = (archive) => {
  list.innerHTML = rows(archive ? data.slice(20) : data.slice(0, 20));
  current.ariaSelected = !archive; past.ariaSelected = archive;
};
current.onclick = () => draw(false);
past.onclick = () => draw(true);
draw(false);
"""
_ALL_THERE = "list.innerHTML = rows(data);"


def _parts() -> list[Trap]:
    tabs = (
        "<div role=tablist><button role=tab id=current>Current (20)</button>"
        "<button role=tab id=past>Archive (40)</button></div>"
    )
    folded = (
        "<details><summary>Older orders (40)</summary><table>"
        f"{_HEAD}<tbody id=older></tbody></table></details>"
    )
    return [
        _list("slow pages", _PAGES, after=_NEXT, solvable=True),
        _list("pages that begin anew", _ROUND, after="<button id=next>Next</button>"),
        _list("pages that overlap", _OVERLAP, after="<button id=next>Next</button>"),
        _list("rows that are recycled", _RECYCLED),
        _list("ten, and a line that says 1-10 of 60", "list.innerHTML = rows(data.slice(0, 10));",
              before="<p>1-10 of 60</p>", right=never),
        _list("a page size", _SIZES, before="<label>Show <select id=size><option>10<option>All"
              "</select> entries</label>", after="<p id=info></p>"),
        _list("a filter for this month", _MONTH,
              before="<label>Period <select id=month><option>June 2024<option>All</select>"),
        _list("more, with how many are left", _MORE, after="<button id=next></button>",
              solvable=True),
        _list("more, and the last part fails", _FAILS,
              after="<button id=next>Load more</button><p id=info></p>", right=never),
        _list("rows that come one after the other", _DRIPPING,
              before="<p id=info>Loading…</p>"),
        _list("a part that is folded", _FOLDED, after=folded),
        _list("two tabs", _TABS, before=tabs),
    ]  # fmt: skip


def _some() -> list[Trap]:
    def days(since: str, until: str = "2024-12-31") -> Any:
        return _orders(lambda number, day: since <= day <= until)

    wanted = (
        ("Extract the id and the date of every order since 20 May 2024.", days("2024-05-20"), True),
        ("Extract the id and the date of every order of February 2024.",
         days("2024-02-01", "2024-02-29"), False),
        ("Extract the id and the date of every order from February to April 2024.",
         days("2024-02-01", "2024-04-30"), False),
        ("Extract the id and the date of every order of the last 7 days.",
         days("2024-06-08"), False),
        ("Extract the id and the date of the orders from B-010 to B-020.",
         _orders(lambda number, day: "B-010" <= number <= "B-020"), False),
        ("Extract the id and the date of all orders but the newest.", never, False),
        ("Extract the id and the date of the five newest orders.", never, False),
        ("Extract the id and the date of every second order.", never, False),
        ("Extract the id and date of the orders that have no invoice yet.", never, False),
        ("Extract the id and date of all orders that were placed on a weekend.", never, False),
    )  # fmt: skip
    return [
        _list(goal, _ALL_THERE, goal=goal, right=right, solvable=solvable)
        for goal, right, solvable in wanted
    ]


def growing() -> list[Trap]:
    """All of them."""
    return [*_parts(), *_some()]
