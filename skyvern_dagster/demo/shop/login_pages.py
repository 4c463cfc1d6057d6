"""Logging in to the demo shop, with a second factor where the account has one, and out."""

from __future__ import annotations

import hmac
from typing import Annotated

import pyotp
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from skyvern_dagster.demo.accounts import account_of
from skyvern_dagster.demo.shop.access import (
    AFTER_LOGIN,
    CurrentSession,
    FormSession,
    State,
    local_path,
    remember,
    see_other,
    signed_in_account,
)
from skyvern_dagster.demo.shop.rendering import render
from skyvern_dagster.demo.shop.sessions import SESSION_COOKIE, Session

router = APIRouter()

WRONG_PASSWORD = "The e-mail address or password is incorrect."  # noqa: S105 - a message
WRONG_CODE = "That code is not valid. Enter the code that your app shows now."


@router.get("/login")
async def login_form(
    request: Request,
    state: State,
    session: CurrentSession,
    next: str = AFTER_LOGIN,  # noqa: A002
) -> Response:
    """The login form; who is logged in already goes straight on."""
    if signed_in_account(session):
        return see_other(local_path(next))
    visitor = session or state.sessions.open()
    response = render(request, "login.html", session=visitor, next=local_path(next))
    remember(response, visitor)
    return response


@router.post("/login")
async def login(
    request: Request,
    state: State,
    session: FormSession,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = AFTER_LOGIN,  # noqa: A002 - the field's name
) -> Response:
    """Checks e-mail address and password."""
    account = account_of(email)
    if account is None or not hmac.compare_digest(account.password.encode(), password.encode()):
        return render(
            request, "login.html", email=email, next=local_path(next), error=WRONG_PASSWORD
        )
    if account.totp_secret:
        state.sessions.await_code(session, account.username, local_path(next))
        return see_other("/login/verify")
    return _enter(state, session, account.username, local_path(next))


@router.get("/login/verify")
async def verify_form(request: Request, session: CurrentSession) -> Response:
    """Asks for the one-time code, once the password was right."""
    if session is None or session.awaiting_code is None:
        return see_other("/login")
    return render(request, "verify.html")


@router.post("/login/verify")
async def verify(
    request: Request, state: State, session: FormSession, code: Annotated[str, Form()] = ""
) -> Response:
    """Checks the one-time code."""
    account = account_of(session.awaiting_code) if session.awaiting_code else None
    if account is None or account.totp_secret is None:
        return see_other("/login")
    # A window of one step, as servers grant it: the clock may turn while a code is typed.
    if not pyotp.TOTP(account.totp_secret).verify("".join(code.split()), valid_window=1):
        return render(request, "verify.html", error=WRONG_CODE)
    return _enter(state, session, account.username, session.next_path)


@router.post("/logout")
async def logout(state: State, session: FormSession) -> Response:
    """Ends the session."""
    state.sessions.close(session)
    response = see_other("/login?logged_out=1")
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _enter(state: State, session: Session, username: str, path: str) -> Response:
    response = see_other(path)
    remember(response, state.sessions.log_in(session, username))
    return response
