"""What the planner makes of goals, payloads, schemas and error codes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal, Planner
from skyvern_dagster.agent.planners.heuristic import HeuristicPlanner
from skyvern_dagster.agent.planners.heuristic.credentials import find_credentials
from skyvern_dagster.agent.planners.heuristic.goal import Intent, read_goal
from skyvern_dagster.agent.planners.heuristic.outcomes import error_codes
from skyvern_dagster.reading.schema import read_schema
from tests.agent.heuristic.goals import ORDERS_SCHEMA, TODAY

CODES = {
    "failed_to_login": "The login failed because the credentials are wrong",
    "ACCOUNT_LOCKED": "The account is locked or suspended",
    "failed_to_find_order_history_page": "return this if you can't find the order history page",
    "no_orders_found": "There are no orders on or after the start date",
    "order_not_found": "The order with this id can't be found",
    "no_invoice_available": "The order has no invoice that could be downloaded",
}


def intent(words: str = "", **changes: Any) -> Intent:
    return read_goal(Goal(navigation_goal=words, today=TODAY, **changes))


def test_is_a_planner() -> None:
    assert isinstance(HeuristicPlanner(), Planner)
    assert HeuristicPlanner().name == "heuristic"


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ("wrong_credentials", "failed_to_login"),
        ("locked", "ACCOUNT_LOCKED"),
        ("one_time_code", "failed_to_login"),
        ("page_not_found", "failed_to_find_order_history_page"),
        ("no_records", "no_orders_found"),
        ("record_not_found", "order_not_found"),
        ("no_document", "no_invoice_available"),
    ],
)
def test_error_codes_are_found_by_their_meaning(situation: str, code: str) -> None:
    assert error_codes(CODES, situation) == (code,)


def test_no_code_is_better_than_a_wrong_one() -> None:
    assert error_codes({"no_invoice": "The order has no invoice"}, "wrong_credentials") == ()


@pytest.mark.parametrize(
    ("words", "logs_in", "downloads", "target"),
    [
        ("Log in. Terminate if the login fails.", True, False, ""),
        ("Download the invoice, terminate if the login page appears.", False, True, "documents"),
        ("Go to the order history page. COMPLETE when you're logged in.", False, False, "orders"),
        ("Melde dich an und gehe zu den Rechnungen", True, False, "invoices"),
        ("Connecte-toi puis va sur mes commandes", True, False, "orders"),
        (
            "Log in, go to the statements page and download the March statement",
            True,
            True,
            "documents",
        ),
    ],
)
def test_endings_are_no_instructions(
    words: str, logs_in: bool, downloads: bool, target: str
) -> None:
    found = intent(words)
    assert (found.logs_in, found.downloads) == (logs_in, downloads)
    assert found.target == (f"page.{target}" if target else "")


@pytest.mark.parametrize(
    ("payload", "record"),
    [
        ({"order_id": "10432"}, "10432"),
        ({"current_value": {"order_date": "2024-05-01", "order_id": "GA-20431"}}, "GA-20431"),
        ({"order_id": {"order_date": "2024-05-01", "order_id": "10432"}}, "10432"),
        ({"current_value": "10432"}, "10432"),
        ({"invoiceNumber": "INV-2024-0042", "customer_id": "77"}, "INV-2024-0042"),
        ({"start_date": "2024-05-01"}, ""),
        ({"order_id": 10432}, "10432"),
    ],
)
def test_finds_the_record_in_the_payload(payload: dict[str, Any], record: str) -> None:
    assert intent("Download the invoice", payload=payload).record_id == record


def test_finds_the_record_in_the_words() -> None:
    assert intent("Download the invoice of order #10432 from 2024-05-01").record_id == "10432"


@pytest.mark.parametrize(
    "payload",
    [
        {"credentials": {"username": "u", "password": "p", "totp": "t"}},
        {"username": "u", "password": "p"},
        {"login": {"email": "u", "passwort": "p"}},
        {"user_email": "u", "user_password": "p"},
        {"Benutzername": "u", "Kennwort": "p"},
    ],
)
def test_finds_credentials_under_any_names(payload: dict[str, Any]) -> None:
    found = find_credentials(payload)
    assert found is not None
    assert (found.username, found.password) == ("u", "p")


def test_reads_loose_schemas() -> None:
    spec = read_schema(ORDERS_SCHEMA)
    assert spec.records is not None
    assert {field.kind for field in spec.records.wanted} == {"date", "identifier"}
    assert [field.concept for field in spec.scalars] == ["url", "scratchpad"]


@pytest.mark.parametrize(
    "schema",
    [
        {"order_ids": ["string"]},
        {"order_ids": {"type": "array", "items": {"type": "string"}}},
        '{"type": "object", "properties": {"order_ids": {"type": "array"}}}',
    ],
)
def test_accepts_what_people_write_for_a_schema(schema: Any) -> None:
    records = read_schema(schema).records
    assert records is not None
    assert records.item is not None
    assert (records.name, records.item.concept) == ("order_ids", "order_id")


def test_a_window_given_twice_counts_once() -> None:
    found = intent("Extract orders since 2024-05-01", payload={"start_date": "2024-04-01"})
    assert found.window.start == date(2024, 4, 1)
