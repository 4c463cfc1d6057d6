from __future__ import annotations

import pyotp
import pytest

from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.demo.services import DemoServices
from tests.demo.visitor import Page, Visitor

PLAIN = ACCOUNTS["plain"]
TOTP = ACCOUNTS["totp"]
WRONG = "The e-mail address or password is incorrect."


def code_of_now() -> str:
    assert TOTP.totp_secret
    return pyotp.TOTP(TOTP.totp_secret).now()


def wrong_code() -> str:
    assert TOTP.totp_secret
    totp = pyotp.TOTP(TOTP.totp_secret)
    return next(c for c in ("000000", "111111") if not totp.verify(c, valid_window=2))


def test_the_password_opens_the_account(visitor: Visitor) -> None:
    visitor.log_in("plain")
    account = visitor.page("/account")
    assert PLAIN.full_name in account.text
    assert PLAIN.username in account.text
    assert account.links["Order history"] == "/account/orders"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (PLAIN.username, "nope"),
        (PLAIN.username, ""),
        ("nobody@harbourpine.example", PLAIN.password),
        ("", ""),
        (TOTP.username, PLAIN.password),
    ],
)
def test_a_wrong_password_is_told_and_opens_nothing(
    visitor: Visitor, email: str, password: str
) -> None:
    answer = visitor.submit_login(email, password)
    assert Page(answer.text).alerts == [WRONG]
    assert answer.status_code in (200, 401)
    assert visitor.http.get("/account").url.path == "/login"


def test_the_login_form_keeps_the_address_but_not_the_password(visitor: Visitor) -> None:
    answer = visitor.submit_login(PLAIN.username, "my-wrong-password")
    assert f'value="{PLAIN.username}"' in answer.text
    assert "my-wrong-password" not in answer.text


@pytest.mark.parametrize("token", [{}, {"csrf_token": "made-up"}, {"csrf_token": "mäde-üp"}])
def test_a_form_without_its_token_is_refused(visitor: Visitor, token: dict[str, str]) -> None:
    visitor.page("/login")
    form = {"email": PLAIN.username, "password": PLAIN.password, **token}
    assert visitor.http.post("/login", data=form).status_code == 403
    assert visitor.http.get("/account").url.path == "/login"


def test_another_visitors_token_is_refused(demo: DemoServices, visitor: Visitor) -> None:
    with Visitor(demo.shop_url) as other:
        hidden = other.page("/login").hidden
    visitor.page("/login")
    form = {**hidden, "email": PLAIN.username, "password": PLAIN.password}
    assert visitor.http.post("/login", data=form).status_code == 403


def test_logging_in_changes_the_cookie(visitor: Visitor) -> None:
    visitor.page("/login")
    before = dict(visitor.http.cookies)
    visitor.log_in("plain")
    assert dict(visitor.http.cookies) != before


def test_the_second_factor_is_asked_for_and_checked(visitor: Visitor) -> None:
    answer = visitor.submit_login(TOTP.username, TOTP.password)
    assert answer.url.path == "/login/verify"
    assert visitor.http.get("/account").url.path == "/login"
    wrong = visitor.submit_code(wrong_code())
    assert Page(wrong.text).alerts == [
        "That code is not valid. Enter the code that your app shows now."
    ]
    assert visitor.submit_code(code_of_now()).url.path == "/account"
    assert TOTP.full_name in visitor.page("/account").text


def test_a_code_without_a_password_opens_nothing(visitor: Visitor) -> None:
    token = visitor.page("/login").hidden["csrf_token"]
    form = {"csrf_token": token, "code": code_of_now()}
    assert visitor.http.post("/login/verify", data=form).url.path == "/login"


@pytest.mark.parametrize(
    "path",
    ["/account", "/account/orders?page=2", "/account/orders/LF-1", "/account/orders/LF-1/invoice"],
)
def test_a_stranger_is_sent_to_the_login_and_back(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path)
    assert answer.url.path == "/login"
    assert answer.url.params["next"] == path
    after = visitor.submit_login(PLAIN.username, PLAIN.password, str(answer.url))
    assert after.url.raw_path.decode() == path


def test_the_way_back_survives_the_second_factor(visitor: Visitor) -> None:
    visitor.submit_login(TOTP.username, TOTP.password, "/login?next=/account/orders")
    assert visitor.submit_code(code_of_now()).url.path == "/account/orders"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_login_never_leads_to_another_site(visitor: Visitor, target: str) -> None:
    hidden = visitor.page("/login").hidden
    form = {**hidden, "next": target, "email": PLAIN.username, "password": PLAIN.password}
    assert visitor.http.post("/login", data=form).url.path == "/account"


def test_logging_out_ends_the_session(customer: Visitor) -> None:
    token = customer.page("/account").hidden["csrf_token"]
    cookies = dict(customer.http.cookies)
    assert customer.http.post("/logout", data={"csrf_token": token}).url.path == "/login"
    customer.http.cookies.update(cookies)
    assert customer.http.get("/account").url.path == "/login"


def test_visitors_do_not_share_a_session(customer: Visitor, demo: DemoServices) -> None:
    with Visitor(demo.shop_url) as stranger:
        assert stranger.http.get("/account").url.path == "/login"
    assert customer.http.get("/account").url.path == "/account"
