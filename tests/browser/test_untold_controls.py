"""Which controls only a picture tells."""

from __future__ import annotations

import pytest

from skyvern_dagster.browser.untold_controls import untold_controls
from tests.browser.visit import Visit

ICON = "<button {} style='width:20px;height:20px'></button>"
BARE = [ICON.format("")] * 4
NAMED = [ICON.format(f"class=icon-{word}") for word in ("trash", "pencil", "printer", "star")]
ALIKE = [ICON.format("class=handle")] * 4
CASES = {
    "nothing tells": (BARE, 4),
    "each has its class": (NAMED, 0),
    "all have one class": (ALIKE, 4),
    "a box in each row": ([f"<tr><td><input type=checkbox><td>No {each}" for each in range(5)], 0),
    "three icons in each row": (
        [f"<tr><td>No {row}<td>{ICON.format('') * 3}" for row in range(2)],
        6,
    ),
    "an arrow in each row": (
        [f"<tr><td>{ICON.format('class=expander')}<td>No {row}" for row in range(5)],
        0,
    ),
    "a box drawn beside its label": (
        [
            f"<p><label><input type=checkbox> News {each}</label>{ICON.format('class=drawn')}</p>"
            for each in range(4)
        ],
        0,
    ),
    "fields that hold something": ([f"<input value=v{each}>" for each in range(4)], 0),
    "links that lead somewhere": (
        [f"<a href=/media/{each}.png><img src=/none width=20 height=20></a>" for each in range(4)],
        0,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_only_a_picture_tells(visit: Visit, case: str) -> None:
    parts, untold = CASES[case]
    told = "".join(parts)
    visit.open("/index")
    whole = f"<table>{told}</table>" if told.startswith("<tr") else told
    visit.evaluate(f"document.body.innerHTML = {whole!r}")
    assert len(untold_controls(visit.look())) == untold, visit.look().text
