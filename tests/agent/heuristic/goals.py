"""Goals as definitions word them, and histories of tasks that are under way."""

from __future__ import annotations

from datetime import date
from typing import Any

from skyvern_dagster.agent.decisions import Click, InputText
from skyvern_dagster.agent.planner import Goal, PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.results import ActionResult

TODAY = date(2024, 6, 15)
USERNAME = "secret://credentials/username"
PASSWORD = "secret://credentials/password"

ORDERS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_history_url": {"type": "url"},
        "contact_emails": {"type": "array", "items": {"type": "string"}},
        "date_comparison_scratchpad": {"type": "string"},
        "order_ids": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "order_date": {"type": "iso-8601-formatted-date"},
                    "order_id": {"type": "string"},
                },
            },
        },
    },
}


def login_goal(*, has_totp: bool = False) -> Goal:
    return Goal(
        navigation_goal=(
            "Find the login page and log in with the given credentials. Complete when logged in. "
            "Terminate if the login fails."
        ),
        payload={"credentials": {"username": USERNAME, "password": PASSWORD}},
        error_code_mapping={
            "failed_to_login": "The login failed because the credentials are wrong",
            "account_locked": "The account is locked",
            "captcha": "A captcha is shown",
        },
        has_totp=has_totp,
        today=TODAY,
    )


def list_goal(schema: Any = None, **changes: Any) -> Goal:
    words = {
        "navigation_goal": "Go to the order history page.",
        "data_extraction_goal": "Extract all orders",
        **changes,
    }
    return Goal(data_schema=schema or ORDERS_SCHEMA, today=TODAY, **words)


def download_goal(order_id: str = "10432") -> Goal:
    return Goal(
        navigation_goal=(
            "Download the invoice for the given order. Terminate if there is no invoice"
        ),
        payload={"order_id": order_id},
        complete_on_download=True,
        error_code_mapping={
            "order_not_found": "The order can't be found",
            "no_invoice": "The order has no invoice to download",
        },
        today=TODAY,
    )


def result(url: str, *, after: str | None = None, appeared: tuple[str, ...] = ()) -> ActionResult:
    return ActionResult(
        ok=True,
        message="done",
        url_before=url,
        url_after=after or url,
        page_changed=True,
        text_appeared=appeared,
    )


def logged_in_before(*appeared: str) -> tuple[PastStep, ...]:
    """A history in which the credentials were sent a moment ago."""
    url = "https://shop.example/login"
    done = result(url, appeared=appeared)
    actions = (
        PastAction(InputText(ref="e1", text=USERNAME, purpose=Purpose.LOG_IN), done, label="Email"),
        PastAction(
            InputText(ref="e2", text=PASSWORD, purpose=Purpose.LOG_IN), done, label="Password"
        ),
        PastAction(Click(ref="e3", purpose=Purpose.LOG_IN), done, label="Sign in"),
    )
    return (PastStep(0, url, "Sign in", "heuristic", actions),)
