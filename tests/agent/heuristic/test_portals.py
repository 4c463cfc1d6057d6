"""The three tasks of the invoice workflow, at shops that the planner knows nothing about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2
import pytest

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.heuristic.customer import Customer
from tests.shops.portal import Portal, PortalOrder
from tests.shops.registry import PORTALS
from tests.shops.serving import serve
from tests.shops.storefront import MISHAPS_PATH

SOLVABLE = [name for name, portal in PORTALS.items() if portal.orders_reachable]

NO_CONTACTS_READ = ("werkstatt", "cloudbill", "gardenia", "hotelbooker")
"""Where the planner doesn't find the way to the addresses yet; it must not make any up."""


def contacts_read(portal: Portal, name: str) -> list[str]:
    return [] if name in NO_CONTACTS_READ else sorted(portal.contact_emails)


@contextmanager
def at(portal: Portal, runtime: BrowserRuntime, folder: Path) -> Iterator[Customer]:
    store = ArtifactStore(folder / "artifacts")
    with serve(portal) as home:
        yield Customer(TaskRunner(runtime, store), store, portal, home)


def some_orders(portal: Portal) -> list[PortalOrder]:
    """An old order with an invoice and, where there is one, an order without."""
    old = [order for order in portal.orders if order.has_invoice][-1:]
    return old + [order for order in portal.orders if not order.has_invoice][:1]


@pytest.mark.parametrize(
    "name",
    [
        name if number % 3 == 0 else pytest.param(name, marks=pytest.mark.long)
        for number, name in enumerate(SOLVABLE)
    ],
)
def test_logs_in_lists_and_downloads(name: str, runtime: BrowserRuntime, tmp_path: Path) -> None:
    portal = PORTALS[name]
    start = sorted(order.order_date for order in portal.orders)[len(portal.orders) // 2]
    expected = sorted(
        (order.order_id, order.order_date.isoformat()) for order in portal.on_or_after(start)
    )
    with at(portal, runtime, tmp_path) as customer:
        login = customer.log_in()
        assert login.status == "completed", "\n".join(customer.lines)
        listing = customer.list_orders(login.state, start)
        assert listing.status == "completed", "\n".join(customer.lines)
        data = listing.extracted_information
        found = sorted((one["order_id"], one["order_date"]) for one in data["order_ids"])
        assert found == expected, "\n".join(customer.lines)
        assert sorted(data["contact_emails"]) == contacts_read(portal, name), "\n".join(
            customer.lines
        )
        for order in some_orders(portal):
            _check_download(customer, listing.state, data["order_history_url"], order)
        assert httpx2.get(customer.home + MISHAPS_PATH).json() == []


def _check_download(customer: Customer, state: str | None, url: str, order: PortalOrder) -> None:
    result = customer.download_invoice(state, url, order.order_id)
    if order.has_invoice:
        assert customer.files_of(result) == [order.invoice_pdf], "\n".join(customer.lines)
    else:
        assert [one["error_code"] for one in result.errors] == ["no_invoice"], "\n".join(
            customer.lines
        )


@pytest.mark.parametrize("name", [name for name in PORTALS if name not in SOLVABLE])
def test_gives_up_with_a_reason(name: str, runtime: BrowserRuntime, tmp_path: Path) -> None:
    portal = PORTALS[name]
    with at(portal, runtime, tmp_path) as customer:
        result = customer.log_in()
        if result.status == "completed":
            result = customer.list_orders(result.state, max_day(portal))
            assert [one["error_code"] for one in result.errors] == ["no_order_history"]
        assert result.status == "terminated"
        assert result.failure_reason
        assert len(result.steps) < 10


def max_day(portal: Portal) -> date:
    return max((order.order_date for order in portal.orders), default=date(2024, 1, 1))


@pytest.mark.parametrize("name", ["papeterie", "gardenia", "ferreteria", "buchhandel"])
def test_a_wrong_password_is_tried_once(name: str, runtime: BrowserRuntime, tmp_path: Path) -> None:
    portal = replace(PORTALS[name], password="Not-The-Password-1")
    with at(portal, runtime, tmp_path) as customer:
        result = customer.log_in()
    assert [one["error_code"] for one in result.errors] == ["failed_to_login"]
    typed = [line for line in customer.lines if "secret://credentials/password" in line]
    assert len(typed) == 1
