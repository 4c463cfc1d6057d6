"""Shops that live by their scripts, used in a real browser the way a person would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pyotp
import pytest
from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

from tests.shops.portal import Portal, PortalOrder
from tests.shops.registry import PORTALS
from tests.shops.serving import serve
from tests.shops.storefront import MISHAPS_PATH


def saved(page: Page, click: Callable[[], None]) -> bytes:
    """The file that this click gives."""
    with page.expect_download() as download:
        click()
    return Path(download.value.path()).read_bytes()


def fetched(page: Page, link: Locator) -> bytes:
    """What the link leads to; how a browser shows or saves it depends on the browser."""
    return page.request.get(urljoin(page.url, link.get_attribute("href") or "")).body()


def is_blocked(page: Page, selector: str) -> bool:
    """Whether something lies over the element, so that a click can't reach it."""
    try:
        page.locator(selector).first.click(timeout=400)
    except Error:
        return True
    return False


def toolbarn(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    expect(page.get_by_text("Sign in")).to_be_hidden()
    page.get_by_label("Menu").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email address").fill(portal.username)
    page.get_by_label("Password").fill(portal.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Menu").click()
    page.get_by_role("link", name="Purchases").click()
    for shown in (8, 16):
        expect(page.locator("ul.purchases li")).to_have_count(shown)
        page.get_by_role("button", name="Load more").click()
    expect(page.locator("ul.purchases li")).to_have_count(len(portal.orders))
    expect(page.get_by_role("button", name="Load more")).to_have_count(0)
    row = page.locator("li", has_text=f"#{order.order_id}")
    return saved(page, row.get_by_text("Receipt").click)


def cloudbill(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Work email").fill(portal.username)
    page.get_by_label("Password").fill(portal.password)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("link", name="Billing").click()
    page.get_by_role("tab", name="Invoices").click()
    row = page.locator("tr", has_text=order.order_id)
    expect(page.locator("tbody tr")).to_have_count(6)
    while not row.count():
        page.get_by_label("Next page").click()
    return saved(page, row.get_by_label("Download").click)


def megamart(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    expect(page.get_by_text("10% off your next order!")).to_be_visible(timeout=2500)
    assert is_blocked(page, "text=Account & Lists")
    page.get_by_label("Close").click()
    page.get_by_role("link", name="Account & Lists").click()
    page.get_by_label("Email or mobile").fill(portal.username)
    page.get_by_label("Password", exact=True).fill(portal.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Enter code").fill(pyotp.TOTP(portal.totp_secret or "").now())
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("link", name="& Orders").click()
    expect(page.get_by_text("1 order placed in")).to_be_visible()
    page.get_by_label("Filter orders").select_option(str(order.order_date.year))
    expect(page.locator(".pages b")).to_have_text("1")
    row = page.locator("tr", has_text=order.order_id)
    for number in ("2", "3"):
        if not row.count():
            page.locator(".pages").get_by_text(number).click()
    row.get_by_text("Order details").click()
    link = page.get_by_text("View invoice (PDF)")
    expect(link).to_have_attribute("target", "_blank")
    return fetched(page, link)


def gardenia(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_text("My Gardenia").click()
    page.locator("input").first.fill(portal.username)
    page.locator("input[type=password]").fill(portal.password)
    page.get_by_text("Log in", exact=True).click()
    page.get_by_text("Orders", exact=True).click()
    cancelled = next(o for o in portal.orders if not o.has_invoice)
    page.locator(".r", has_text=cancelled.order_id).get_by_title("Actions").click()
    expect(page.locator(".drop div")).to_have_text(["Track parcel", "Return items"])
    page.locator(".h1").click()
    expect(page.locator(".drop")).to_have_count(0)
    page.locator(".r", has_text=order.order_id).get_by_text("⋮").click()
    return saved(page, page.get_by_text("Invoice (PDF)").click)


def framehouse(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_role("link", name="My account").click()
    frame: FrameLocator = page.frame_locator("iframe.account")
    frame.locator("[name=mail]").fill(portal.username)
    frame.locator("[name=secret]").fill(portal.password)
    frame.get_by_role("button", name="Log in").click()
    frame.get_by_role("link", name="Purchase history").click()
    row = frame.locator("dl", has_text=order.order_id)
    expect(frame.locator("dl")).to_have_count(5)
    for _ in range(2):
        if not row.count():
            frame.get_by_text("Older purchases").click()
            frame.get_by_text("Newer purchases").wait_for()
    return saved(page, row.get_by_role("button", name="Tax invoice").click)


def buchhandel(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_role("link", name="Kundenbereich").click()
    for password in ("falsch", portal.password):
        page.get_by_label("Benutzername").fill(portal.username)
        page.get_by_label("Kennwort").fill(password)
        page.get_by_role("button", name="Weiter").click()
        if password == "falsch":
            expect(page.get_by_text("stimmt nicht")).to_be_visible()
            expect(page.get_by_text("stimmt nicht")).to_have_count(0)
    page.get_by_role("link", name="Bestellhistorie").click()
    page.locator("a.zeile", has_text=order.order_id).click()
    expect(page.get_by_text("Ihre Sitzung ist abgelaufen")).to_be_visible()
    page.get_by_label("Benutzername").fill(portal.username)
    page.get_by_label("Kennwort").fill(portal.password)
    page.get_by_role("button", name="Weiter").click()
    return saved(page, page.get_by_text("Rechnung (PDF)").click)


def papeterie(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    assert is_blocked(page, "text=Mon compte")
    page.get_by_role("button", name="Tout refuser").click()
    page.get_by_role("link", name="Mon compte").click()
    page.get_by_label("Adresse e-mail").fill(portal.username)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Mot de passe").fill(portal.password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("link", name="Mes commandes").click()
    row = page.locator(".commande", has_text=order.order_id)
    while not row.count():
        page.get_by_text("Suivant").click()
    return saved(page, row.get_by_text("Facture").click)


def hotelbooker(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    assert is_blocked(page, "button:text-is('Sign in')")
    page.get_by_role("button", name="Got it").click()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("Email address").fill(portal.username)
    page.get_by_placeholder("Password").fill(portal.password)
    page.get_by_role("button", name="Continue with email").click()
    expect(page.get_by_text("My trips")).to_be_hidden()
    page.get_by_text("Noor H.").click()
    page.get_by_role("link", name="My trips").click()
    page.locator("article", has_text=order.order_id).get_by_text("Get receipt").click()
    return saved(page, page.get_by_text("Save as PDF").click)


def ferreteria(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_role("link", name="Iniciar sesión").click()
    page.get_by_label("Correo").fill(portal.username)
    page.get_by_label("Contraseña").fill(portal.password)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("link", name="Mis pedidos", exact=True)).to_be_hidden()
    page.get_by_text("Mi cuenta").hover()
    page.get_by_role("link", name="Mis pedidos", exact=True).click()
    row = page.locator("details", has_text=order.order_id)
    expect(row.get_by_text("Descargar factura")).to_be_hidden()
    row.locator("summary").click()
    return saved(page, row.get_by_text("Descargar factura").click)


def fietswinkel(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    expect(page.get_by_label("Wachtwoord")).to_be_hidden()
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_label("E-mailadres").fill(portal.username)
    page.get_by_label("Wachtwoord").fill(portal.password)
    page.locator("#paneel").get_by_role("button", name="Inloggen").click()
    page.get_by_role("link", name="Mijn bestellingen").click()
    for shown in (10, 20, len(portal.orders)):
        expect(page.locator("tr")).to_have_count(shown)
        page.locator("#einde").scroll_into_view_if_needed()
    link = page.locator("tr", has_text=order.order_id).get_by_text("Factuur")
    expect(link).to_have_attribute("target", "_blank")
    return fetched(page, link)


def meridian(page: Page, portal: Portal, order: PortalOrder) -> bytes:
    page.get_by_role("link", name="Log in to My Meridian").click()
    page.get_by_label("Customer number").fill(portal.username.replace(" ", ""))
    page.get_by_label("Password").fill(portal.password)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Bills & payments").click()
    expect(page.locator(".bill")).to_have_count(1)
    page.get_by_text("2025 ▾").click()
    page.locator(".choices").get_by_text("All bills").click()
    expect(page.locator(".bill")).to_have_count(len(portal.orders))
    row = page.locator(".bill", has_text=order.order_id)
    return saved(page, row.get_by_text("Download bill").click)


VISITS: dict[str, Callable[[Page, Portal, PortalOrder], bytes]] = {
    visit.__name__: visit
    for visit in (
        *(toolbarn, cloudbill, megamart, gardenia, framehouse, buchhandel),
        *(papeterie, hotelbooker, ferreteria, fietswinkel, meridian),
    )
}


@pytest.mark.parametrize("name", VISITS)
def test_a_person_gets_an_old_invoice(name: str, shopper: Page) -> None:
    portal = PORTALS[name]
    order = next(o for o in portal.orders if o.order_date.year == 2024 and o.order_date.month == 4)
    with serve(portal) as url:
        shopper.goto(url)
        assert VISITS[name](shopper, portal, order) == order.invoice_pdf
        assert httpx2.get(url + MISHAPS_PATH).json() == []
