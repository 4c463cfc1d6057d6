from __future__ import annotations

from dataclasses import replace

import pytest

from skyvern_dagster.agent.decisions import Click, Extract, Press, Wait
from skyvern_dagster.agent.planner import PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Observation
from tests.agent.heuristic.answers import extracted, planned, told
from tests.agent.heuristic.conftest import Look
from tests.agent.heuristic.goals import list_goal, result

DONE = result("https://shop.example/account/orders")

PAGES = [
    ("table_en", [("1001234", "2024-04-05"), ("1001230", "2024-03-28")]),
    ("de_zwei_daten", [("D-77001", "2024-03-12"), ("D-76990", "2024-02-09")]),
    (
        "amazon_cards",
        [
            ("112-1234567-1234567", "2024-03-12"),
            ("112-7654321-7654321", "2024-02-02"),
            ("113-0000001-0000002", "2024-01-30"),
        ],
    ),
    ("fr_liste", [("20240611", "2024-06-01"), ("20240502", "2024-05-02")]),
    (
        "flat_headings",
        [("ES-0091", "2024-04-15"), ("ES-0088", "2024-01-03"), ("ES-0080", "2023-12-30")],
    ),
    ("dl", [("IT5501", "2024-02-01"), ("IT5500", "2024-01-31")]),
    ("one_dl_repeated", [("8100234", "2024-03-12"), ("8100221", "2024-02-01")]),
    ("div_table", [("100245", "2024-04-05"), ("100233", "2024-03-28")]),
    ("month_groups", [("55512", "2024-03-12"), ("55510", "2024-03-12"), ("55401", "2024-02-02")]),
    ("single_card", [("48213", "2024-06-04")]),
    (
        "nested_items",
        [("A-1007", "2024-05-20"), ("A-1003", "2024-05-02"), ("A-1001", "2024-04-11")],
    ),
    ("no_header_table", [("B200145", "2024-06-12"), ("B200139", "2024-06-04")]),
    (
        "tracking_confuser",
        [("W1-4410", "2024-06-01"), ("W1-4409", "2024-05-30"), ("W1-4400", "2024-05-02")],
    ),
    ("ymd_slash", [("X9-001", "2024-06-03"), ("X9-000", "2024-05-30")]),
    ("relative", [("9901", "2024-06-14"), ("9899", "2024-06-12"), ("9850", "2024-05-02")]),
    ("mdy_by_sort", [("5003", "2024-05-02"), ("5002", "2024-04-11"), ("5001", "2024-03-12")]),
    ("br_glued", [("778801", "2024-06-03"), ("778800", "2024-06-01")]),
    ("two_row_records", [("60012", "2024-06-01"), ("60011", "2024-05-01")]),
    ("open_and_past", [("90007", "2024-06-10"), ("90005", "2024-05-10"), ("90003", "2024-04-10")]),
    ("aria_grid", [("4510", "2024-06-03"), ("4509", "2024-05-28")]),
    ("product_noise", [("CC-8812", "2024-06-03"), ("CC-8810", "2024-06-01")]),
    ("vertical_tables", [("70012", "2024-05-03"), ("70010", "2024-04-03")]),
    ("pipes", [("A-10012", "2024-05-13"), ("A-10010", "2024-04-03")]),
    ("one_text_two_dates", [("PX8812", "2024-05-01"), ("PX8810", "2024-04-11")]),
    ("de_vom", [("100234", "2024-03-12"), ("100220", "2024-02-01")]),
    ("four_digits", [("1043", "2024-05-03"), ("1042", "2024-05-01")]),
    ("link_only", [("55512", "2024-05-01"), ("55510", "2024-04-01")]),
    ("pl", [("ZAM/2024/17", "2024-05-03"), ("ZAM/2024/12", "2024-02-01")]),
    ("sv", [("880012", "2024-05-03"), ("880011", "2024-05-01")]),
    ("ja", [("250-1234567", "2024-05-03"), ("250-1234560", "2024-05-01")]),
    ("deep_wrap", [("M-9001", "2024-05-03"), ("M-9000", "2024-05-01")]),
    ("status_dates", [("CMD-0091", "2024-05-03"), ("CMD-0088", "2024-05-01")]),
    ("time_col", [("ord_8Fh2kQ91", "2024-05-03"), ("ord_7Gx1aB02", "2024-05-01")]),
    ("uuid", [("3f2a9c", "2024-05-03"), ("9b81de", "2024-05-01")]),
    ("qty_prices", [("4500017811", "2024-05-03"), ("4500017790", "2024-05-01")]),
    ("cust_po", [("SO-10012", "2024-05-03"), ("SO-10011", "2024-05-01")]),
    ("yearless", [("5512", "2023-05-03"), ("5510", "2023-05-01"), ("5409", "2022-12-30")]),
    ("footer_rows", [("90012", "2024-05-03"), ("90011", "2024-05-01")]),
    ("buttons_rows", [("90012", "2024-05-03"), ("90011", "2024-05-01")]),
    ("cancelled_row", [("90012", "2024-05-03"), ("90011", "2024-05-01")]),
    ("b2b_docs", [("0080012345", "2024-05-03"), ("0080012340", "2024-04-28")]),
    ("letter_codes", [("DRMCB", "2024-05-27"), ("D83A9", "2024-04-26"), ("AHJVM", "2024-04-28")]),
    ("sort_buttons", [("2363", "2024-05-24"), ("2362", "2024-04-22")]),
]


@pytest.mark.parametrize(("page", "expected"), PAGES, ids=lambda value: str(value)[:20])
def test_reads_orders(page: str, expected: list[tuple[str, str]], look: Look) -> None:
    plan = planned(list_goal(), look(f"lists/{page}"))
    data = extracted(plan)
    assert [(one["order_id"], one["order_date"]) for one in data["order_ids"]] == expected
    assert plan.decisions[-1].type == "complete"


def test_fills_any_schema(look: Look) -> None:
    fields = {
        "order_number": {"type": "string"},
        "placed_on": {"type": "string", "format": "date", "description": "order date"},
        "total": {"type": "number"},
        "status": {"type": "string"},
    }
    schema = {"type": "array", "items": {"type": "object", "properties": fields}}
    data = extracted(planned(list_goal(schema), look("lists/rich_schema")))
    first = {"order_number": "700123", "placed_on": "2024-06-03", "total": 12.34}
    second = {"order_number": "700120", "placed_on": "2024-05-03", "total": 1012.34}
    assert data == [{**first, "status": "Shipped"}, {**second, "status": "Delivered"}]


def test_fills_a_list_of_strings(look: Look) -> None:
    schema = {"order_ids": {"type": "array", "items": {"type": "string"}}}
    data = extracted(planned(list_goal(schema), look("lists/strings_list")))
    assert data == {"order_ids": ["AB-1001", "AB-1002"]}


def test_keeps_due_dates_and_invoice_dates_apart(look: Look) -> None:
    fields = {
        "invoice_number": {"type": "string"},
        "invoice_date": {"type": "string", "format": "date"},
        "due_date": {"type": "string", "format": "date"},
        "amount": {"type": "string"},
    }
    schema = {"type": "array", "items": {"type": "object", "properties": fields}}
    goal = list_goal(schema, navigation_goal="Open the invoices page")
    data = extracted(planned(goal, look("lists/invoice_table")))
    assert data[0] == {
        "invoice_number": "RE-2024-017",
        "invoice_date": "2024-06-01",
        "due_date": "2024-06-15",
        "amount": "119,00 €",
    }


@pytest.mark.parametrize(
    ("wording", "payload", "kept"),
    [
        ("Extract orders placed on or after the start date", {"start_date": "2024-04-11"}, 2),
        ("Extract orders after the start date", {"start_date": "2024-04-11"}, 2),
        ("Extract orders placed strictly after the start date", {"start_date": "2024-04-11"}, 1),
        ("Extract orders since April 11, 2024", {}, 2),
        ("Extract orders placed between 2024-03-01 and 2024-04-30", {}, 2),
        ("Extract orders until 2024-04-11", {}, 2),
        ("Extract orders placed before 2024-04-11", {}, 1),
        ("Extrahiere alle Bestellungen seit dem 1. Mai 2024", {}, 1),
        ("Extract the orders of the last 60 days", {}, 1),
        ("Extract the latest order", {}, 1),
        ("Extract all orders", {}, 3),
    ],
)
def test_keeps_what_the_goal_asks_for(
    wording: str, payload: dict[str, str], kept: int, look: Look
) -> None:
    goal = list_goal(data_extraction_goal=wording, payload=payload)
    assert len(extracted(planned(goal, look("lists/mdy_by_sort")))["order_ids"]) == kept


def test_address_and_account_of_the_dates(look: Look) -> None:
    goal = list_goal(
        data_extraction_goal="Extract orders on or after the start date",
        payload={"invoice_retrieval_start_date": "2024-05-01"},
    )
    data = extracted(planned(goal, look("lists/mdy_by_sort")))
    assert data["order_history_url"] == "https://shop.example/account/orders"
    assert "5003 (2024-05-02)" in data["date_comparison_scratchpad"]


def waited(seen: Observation) -> tuple[PastStep, ...]:
    """A history in which somebody waited for the list's records."""
    wait = PastAction(Wait(seconds=2, purpose=Purpose.WAIT), result(seen.url))
    return (PastStep(0, seen.url, seen.title, "heuristic", (wait,)),)


def test_an_empty_list_is_a_result(look: Look) -> None:
    seen = look("lists/empty")
    assert told(planned(list_goal(), seen), seen) == ["wait"]
    plan = planned(list_goal(), seen, waited(seen))
    assert extracted(plan)["order_ids"] == []
    assert plan.decisions[-1].type == "complete"


def test_an_empty_list_ends_with_the_code_for_it(look: Look) -> None:
    seen = look("lists/empty")
    goal = list_goal(error_code_mapping={"none": "There are no orders after the start date"})
    assert told(planned(goal, seen, waited(seen)), seen) == ["terminate none"]


def test_the_day_that_tickets_are_for_is_not_when_they_were_ordered(look: Look) -> None:
    payload = {"start_date": "2024-04-11"}
    goal = list_goal(data_extraction_goal="Extract orders since the start date", payload=payload)
    plan = planned(goal, look("lists/days_to_come"))
    assert not plan.decisions
    assert "day" in plan.reasoning


def test_a_list_whose_turn_a_window_prevented_is_not_at_its_end(look: Look) -> None:
    seen = look("lists/unreadable")
    read = PastAction(Extract(data={"order_ids": [{"order_id": "9"}]}, purpose=Purpose.READ), DONE)
    turn = PastAction(Click(ref="e1", purpose=Purpose.NEXT_PAGE), replace(DONE, ok=False))
    close = PastAction(Press(key="Escape", purpose=Purpose.DISMISS), DONE)
    history = (
        PastStep(0, seen.url, seen.title, "heuristic", (read, turn)),
        PastStep(1, seen.url, seen.title, "heuristic", (close,)),
    )
    plan = planned(list_goal(), seen, history)
    assert not plan.decisions
    assert "next page" in plan.reasoning


def test_a_page_that_says_that_its_list_goes_on_is_no_end_of_what_was_read(look: Look) -> None:
    seen = look("lists/unread_rest")
    read = PastAction(Extract(data={"order_ids": [{"order_id": "9"}]}, purpose=Purpose.READ), DONE)
    history = (PastStep(0, seen.url, seen.title, "heuristic", (read,)),)
    plan = planned(list_goal(), seen, history)
    assert not plan.decisions
    assert "more records" in plan.reasoning


def test_a_page_without_orders_is_no_list(look: Look) -> None:
    seen = look("lists/unreadable")
    assert [type(one) for one in planned(list_goal(), seen).decisions] == [Wait]
    plan = planned(list_goal(), seen, waited(seen))
    assert not plan.decisions
    assert plan.confidence < 0.5
    assert "orders" in plan.reasoning
