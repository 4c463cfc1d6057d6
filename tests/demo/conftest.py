from __future__ import annotations

from collections.abc import Iterator

import pytest

from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.demo.shop.server import ShopServer
from tests.demo.visitor import Visitor


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoServices]:
    """Servers that tests share; whoever stops, fills or clears something starts its own."""
    with demo_services() as services:
        yield services


@pytest.fixture
def fresh_shop() -> Iterator[ShopServer]:
    shop = ShopServer()
    shop.start()
    yield shop
    shop.stop()


@pytest.fixture
def visitor(demo: DemoServices) -> Iterator[Visitor]:
    with Visitor(demo.shop_url) as somebody:
        yield somebody


@pytest.fixture
def customer(visitor: Visitor) -> Visitor:
    visitor.log_in("plain")
    return visitor
