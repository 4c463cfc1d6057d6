"""What a request may see: dependencies for the routes of the demo shop."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from skyvern_dagster.demo.accounts import Account, account_of
from skyvern_dagster.demo.shop.sessions import SESSION_COOKIE, Session
from skyvern_dagster.demo.shop.state import ShopState

AFTER_LOGIN = "/account"


def shop_state(request: Request) -> ShopState:
    """The state of the instance that serves this request."""
    state = request.app.state.shop
    assert isinstance(state, ShopState)
    return state


State = Annotated[ShopState, Depends(shop_state)]


def current_session(request: Request, state: State) -> Session | None:
    """The visitor's session, where there is one."""
    return state.sessions.get(request.cookies.get(SESSION_COOKIE))


CurrentSession = Annotated[Session | None, Depends(current_session)]


def signed_in_account(session: Session | None) -> Account | None:
    """The account behind a session, if its owner has logged in."""
    return account_of(session.username) if session and session.username else None


def require_account(request: Request, session: CurrentSession) -> Account:
    """The logged-in account; anybody else is sent to the login page, and back afterwards."""
    account = signed_in_account(session)
    if account is None:
        query = f"?{request.url.query}" if request.url.query else ""
        target = quote(f"{request.url.path}{query}", safe="/")
        raise HTTPException(status_code=303, headers={"Location": f"/login?next={target}"})
    return account


def form_session(session: CurrentSession, csrf_token: Annotated[str, Form()] = "") -> Session:
    """The session that a form was served to; a form without its token is refused."""
    if session is None or not session.accepts(csrf_token):
        raise HTTPException(
            status_code=403, detail="This form has expired. Please go back, reload and try again."
        )
    return session


FormSession = Annotated[Session, Depends(form_session)]


def local_path(path: str) -> str:
    """Where to go after the login: a path of this shop, never another site."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_local else AFTER_LOGIN


def see_other(path: str) -> RedirectResponse:
    """Answers a form by sending the browser to another page."""
    return RedirectResponse(path, status_code=303)


def remember(response: Response, session: Session) -> None:
    """Gives the browser the cookie of its session."""
    response.set_cookie(SESSION_COOKIE, session.token, httponly=True, samesite="lax", path="/")
