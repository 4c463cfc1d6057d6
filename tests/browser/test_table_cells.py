"""What a model reads of tables: every cell in its place, whatever its neighbours hold."""

from __future__ import annotations

import re

from skyvern_dagster.browser.page_outline import page_outline
from tests.browser.visit import Visit


def shown(visit: Visit) -> list[str]:
    page = page_outline(visit.look(), [], 100_000, all_rows=True)
    assert page.complete
    return page.text.splitlines()


def copied(line: str) -> list[str]:
    """A reader that copies what it is shown: the texts between the bars."""
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
    return [re.sub(r'^link "(.*)" \[\w+\].*', r"\1", cell) for cell in cells]


def test_a_ledger_is_read_as_it_is(visit: Visit) -> None:
    visit.open("/ledger")
    truth = visit.evaluate(
        "[...document.querySelectorAll('tr')].map((row) => [...row.cells].map((c) => c.innerText))"
    )
    assert len(truth) == 261
    lines = shown(visit)
    assert lines[0] == "# Ledger"
    assert [copied(line) for line in lines[1:]] == truth
    # Bars are all that it costs: two characters and a space for each cell.
    texts = sum(len(cell) for row in truth for cell in row)
    links = sum(len(line) - len(re.sub(r'link "(.*)" \[\w+\] \S*', r"\1", line)) for line in lines)
    assert len("\n".join(lines)) <= texts + links + 3 * 7 * len(truth)


def test_cells_of_every_kind_keep_their_places(visit: Visit) -> None:
    visit.open("/cells")
    refs = re.compile(r"\[\w+\]")
    assert [refs.sub("[ref]", line) for line in shown(visit)] == [
        "Date | Amount | | Note",
        "Date | Debit | Credit | Note",
        "1 May | 5.00 | | a\\|b",
        "1 May | 5.00 | 5.00 |",
        "| 4 | 100456 | 5 5",
        "2 May | closed | |",
        "2 May | | 7 | 7",
        "Nothing more | | |",
        "Order 1 | | 1",
        " Pen | 1",
        " Ink |",
        "row [ref]: A | | A",
        'row selected: B | textbox "Pieces" [ref] ="3" | 3',
        "Debit | 15",
        "Credit | 5",
        "Note |",
        "Sums | 5 | 5",
        "Open | 0",
        "Paid | 0",
        'grid "Stock":',
        " Item | Left",
        " 5 | 5",
        ' | gridcell "5" [ref]',
        ' Sum | gridcell "" [ref]',
        "15 | 5 | 5",
        "15",
        "5",
        "5",
    ]
