"""Lists of clients that are drawn by script: each thing is told once, and which one is chosen."""

from __future__ import annotations

import re

import pytest

from skyvern_dagster.agent.executor import describe_target
from skyvern_dagster.browser.page_outline import page_outline
from tests.browser.visit import Visit


@pytest.fixture
def text(visit: Visit) -> str:
    visit.open("/client_list")
    return page_outline(visit.look(), (), 100_000, all_rows=True).text


def plain(text: str) -> list[str]:
    return [re.sub(r"\[\w+\]", "[ref]", line.strip()) for line in text.splitlines()]


def test_a_cell_and_what_it_wraps_are_told_once(text: str) -> None:
    row = next(line for line in plain(text) if "SB-7" in line)
    assert row.split(" | ")[:3] == [
        'clickable "SB-7" [ref]',
        'clickable "€ 12.00" [ref]',
        'link "Orla" [ref] /client_list#party',
    ]


def test_two_that_can_be_clicked_in_a_cell_stay_two(text: str) -> None:
    row = next(line for line in plain(text) if "SB-7" in line)
    assert row.endswith('clickable "Yes" [ref] clickable "No" [ref]')


def test_a_list_that_takes_the_focus_is_told_row_by_row(text: str) -> None:
    assert plain(text)[-4:] == [
        'clickable "" [ref]',
        'table "Mails":',
        'clickable "Unread" [ref] Ann 2024-05-02 link "Bill 7" [ref] /client_list#7',
        'clickable "Unread" [ref] Bob 2024-05-01 link "Lunch" [ref] /client_list#8',
    ]


def test_a_picture_of_an_icon_font_is_no_name(text: str) -> None:
    assert 'button "Write" [ref]' in plain(text)
    assert 'button "" [ref] hint="trash"' in plain(text)


def test_the_chosen_entry_is_told_where_only_its_list_item_says_so(text: str) -> None:
    entries = [line for line in plain(text) if line.startswith(("tab ", "link "))]
    assert entries == [
        'tab "Draft" [ref]',
        'tab "Posted" [ref] active',
        'tab "All" [ref]',
        'link "Inbox" [ref] /client_list#a selected',
        'link "Sent" [ref] /client_list#b',
    ]


def test_a_badge_is_told_with_its_title(text: str) -> None:
    assert 'button "1" [ref] title="Attachment (1)"' in plain(text)


def test_what_has_no_name_is_told_by_its_row(visit: Visit, text: str) -> None:
    refs = re.findall(r'"" \[(\w+)\] hint="[^"]*expander', text)
    told = [describe_target(ref, visit.look()) for ref in refs]
    assert told == [
        'clickable (grip expander) in "Invoices"',
        'clickable (grip expander) in "Parties"',
    ]
