"""Turning templates into pages of the demo shop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from skyvern_dagster.demo.accounts import CUSTOMER
from skyvern_dagster.demo.catalog import CATEGORIES
from skyvern_dagster.demo.shop.access import current_session, shop_state, signed_in_account
from skyvern_dagster.demo.shop.formats import long_date, money
from skyvern_dagster.demo.shop.seller import SELLER
from skyvern_dagster.demo.shop.sessions import Session

CONSENT_COOKIE = "larkfield_consent"

_templates = Jinja2Templates(directory=Path(__file__).with_name("templates"))
_templates.env.globals.update(seller=SELLER, company=CUSTOMER, categories=CATEGORIES)
_templates.env.filters.update(long_date=long_date, money=money)


def render(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    session: Session | None = None,
    **context: Any,
) -> HTMLResponse:
    """Renders a page with what every page shows: header, consent banner, footer.

    Args:
        request: The request that is answered.
        template: File name below ``templates/``.
        status_code: HTTP status of the answer.
        session: A session opened by this very request; otherwise its cookie's is used.
        context: Names for the template.
    """
    if session is None:
        session = current_session(request, shop_state(request))
    common = {
        "session": session,
        "user": signed_in_account(session),
        "ask_consent": CONSENT_COOKIE not in request.cookies,
        "path": request.url.path,
    }
    response = _templates.TemplateResponse(
        request, template, {**common, **context}, status_code=status_code
    )
    # Pages differ by visitor; without this, "Back" would show them to the next one.
    response.headers["Cache-Control"] = "no-store"
    return response
