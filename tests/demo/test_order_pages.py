from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest

from skyvern_dagster.demo.orders import InvoiceDelivery, Order, all_orders
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.demo.shop.formats import long_date, money
from skyvern_dagster.demo.shop.server import ShopServer
from tests.demo.visitor import Visitor

PAGES = 6


def order_with(delivery: InvoiceDelivery) -> Order:
    return next(order for order in all_orders() if order.delivery is delivery)


def page_of(order: Order) -> str:
    return f"/account/orders/{order.order_id}"


def invoice_of(order: Order) -> str:
    return f"{page_of(order)}/invoice"


def test_the_history_shows_every_order_once_newest_first(customer: Visitor) -> None:
    rows, path, counts = [], "/account/orders", []
    while path:
        page = customer.page(path)
        body = [row for row in page.rows if row[0].startswith("LF-")]
        counts.append(len(body))
        rows += body
        path = "/account/orders" + page.links["Next"] if "Next" in page.links else ""
    assert counts == [10, 10, 10, 10, 10, 2]
    assert [row[:5] for row in rows] == [
        [
            order.order_id,
            long_date(order.order_date),
            str(order.item_count),
            order.status,
            money(order.total),
        ]
        for order in all_orders()
    ]


@pytest.mark.parametrize("number", range(1, PAGES + 1))
def test_every_page_links_to_the_others(customer: Visitor, number: int) -> None:
    links = customer.page(f"/account/orders?page={number}").links
    numbered = {int(name) for name in links if name.isdigit()}
    assert numbered == set(range(1, PAGES + 1)) - {number}
    assert links.get("Previous") == (f"?page={number - 1}" if number > 1 else None)
    assert links.get("Next") == (f"?page={number + 1}" if number < PAGES else None)


@pytest.mark.parametrize(("asked", "status"), [("0", 200), ("99", 200), ("two", 400)])
def test_an_odd_page_number_breaks_nothing(customer: Visitor, asked: str, status: int) -> None:
    answer = customer.http.get("/account/orders", params={"page": asked})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_history_tells_whom_to_write_to(customer: Visitor, demo: DemoServices) -> None:
    links = customer.page("/account/orders").links
    addresses = {to.removeprefix("mailto:") for to in links.values() if to.startswith("mailto:")}
    assert addresses == set(demo.contact_emails)


def test_an_order_page_says_it_all(customer: Visitor) -> None:
    order = order_with(InvoiceDelivery.ORDER_PAGE)
    text = " ".join(customer.page(page_of(order)).text.split())
    assert order.lines
    for line in order.lines:
        assert line.name in text
    for value in (order.subtotal, order.vat, order.total):
        assert money(value) in text
    assert "Shipping address Harbour & Pine Studio Ltd 14 Fenian Street" in text.replace(
        "Studio Ltd14", "Studio Ltd 14"
    )
    assert long_date(order.order_date) in text
    assert order.invoice_number is not None
    assert order.invoice_number in text


@pytest.mark.parametrize("order", all_orders()[:26], ids=lambda order: order.order_id)
def test_the_row_links_to_the_invoice_only_where_it_should(customer: Visitor, order: Order) -> None:
    number = 1 + all_orders().index(order) // 10
    targets = customer.page(f"/account/orders?page={number}").targets
    assert page_of(order) in targets
    assert (invoice_of(order) in targets) == (order.delivery is InvoiceDelivery.ROW)


@pytest.mark.parametrize("delivery", [InvoiceDelivery.ROW, InvoiceDelivery.ORDER_PAGE])
def test_an_ordinary_invoice_is_an_attachment(customer: Visitor, delivery: InvoiceDelivery) -> None:
    order = order_with(delivery)
    link = customer.page(page_of(order)).links["Download invoice (PDF)"]
    answer = customer.http.get(link)
    expected = f'attachment; filename="{order.invoice_number}.pdf"'
    assert answer.headers["content-disposition"] == expected
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content == order.invoice_pdf()


def test_one_invoice_opens_in_a_viewer_tab(customer: Visitor) -> None:
    order = order_with(InvoiceDelivery.VIEWER)
    page = customer.page(page_of(order))
    link = page.links["View invoice (PDF)"]
    assert page.targets[link] == "_blank"
    answer = customer.http.get(link)
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.content == order.invoice_pdf()


def test_one_invoice_takes_its_time_without_holding_up_others(
    customer: Visitor, demo: DemoServices
) -> None:
    order = order_with(InvoiceDelivery.SLOW)
    started = perf_counter()
    with ThreadPoolExecutor(1) as pool, Visitor(demo.shop_url) as other:
        slow = pool.submit(customer.http.get, invoice_of(order))
        other.page("/")
        other.page("/help")
        assert not slow.done()
        assert slow.result().content == order.invoice_pdf()
    assert 1.5 < perf_counter() - started < 6


def test_one_order_has_no_invoice_and_says_so(customer: Visitor) -> None:
    order = order_with(InvoiceDelivery.NONE)
    page = customer.page(page_of(order))
    assert "The invoice for this order is not available." in page.text
    assert not [name for name in page.links if "invoice" in name]
    assert customer.http.get(invoice_of(order)).status_code == 404


def test_one_page_fails_once_in_every_shop(fresh_shop: ShopServer) -> None:
    order = order_with(InvoiceDelivery.FLAKY_PAGE)
    with Visitor(fresh_shop.url) as somebody:
        somebody.log_in("plain")
        answers = [somebody.http.get(page_of(order)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert answers[0].headers["retry-after"] == "1"
    assert "Service temporarily unavailable" in answers[0].text
    assert "Download invoice" in answers[1].text


@pytest.mark.parametrize("path", ["/account/orders/LF-1", "/account/orders/LF-1/invoice"])
def test_an_unknown_order_is_not_found(customer: Visitor, path: str) -> None:
    assert customer.http.get(path).status_code == 404
