"""What holds for every shop, and shops that need no script: all invoices by following links."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from urllib.parse import urljoin

import httpx2
import pyotp
import pytest

from tests.shops.portal import Portal
from tests.shops.registry import PORTALS
from tests.shops.serving import serve
from tests.shops.storefront import MISHAPS_PATH

DAY = date(2024, 4, 15)


@dataclass
class Found:
    """What a visit brought to light."""

    text: str = ""
    pdfs: set[bytes] = field(default_factory=set)


@dataclass(frozen=True)
class Way:
    """How to sign in with plain forms, where to start, and which links a customer follows."""

    forms: tuple[tuple[str, dict[str, str]], ...]
    start: str
    follow: str


def one_form(
    portal: Portal, path: str, user_field: str, password_field: str
) -> tuple[tuple[str, dict[str, str]], ...]:
    return ((path, {user_field: portal.username, password_field: portal.password}),)


def way_into(portal: Portal) -> Way:
    match portal.name:
        case "papeterie":
            email, password = {"email": portal.username}, {"motdepasse": portal.password}
            two = (("/connexion", email), ("/connexion/mot-de-passe", password))
            return Way(two, "/compte", r"/compte/commandes|\?p=|/compte/facture/")
        case "werkstatt":
            forms = one_form(portal, "/anmelden", "email", "passwort")
            return Way(forms, "/konto", r"/konto/bestellungen|\?seite=|/konto/beleg/")
        case "megamart":
            code = pyotp.TOTP(portal.totp_secret or "").now()
            first = one_form(portal, "/ap/signin", "email", "password")
            forms = (*first, ("/ap/mfa", {"otc": code}))
            return Way(forms, "/your-orders?year=2024", r"/your-orders|\?year=|/documents/")
        case "buchhandel":
            forms = one_form(portal, "/kunde/login", "benutzer", "kennwort")
            return Way(forms, "/kunde", r"/kunde/")
        case "officehub":
            forms = one_form(portal, "/login", "email", "password")
            return Way(forms, "/dashboard", r"/dashboard/orders|\?p=|/docs/")
        case "hotelbooker":
            return Way(one_form(portal, "/signin", "x1", "x2"), "/", r"/mytrips")
        case "ferreteria":
            return Way(one_form(portal, "/acceso", "correo", "clave"), "/cuenta", r"/cuenta/")
        case _:
            raise ValueError(portal.name)


def sign_in(client: httpx2.Client, way: Way) -> None:
    client.get("/")
    for path, form in way.forms:
        assert client.post(path, data=form).is_success


def look_around(client: httpx2.Client, way: Way) -> Found:
    """Follows every allowed link once, as a patient customer would."""
    found, seen, todo = Found(), {way.start}, deque([way.start])
    while todo:
        path = todo.popleft()
        answer = client.get(path)
        if answer.url.path.endswith("/login"):
            sign_in(client, way)
            answer = client.get(path)
        assert answer.is_success, path
        if answer.content.startswith(b"%PDF"):
            found.pdfs.add(answer.content)
            continue
        found.text += answer.text
        for href in map(unescape, re.findall(r'href="([^"]+)"', answer.text)):
            target = urljoin(path, href)
            if re.match(way.follow, href) and target not in seen:
                seen.add(target)
                todo.append(target)
    return found


PLAIN = [
    "papeterie",
    "werkstatt",
    "megamart",
    "buchhandel",
    "officehub",
    "hotelbooker",
    "ferreteria",
]


@pytest.mark.parametrize("name", PLAIN)
def test_a_customer_finds_every_order_and_invoice(name: str) -> None:
    portal = PORTALS[name]
    way = way_into(portal)
    with serve(portal) as url, httpx2.Client(base_url=url, follow_redirects=True) as client:
        sign_in(client, way)
        found = look_around(client, way)
        if name == "megamart":
            for year in (2023, 2025):
                more = look_around(client, Way(way.forms, f"/your-orders?year={year}", way.follow))
                found = Found(found.text + more.text, found.pdfs | more.pdfs)
        mishaps = client.get(MISHAPS_PATH).json()
    for order in portal.orders:
        assert re.search(rf"\b{order.order_id}\b", found.text)
        assert not order.has_invoice or order.invoice_pdf in found.pdfs, order.order_id
    assert mishaps == []


@pytest.mark.parametrize("name", PLAIN)
def test_a_wrong_password_opens_nothing(name: str) -> None:
    portal = PORTALS[name]
    way = way_into(portal)
    last_path, last_form = way.forms[-1]
    wrong = (*way.forms[:-1], (last_path, {key: value + "x" for key, value in last_form.items()}))
    with serve(portal) as url, httpx2.Client(base_url=url, follow_redirects=True) as client:
        for path, form in wrong:
            client.post(path, data=form)
        text = client.get(way.start).text
    # Shorter numbers stand in any page, for instance as sizes.
    telling = [order.order_id for order in portal.orders if len(order.order_id) > 4]
    assert telling
    assert [each for each in telling if each in text] == []


@pytest.mark.parametrize("portal", PORTALS.values(), ids=list(PORTALS))
def test_a_portal_is_described_in_full(portal: Portal) -> None:
    with serve(portal) as url:
        home = httpx2.get(url + "/")
    assert home.is_success
    assert "text/html" in home.headers["content-type"]
    assert portal.contact_emails
    assert len({order.order_id for order in portal.orders}) == len(portal.orders)
    assert [
        order.order_id for order in portal.orders if order.has_invoice != bool(order.invoice_pdf)
    ] == []
    pdfs = [order.invoice_pdf for order in portal.orders if order.has_invoice]
    assert len(set(pdfs)) == len(pdfs)


@pytest.mark.parametrize("portal", [p for p in PORTALS.values() if p.orders], ids=lambda p: p.name)
def test_orders_lie_before_on_and_after_the_day(portal: Portal) -> None:
    assert 8 <= len(portal.orders) <= 30
    days = {order.order_date for order in portal.orders}
    assert min(days) < DAY < max(days)
    assert DAY in days
    assert portal.on_or_after(DAY)[-1].order_date == DAY


def test_vanishing_turns_everybody_away() -> None:
    portal = PORTALS["vanishing"]
    with serve(portal) as url, httpx2.Client(base_url=url, follow_redirects=True) as client:
        form = {"email": portal.username, "password": portal.password}
        first = client.post("/login", data=form)
        again = client.get("/orders")
    assert (first.status_code, again.status_code) == (429, 429)
    assert "Too many attempts" in first.text
    assert "CAPTCHA" in again.text


def test_nolinks_lets_in_and_has_nothing() -> None:
    portal = PORTALS["nolinks"]
    with serve(portal) as url, httpx2.Client(base_url=url, follow_redirects=True) as client:
        form = {"email": portal.username, "password": portal.password}
        profile = client.post("/members", data=form)
    assert "Welcome, Otto" in profile.text
    assert not re.search(r"href=[^>]*>[^<]*(order|purchase|invoice)", profile.text, re.IGNORECASE)


def test_unasked_deeds_are_noted() -> None:
    with serve(PORTALS["officehub"]) as url:
        httpx2.post(url + "/dashboard/reorder")
        assert httpx2.get(url + MISHAPS_PATH).json() == ["/dashboard/reorder"]
