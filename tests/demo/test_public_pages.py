from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from skyvern_dagster.demo.orders import all_orders
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.demo.shop.server import ShopServer
from tests.demo.visitor import Visitor


def test_no_link_of_the_shop_is_dead_or_leads_elsewhere(customer: Visitor) -> None:
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        path = todo.pop()
        answer = customer.http.get(path)
        assert answer.status_code in (200, 503), path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for found in re.findall(r'(?:href|src)="([^"]+)"', answer.text):
            if found.startswith(("mailto:", "#")) or "/invoice" in found or "page=" in found:
                continue
            assert found.startswith("/"), (path, found)
            target = found.split("#")[0].replace("&amp;", "&")
            if target not in seen:
                seen.add(target)
                todo.append(target)
    assert {"/products", "/help", "/account/orders", "/static/shop.css"} <= seen
    assert len(seen) > 30


@pytest.mark.parametrize("path", ["/nope", "/products/nope", "/products?category=nope"])
def test_what_is_not_there_is_a_page_too(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


def test_the_banner_is_served_until_a_choice_was_made(visitor: Visitor) -> None:
    assert 'id="consent"' in visitor.http.get("/").text
    visitor.http.cookies.set("larkfield_consent", "necessary")
    assert 'id="consent"' not in visitor.http.get("/").text


def test_requests_are_logged_with_their_duration(fresh_shop: ShopServer) -> None:
    with Visitor(fresh_shop.url) as somebody:
        somebody.http.get("/products", params={"category": "Lighting"})
        somebody.http.get("/nope")
        somebody.page("/login")
        somebody.http.post("/login", data={})
    log = fresh_shop.request_log
    assert [(r.method, r.path, r.query, r.status) for r in log.requests] == [
        ("GET", "/products", "category=Lighting", 200),
        ("GET", "/nope", "", 404),
        ("GET", "/login", "", 200),
        ("POST", "/login", "", 403),
    ]
    assert all(0 < r.seconds < 5 for r in log.requests)
    assert log.seconds == pytest.approx(sum(r.seconds for r in log.requests))
    log.clear()
    assert log.requests == ()


def test_many_customers_at_once_see_their_own_pages(demo: DemoServices) -> None:
    def shop(index: int) -> bool:
        order = all_orders()[10 + index]
        with Visitor(demo.shop_url) as somebody:
            somebody.log_in("plain")
            text = somebody.page(f"/account/orders/{order.order_id}").text
            got = somebody.http.get(f"/account/orders/{order.order_id}/invoice").content
        return order.order_id in text and got == order.invoice_pdf()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(shop, (0, 1, 3, 4, 5, 6)))


def test_a_shop_can_be_stopped_and_started_again(fresh_shop: ShopServer) -> None:
    with Visitor(fresh_shop.url) as somebody:
        somebody.log_in("plain")
        fresh_shop.stop()
        with pytest.raises(httpx2.ConnectError):
            somebody.http.get("/")
        fresh_shop.stop()
        fresh_shop.start()
        assert somebody.http.get("/account").url.path == "/account"
