"""What controls, requests and goals say about paying, deleting and the like."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.consequences import Unasked
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.page_request import PageRequest

PLAIN = Unasked(Goal(navigation_goal="Log in, find order 1001 and download its invoice."))


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Place order", "order"),
        ("Kostenpflichtig bestellen", "pay"),
        ("Pay $29.90", "pay"),
        ("Buy now", "pay"),
        ("Payer maintenant", "pay"),
        ("Delete my account permanently", "delete"),
        ("Yes, delete everything", "delete"),
        ("Konto löschen", "delete"),
        ("Send message", "send"),
        ("Cancel subscription", "cancel"),
        ("Jetzt kündigen", "cancel"),
        ("Unsubscribe", "cancel"),
        ("Change password", "login"),
        ("E-Mail-Adresse ändern", "login"),
        ("Authorize app", "access"),
        ("Invite user", "access"),
    ],
)
def test_labels_that_do_something(label: str, kind: str) -> None:
    found = PLAIN.of_label(label)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "label",
    [
        "Log in", "Sign in", "Continue", "Next", "Submit", "Search", "Orders", "Order history",
        "View order", "Track order", "My purchases", "Invoices to pay", "Payment methods",
        "Download",
        "Download invoice PDF", "Send code", "Send me a login link", "Forgot password?", "Cancel",
        "Remove filter", "Reset filters", "Allow all cookies", "Accept cookies", "Bestellungen",
        "Zur Bestellübersicht", "Meine Bestellungen", "Rechnung herunterladen", "Mes commandes",
        "Télécharger la facture", "Pedidos", "Fatture", "Log out", "Close", "Show more", "Apply",
    ],
)  # fmt: skip
def test_labels_that_do_not(label: str) -> None:
    assert PLAIN.of_label(label) is None


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("POST", "/checkout/pay", "", "pay"),
        ("POST", "/api/placeOrder", "", "order"),
        ("GET", "/account/delete", "", "delete"),
        ("GET", "/delete-account", "", "delete"),
        ("GET", "/list?action=delete&id=4", "", "delete"),
        ("GET", "/newsletter/unsubscribe", "", "cancel"),
        ("POST", "/go", "id=4&_method=delete", "delete"),
        ("DELETE", "/records/4", "", "delete"),
        ("GET", "/orders/1001", "", ""),
        ("GET", "/buy/laptops", "", ""),
        ("GET", "/post/17", "", ""),
        ("GET", "/deleted-items", "", ""),
        ("POST", "/login", "user=bob&comment=delete", ""),
        ("POST", "/cart/remove-item", "", ""),
        ("POST", "/orders/search", "q=pay", ""),
    ],
)
def test_requests(method: str, path: str, body: str, kind: str) -> None:
    request = PageRequest(
        f"https://shop.example{path}", method, body, is_whole=True, kind="Document", is_page=True,
        was_redirected=False,
    )  # fmt: skip
    found = PLAIN.of_request(request)
    assert (found.kind if found is not None else "") == kind


@pytest.mark.parametrize(
    ("goal", "label", "asks"),
    [
        ("Buy two pens.", "Buy now", True),
        ("Order 3 lamps and pay by invoice.", "Place order", True),
        ("Bestelle drei Lampen.", "Jetzt bestellen", True),
        ("Don't buy anything.", "Buy now", False),
        ("Fill the basket, but never place the order.", "Place order", False),
        ("Order history: list the orders.", "Place order", False),
        ("Delete the draft with number 4.", "Delete", True),
        ("Cancel my subscription.", "Cancel subscription", True),
        ("Send a message to support.", "Send message", True),
        ("Change the password to the new one.", "Change password", True),
        ("Download the installer for Windows.", "Download installer", True),
        ("Find order 1001.", "Download installer", False),
    ],
)
def test_a_goal_that_asks_for_it_allows_it(goal: str, label: str, asks: bool) -> None:
    assert (Unasked(Goal(navigation_goal=goal)).of_label(label) is None) is asks


def test_ok_means_what_the_dialog_asks() -> None:
    yes = Node(role="button", name="Yes", ref="e2")
    dialog = Node(role="dialog", name="Delete all invoices?", children=(yes,))
    page = Observation("https://shop.example/", "", Node(role="document", children=(dialog,)))
    found = PLAIN.of_click("e2", page)
    assert found is not None
    assert found.kind == "delete"
    other = Observation("https://shop.example/", "", Node(role="document", children=(yes,)))
    assert PLAIN.of_click("e2", other) is None
