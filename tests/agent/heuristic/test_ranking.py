"""Finding the way: what is tried first, what is remembered, what is never tried, when it ends.

The pages are trees written down here: no browser is needed to rank what they offer.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from skyvern_dagster.agent.decisions import Click, Decision, Download, Goto
from skyvern_dagster.agent.planner import Goal, PastAction, PastStep, Plan
from skyvern_dagster.agent.planners.heuristic.candidate import Candidate, rank
from skyvern_dagster.agent.purposes import FrontierMemo, Purpose
from skyvern_dagster.browser.observation import Node, Observation, Option
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.errors import PlannerError
from tests.agent.heuristic.answers import extracted, planned, told
from tests.agent.heuristic.drawn import SITE, link, node, page, row
from tests.agent.heuristic.goals import download_goal, list_goal, result

NO_PAGE = {"no_page": "There is no order history page"}


def user_panel() -> Node:
    return node(
        "generic",
        "",
        link("0 items in cart", "/cart"),
        link("a.karlsen", "/people/7"),
        link("Log out", "/session/end"),
    )


def past(seen: Observation, plan: Plan, *, after: str) -> PastStep:
    """The step that a plan was, on a page that comes at ``after``."""
    done = result(seen.url, after=SITE + after)
    actions = tuple(PastAction(each, done, label=_label(each, seen)) for each in plan.decisions)
    return PastStep(0, seen.url, seen.title, "heuristic", actions)


def _label(decision: Decision, seen: Observation) -> str:
    ref = getattr(decision, "ref", None)
    found = seen.find(ref) if ref else None
    return found.name if found else ""


def orders_goal() -> Goal:
    return list_goal(error_code_mapping=NO_PAGE)


def test_the_best_comes_first_and_equals_keep_their_order() -> None:
    hub, section, other = (
        Candidate(node("link", name), name, features=features)
        for name, features in (
            ("Account", {"hub": 1.0}),
            ("News", {"section": 1.0}),
            ("Team", {"section": 1.0}),
        )
    )
    assert [one.label for one in rank("navigate", [section, other, hub])] == [
        "Account",
        "News",
        "Team",
    ]


def test_a_feature_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(PlannerError, match=r"no weight of \['luck'\]"):
        rank("navigate", [Candidate(node("link"), "x", features={"luck": 1.0})])


def test_what_stands_beside_the_way_out_is_about_the_user() -> None:
    seen = page(node("navigation", "", link("Blog", "/blog")), user_panel())
    plan = planned(orders_goal(), seen)
    assert told(plan, seen) == ["click a.karlsen"]
    # The page chose it: the guard looks at what it does.
    assert plan.guarded


def test_a_dead_end_goes_back_to_what_was_left() -> None:
    home = page(node("navigation", "", link("Projects", "/projects")), user_panel())
    first = planned(orders_goal(), home)
    dead_end = page(node("heading", "A. Karlsen"), url="/people/7")
    plan = planned(orders_goal(), dead_end, (past(home, first, after="/people/7"),))
    # The basket is nearer to the way out than the sections are to anything.
    assert isinstance(plan.decisions[0], Goto)
    assert plan.decisions[0].url in {f"{SITE}/cart", f"{SITE}/projects"}
    second = past(dead_end, plan, after="/cart")
    empty = page(node("heading", "Basket"), url="/cart")
    third = planned(orders_goal(), empty, (past(home, first, after="/people/7"), second))
    assert told(third, empty) == ["goto"]
    left = {plan.decisions[0].url, getattr(third.decisions[0], "url", "")}
    assert left == {f"{SITE}/cart", f"{SITE}/projects"}


def test_there_is_none_only_when_none_is_left() -> None:
    home = page(link("News", "/news"), url="/")
    step = past(home, planned(orders_goal(), home), after="/news")
    news = page(node("heading", "News"), link("Portal", "/"), url="/news")
    plan = planned(orders_goal(), news, (step,))
    assert told(plan, news) == ["terminate no_page"]


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("Delete my account", "/account/close"),
        ("Mein Benutzerkonto löschen", "/my/account"),
        ("Account", "/account/delete"),
        ("Pay now", "/account/orders/pay"),
        ("Supprimer mon compte", "/mon-compte"),
    ],
)
def test_what_nobody_asked_for_is_no_way(label: str, url: str) -> None:
    for control in (link(label, url), node("button", label)):
        if control.role == "button" and label == "Account":
            continue
        seen = page(node("generic", "", control, link("Log out", "/session/end")))
        assert told(planned(orders_goal(), seen), seen) == ["terminate no_page"]


def test_a_link_that_says_nothing_is_not_followed_to_a_file_or_another_site() -> None:
    seen = page(
        link("Terms", "/terms.pdf"), link("Partner", "https://elsewhere.example/"), link("", "/x")
    )
    assert told(planned(orders_goal(), seen), seen) == ["terminate no_page"]


def order_row(*documents: Node) -> Observation:
    others = [row(f"1043{last}", "2024-04-0" + last, "7.50") for last in "134"]
    cells = row("10432", "2024-04-02", "8.50", node("generic", "", *documents))
    return page(node("table", "", others[0], cells, *others[1:]), url="/orders", title="Orders")


@pytest.mark.parametrize("swapped", [False, True])
def test_a_file_comes_before_a_page_that_shows_it(swapped: bool) -> None:
    documents = [link("View invoice", "/invoice/10432"), link("Download PDF", "/invoice/10432?pdf")]
    seen = order_row(*(reversed(documents) if swapped else documents))
    assert told(planned(download_goal(), seen), seen) == [f"download {SITE}/invoice/10432?pdf"]


def test_of_one_name_the_file_address_comes_first() -> None:
    seen = order_row(
        link("Invoice_10432.pdf", "/files/21"), link("Invoice_10432.pdf", "/get/21/x.pdf")
    )
    assert told(planned(download_goal(), seen), seen) == [f"download {SITE}/get/21/x.pdf"]


def test_a_page_instead_of_a_file_goes_back_to_the_next_candidate() -> None:
    seen = order_row(link("View invoice", "/a"), link("Invoice", "/b"))
    plan = planned(download_goal(), seen)
    first = plan.decisions[0]
    assert isinstance(first, Download)
    assert isinstance(first.memo, FrontierMemo)
    failed = ActionResult(
        ok=False, message="", url_before=seen.url, url_after=first.memo.chosen, error="a page"
    )
    step = PastStep(
        0, seen.url, "Orders", "heuristic", (PastAction(first, failed, label=_label(first, seen)),)
    )
    [left] = first.memo.untried
    shown = page(node("heading", "Invoice 10432"), title="Invoice")
    shown = replace(shown, url=first.memo.chosen)
    back = planned(download_goal(), shown, (step,))
    assert [getattr(each, "url", "") for each in back.decisions] == [seen.url]
    returned = PastStep(
        1, shown.url, "", "heuristic", (PastAction(back.decisions[0], result(shown.url)),)
    )
    again = planned(download_goal(), seen, (step, returned))
    assert told(again, seen) == [f"download {left.url}"]


def test_an_export_of_the_list_is_no_document() -> None:
    exports = node("paragraph", "", link("Atom", "/orders.atom"), link("PDF", "/orders.pdf"))
    seen = page(node("heading", "Ticket #10432"), exports, url="/orders/10432", title="#10432")
    assert told(planned(download_goal(), seen), seen) == []


@pytest.mark.parametrize("label", ["Pay invoice", "Delete invoice", "Rechnung löschen"])
def test_what_nobody_asked_for_is_no_document(label: str) -> None:
    seen = order_row(link(label, "/invoice/10432"))
    # Nothing shows that there is none, either.
    assert planned(download_goal(), seen).decisions == ()


def test_a_page_that_is_headed_by_the_record_is_the_records() -> None:
    seen = page(
        node("generic", "", node("heading", "Order 10432", level=1), node("text", "Paid")),
        node("table", "", row("10577", "Kettle", "20.00"), row("10588", "Pan", "9.00")),
        node("paragraph", "", link("Download invoice (PDF)", "/files/8812")),
        url="/o/10432",
    )
    assert told(planned(download_goal(), seen), seen) == [f"download {SITE}/files/8812"]


def tickets(*subjects: str, header: tuple[str, ...] = ("#", "Subject", "Updated")) -> Observation:
    rows = [
        row(link(str(40 + place), f"/t/{40 + place}"), subject, f"2024-05-{10 + place}")
        for place, subject in enumerate(subjects)
    ]
    return page(node("table", "", row(*header, role="columnheader"), *rows), url="/t", title="All")


def test_records_that_say_what_they_are_are_read_without_the_others() -> None:
    seen = tickets("Invoice R-1 Miller", "Invoice R-2 Jones", "Holidays", "Invoice R-3 Miller")
    plan = planned(orders_goal(), seen)
    assert [one["order_id"] for one in extracted(plan)["order_ids"]] == ["40", "41", "43"]
    [note] = plan.notes
    assert note.startswith('the days of the list are those of the last change ("Updated")')


def test_a_list_of_anything_is_not_taken_for_the_orders() -> None:
    seen = tickets("Printer jammed", "New keyboard", "Holidays", "Door stuck")
    plan = planned(orders_goal(), seen)
    assert not any(each.type in {"extract", "complete"} for each in plan.decisions)


def state_filter(*, empty: bool) -> Observation:
    options = (Option("open", "o", selected=True), Option("closed", "c"), Option("all", "*"))
    chosen = node("combobox", "State", options=options)
    form = node(
        "generic",
        "",
        node("group", "", node("table", "", node("row", "", node("cell", "", chosen)))),
        node("paragraph", "", link("Apply", "/orders"), link("Clear", "/orders?set=1")),
    )
    header = row("Order", "Date", role="columnheader")
    rows = [] if empty else [row(f"1043{last}", f"2024-05-0{last}") for last in "123"]
    said = [node("paragraph", "No orders to show")] if empty else []
    return page(form, node("table", "", header, *rows), *said, url="/orders", title="Orders")


def test_a_link_at_the_end_of_the_form_puts_a_filter_in_force() -> None:
    seen = state_filter(empty=False)
    assert told(planned(orders_goal(), seen), seen) == ["select_option State", "click Apply"]


def test_an_empty_list_is_looked_at_without_its_filters_first() -> None:
    seen = state_filter(empty=True)
    plan = planned(orders_goal(), seen)
    assert told(plan, seen) == ["click Clear"]
    after = planned(orders_goal(), seen, (past(seen, plan, after="/orders?set=1"),))
    assert told(after, seen) == ["select_option State", "click Apply"]


def test_a_page_number_is_no_record() -> None:
    rows = [row(str(30 - place), f"Invoice R-{place}", "2024-05-01") for place in range(4)]
    pager = node(
        "list",
        "",
        node("listitem", "1"),
        *(node("listitem", "", link(str(number), f"/t?page={number}")) for number in (2, 3)),
        node("listitem", "", link("Next", "/t?page=2")),
    )
    seen = page(node("table", "", *rows), pager, url="/t", title="All")
    assert told(planned(download_goal("1"), seen), seen) == ["click Next"]


def test_what_was_left_is_remembered_with_where_it_leads() -> None:
    seen = page(node("navigation", "", link("Projects", "/projects")), user_panel())
    decision = planned(orders_goal(), seen).decisions[0]
    assert isinstance(decision, Click)
    assert decision.purpose is Purpose.NAVIGATE
    assert isinstance(decision.memo, FrontierMemo)
    assert decision.memo.chosen == f"{SITE}/people/7"
    assert f"{SITE}/projects" in [one.url for one in decision.memo.untried]


def mailbox(*mails: tuple[str, str], url: str = "/mail") -> Observation:
    """A list of two cells a mail: subjects are links, as in webmail."""
    rows = [
        row(
            node("generic", "", node("generic", f"2024-05-{20 - place}"), link(subject, path)),
            "Attachment",
        )
        for place, (subject, path) in enumerate(mails)
    ]
    return page(node("table", "Mails", *rows), url=url, title="Inbox")


MAILS = mailbox(
    ("Invoice AB-2024-7900", "/mail/1"),
    ("New terms", "/mail/2"),
    ("Invoice CD-2024-8146", "/mail/3"),
    ("Your parcel is on its way", "/mail/4"),
    ("Invoice AB-2024-9108", "/mail/5"),
)


def test_links_that_name_records_say_what_the_records_are() -> None:
    found = extracted(planned(orders_goal(), MAILS))["order_ids"]
    assert [one["order_id"] for one in found] == ["AB-2024-7900", "CD-2024-8146", "AB-2024-9108"]


@pytest.mark.parametrize(
    ("number", "path"),
    [("AB-2024-7900", "/mail/1"), ("CD-2024-8146", "/mail/3"), ("AB-2024-9108", "/mail/5")],
)
def test_rows_below_a_record_are_other_records_whatever_their_numbers_look_like(
    number: str, path: str
) -> None:
    assert told(planned(download_goal(number), MAILS), MAILS) == [f"download {SITE}{path}"]


def test_an_address_is_asked_for_its_file_once() -> None:
    first = planned(download_goal("CD-2024-8146"), MAILS)
    failed = replace(result(MAILS.url), ok=False, error="it is a page")
    address = Download(url=f"{SITE}/mail/3", purpose=Purpose.DOCUMENT)
    steps = tuple(
        PastStep(place, MAILS.url, "Inbox", "heuristic", (PastAction(each, failed, label=label),))
        for place, (each, label) in enumerate(
            [(first.decisions[0], "Invoice CD-2024-8146"), (address, "")]
        )
    )
    after = planned(download_goal("CD-2024-8146"), MAILS, steps)
    assert told(after, MAILS) != [f"download {SITE}/mail/3"]
