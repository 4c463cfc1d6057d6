"""What a page makes of a typed secret is painted over, however it spells it."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from skyvern_dagster.browser.isolated_world import answer_of
from skyvern_dagster.browser.picture import picture_of
from skyvern_dagster.browser.secret_cover import masks
from tests.browser.visit import Visit

SECRET = "Zq7-Planted-Secret"
ECHOES = {
    "as it is": f"<p>{SECRET}</p>",
    "in capitals": f"<p>Password: {SECRET.upper()}!</p>",
    "spaced": f"<p>{' '.join(SECRET)}</p>",
    "letter by letter": "<p>" + "".join(f"<b>{each}</b>" for each in SECRET) + "</p>",
    "letters in blocks": "<p>" + "".join(f"<i>{each} </i><br>" for each in SECRET) + "</p>",
    "dashed": f"<p>{'.'.join(SECRET)}</p>",
    "entities": "<p>" + "".join(f"&#{ord(each)};" for each in SECRET) + "</p>",
    "base64": f"<p>{base64.b64encode(SECRET.encode()).decode()}</p>",
    "hex": f"<p>{SECRET.encode().hex().upper()}</p>",
    "hex in pairs": f"<p>{SECRET.encode().hex(':')}</p>",
    "backwards": f"<p>{SECRET[::-1]}</p>",
    "picture's alt": f"<p><img src='/none.png' alt='{SECRET}'></p>",
    "title": f"<p title='Your password: {SECRET}'>Hover me</p>",
    "field": f"<p><input value='{SECRET}'></p>",
    "button": f"<p><input type='button' value='{SECRET}'></p>",
    "placeholder": f"<p><textarea placeholder='{SECRET}'></textarea></p>",
    "drawing": f"<p><svg><text y='20'>{SECRET}</text></svg></p>",
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_what_shows_it_is_covered(visit: Visit, echo: str) -> None:
    visit.open("/other")
    page = visit.session.page
    visit.run(page.set_content(f"<h1>Welcome</h1><div>{echo}</div><p id='rest'>Your orders</p>"))
    where = "(all) => all.map((each) => [each.closest('div') !== null, each.id || each.tagName])"
    found = [visit.run(each.evaluate_all(where)) for each in masks(page, {SECRET})]
    covered = [entry for each in found for entry in each]
    assert covered
    assert all(inside for inside, _ in covered), covered


def test_nothing_else_is(visit: Visit) -> None:
    visit.open("/other")
    page = visit.session.page
    visit.run(page.set_content("<h1>Secret</h1><p>Planted Zq7</p><p>7-Planted</p>"))
    assert [visit.run(each.count()) for each in masks(page, {SECRET})] == [0, 0]
    assert masks(page, set()) == []


def is_plain(visit: Visit, html: str) -> bool:
    visit.run(visit.session.page.set_content(html))
    visit.look()
    question = f"plain:{quote(json.dumps([SECRET]), safe='')}"
    return visit.run(answer_of(visit.session.page, "skyvern-cover", question)) == "true"


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_a_page_that_shows_it_is_not_taken_for_one_that_needs_no_cover(
    visit: Visit, echo: str
) -> None:
    visit.open("/other")
    assert not is_plain(visit, f"<h1>Welcome</h1><div>{echo}</div>")


def test_pictures_are_alike_in_size_whoever_takes_them(visit: Visit) -> None:
    visit.open("/other")
    assert is_plain(visit, "<h1>Welcome</h1>")
    sizes = []
    for html in ("<h1>Welcome</h1>", f"<h1>{SECRET}</h1>"):
        visit.run(visit.session.page.set_content(html))
        picture = visit.run(picture_of(visit.session.page, {SECRET}, 60))
        sizes.append(Image.open(BytesIO(picture)).size)
    assert sizes == [(1280, 800)] * 2


def test_a_secret_is_painted_over_in_the_picture(visit: Visit) -> None:
    visit.open("/other")
    shows = f"<body style='margin:0'><p style='margin:0;font-size:90px'>{SECRET}</p>"
    visit.run(visit.session.page.set_content(shows))
    visit.look()
    picture = Image.open(BytesIO(visit.run(picture_of(visit.session.page, {SECRET}, 90))))
    greys = set(picture.crop((10, 10, 600, 80)).convert("L").tobytes())
    assert max(greys) - min(greys) < 8, "letters can be told apart"
