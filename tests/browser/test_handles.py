"""What can be acted on has a ref, stands where it is read, and says what it takes."""

from __future__ import annotations

import re

import pytest

from skyvern_dagster.browser import actions
from skyvern_dagster.browser.page_outline import page_outline
from tests.browser.visit import Visit

LETTER = (
    'clickable "Letter from Bob Forwarded by Ann" [ref] clickable "Reply" [ref]'
    ' clickable "Forward" [ref]'
)
COLOURS = 'listbox "Colours" [ref] ="Red, Blue" (Red, Blue, Green) multiple'


def shown(visit: Visit, *words: str) -> list[str]:
    text = page_outline(visit.look(), words, 100_000, all_rows=True).text
    return [re.sub(r"\[\w+\]", "[ref]", line.strip()) for line in text.splitlines()]


def test_the_page_is_told_as_it_is(visit: Visit) -> None:
    visit.open("/handles")
    states = ", ".join(f"State {n}" for n in (*range(1, 13), 37))
    assert shown(visit, "State 37") == [
        'button "" [ref] hint="bold"',
        'textbox "Write a note" [ref] ="Old text"',
        'textbox "Remark" [ref]',
        'listitem "First" [ref] draggable',
        'listitem "Second" [ref] draggable',
        'clickable "Ticket" [ref] draggable',
        'paragraph "Pick a day" [ref]',
        'article "By property" [ref]',
        'clickable "" [ref] hint="thumb slider handle" colour=silver draggable',
        LETTER,
        "The Menus of",
        'clickable "Menu" [ref]',
        "and Menu plans",
        'clickable "" [ref] hint="swatch" colour=red',
        'clickable "" [ref] hint="swatch" colour=blue',
        'button "Day" [ref] active',
        'button "Week" [ref]',
        'link "Here" [ref] /handles#here current=page',
        'textbox "Key" [ref] type=password filled',
        'textbox "New key" [ref] type=password',
        'textbox "Fixed" [ref] ="x" readonly',
        'spinbutton "Pieces" [ref] type=number min=1 max=9 required',
        'textbox "Zip" [ref] maxlength=5 pattern=[0-9]{5}',
        'slider "Volume" [ref] ="3" type=range range=0..11',
        'slider "Heat" [ref] ="21" range=10..30',
        'button "Paper" [ref] type=file accept=.pdf',
        f'combobox "State" [ref] ="State 1" ({states}, +26 more)',
        COLOURS,
    ]


@pytest.mark.parametrize(
    ("name", "said"), [("Reply", "reply"), ("Forward", "forward"), ("By property", "owned")]
)
def test_each_of_several_clickables_is_clicked_by_itself(
    visit: Visit, name: str, said: str
) -> None:
    visit.open("/handles")
    assert visit.click(name).ok
    assert visit.evaluate("document.getElementById('said').textContent") == said


@pytest.mark.parametrize("name", ["Write a note", "Remark"])
def test_editable_regions_are_written_in(visit: Visit, name: str) -> None:
    visit.open("/handles")
    ref = visit.ref(name, "textbox")
    assert visit.run(actions.input_text(visit.session, ref, "New text")).ok
    assert visit.find(name, "textbox").value == "New text"
