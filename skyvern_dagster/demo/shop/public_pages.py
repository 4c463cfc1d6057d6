"""Pages of the demo shop that anybody may see."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from skyvern_dagster.demo.catalog import CATEGORIES, PRODUCTS, product_of
from skyvern_dagster.demo.shop.rendering import render

router = APIRouter()


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """The front page with a few products."""
    return render(request, "home.html", products=PRODUCTS[::2])


@router.get("/products")
async def products(request: Request, category: str = "") -> HTMLResponse:
    """The whole catalogue, or one category of it."""
    if category and category not in CATEGORIES:
        raise HTTPException(status_code=404)
    shown = [one for one in PRODUCTS if category in ("", one.category)]
    return render(request, "products.html", products=shown, category=category)


@router.get("/products/{slug}")
async def product(request: Request, slug: str) -> HTMLResponse:
    """The page of one product, with its price; 404 where there is none of this name."""
    shown = product_of(slug)
    if shown is None:
        raise HTTPException(status_code=404)
    return render(request, "product.html", product=shown)


@router.get("/help")
async def help_page(request: Request) -> HTMLResponse:
    """Questions and answers, with the ways to reach the shop."""
    return render(request, "help.html")


@router.get("/privacy")
async def privacy(request: Request) -> HTMLResponse:
    """What the shop stores about its visitors."""
    return render(request, "privacy.html")


@router.get("/terms")
async def terms(request: Request) -> HTMLResponse:
    """Terms of sale."""
    return render(request, "terms.html")
