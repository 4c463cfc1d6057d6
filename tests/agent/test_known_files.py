"""Iterations that ask for their file without a page, and what sends them back to one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from _pytest.mark import ParameterSet
from fpdf import FPDF

from skyvern_dagster.blocks.context import AgentSettings
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.reading.file_text import file_text
from tests.agent.workflow_run import ran
from tests.loopback import Answering, LoopbackSite, bound

_HELD_SECONDS = 10.0
"""Arbitrary: the second iteration comes a moment after the first."""
NUMBERS = ("R-1001", "R-1002", "R-1003", "R-1004", "R-1005")

WORKFLOW = """
title: Bills
workflow_definition:
  parameters:
    - {key: site, parameter_type: workflow, workflow_parameter_type: string}
    - {key: numbers, parameter_type: workflow, workflow_parameter_type: json}
    - {key: number, parameter_type: context, source_parameter_key: numbers}
  blocks:
    - {block_type: goto_url, label: enter, url: "{{ site }}/enter"}
    - block_type: for_loop
      label: each
      loop_over_parameter_key: numbers
      continue_on_failure: true
      loop_blocks:
        - block_type: task
          label: fetch
          url: "{{ site }}/bills"
          parameter_keys: [number]
          complete_on_download: true
          continue_on_failure: true
          navigation_goal: Download the bill with the given number.
"""


def bill(number: str, more: str = "") -> bytes:
    words = f"Bill number: {number}\nGardenia Ltd\nThree garden chairs\nPlease pay soon."
    return document(f"{words}\n{more}")


def document(text: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(180, 6, text)
    return bytes(pdf.output())


class Bills(LoopbackSite):
    """A list of bills behind a cookie.

    Attributes:
        address: Where the file of a number is.
        file: What it is.
        answers: What such an address gives without a page, by number: status, type and content.
        file_at: What it is at the addresses that begin so.
        only_from_page: Whether none is given without a page.
        files: Numbers of the files that were asked for.
        order: The same, in the order in which they were.
        lists: How often the list was opened.
        holds_lists: Whether it is kept back until a file was asked for, for some seconds.
        was_asked: Set with the first file.
        asked_first: Whether a file was asked for before any list was there.
    """

    def __init__(self) -> None:
        self.address: Callable[[str], str] = lambda number: f"/bill/{number}?as=pdf"
        self.file: Callable[[str], bytes] = bill
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.file_at: dict[str, Callable[[str], bytes]] = {}
        self.only_from_page = False
        self.files: Counter[str] = Counter()
        self.order: list[str] = []
        self.holds_lists = False
        self.was_asked = threading.Event()
        self.asked_first = False
        self.lists = 0
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    site: Bills

    def get(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/enter":
            self.answer(200, "text/html", b"<h1>In</h1>", Set_Cookie="session=ok; Path=/")
        elif "session=ok" not in self.headers.get("Cookie", ""):
            self.page("<h1>Log in</h1><form><input type=password></form>")
        elif address.path == "/bills":
            self.site.lists += 1
            if self.site.holds_lists:
                self.site.asked_first |= self.site.was_asked.wait(_HELD_SECONDS)
            rows = "".join(
                f"<tr><td>{each}</td><td><a href='{self.site.address(each)}'>Bill</a></td></tr>"
                for each in NUMBERS
            )
            self.page(f"<h1>Bills</h1><table><tr><th>Number</th><th></th></tr>{rows}</table>")
        else:
            self._file(address.path, parse_qs(address.query))

    def _file(self, path: str, query: dict[str, list[str]]) -> None:
        name = path.rpartition("/")[2]
        number = name if name in NUMBERS else NUMBERS[int(name) % len(NUMBERS)]
        self.site.files[number] += 1
        self.site.order.append(number)
        self.site.was_asked.set()
        made = self.site.file_at.get(path.rpartition("/")[0], self.site.file)
        status, kind, content = self.site.answers.get(
            number, (200, "application/pdf", made(number))
        )
        is_document = self.headers.get("Sec-Fetch-Dest") in ("document", "iframe")
        if not is_document and (self.site.only_from_page or number in self.site.answers):
            return self.answer(status, kind, content)
        return self.answer(
            200, "application/pdf", made(number),
            Content_Disposition=f'attachment; filename="{number}.pdf"',
        )  # fmt: skip


@pytest.fixture
def bills() -> Iterator[Bills]:
    with Bills() as running:
        yield running


def fetched(
    folder: Path,
    runtime: BrowserRuntime,
    site: LoopbackSite,
    *,
    text: str = WORKFLOW,
    items: Sequence[object] = NUMBERS,
    on: bool = True,
    contains: str = "",
) -> dict[str, BlockRecord]:
    """The records of the loop's tasks, by number."""
    parameters = {"site": site.url, "numbers": list(items)}
    settings = AgentSettings(fetches_known_files=on)
    left = ran(folder, runtime, text, parameters, agent=settings)
    records = left.tasks
    for record, number in zip(records, NUMBERS, strict=True):
        # Whichever way they came: each has its own bill, once.
        assert [file.filename for file in record.outcome.files] == [f"{number}.pdf"], left.lines
        told = file_text(left.store.read(record.outcome.files[0].key))
        assert number in told
        assert contains in told
    return dict(zip(NUMBERS, records, strict=True))


def _planners(records: dict[str, BlockRecord]) -> Counter[str]:
    return Counter(each.outcome.steps[0].planner for each in records.values())


def test_after_two_iterations_in_the_browser_the_others_only_ask(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills
) -> None:
    records = fetched(tmp_path, runtime, bills)
    assert _planners(records) == {"heuristic": 2, "request": len(NUMBERS) - 2}
    assert bills.lists == 2
    # Only what the browser has fetched is asked for once more, to see whether that gives the same.
    asked = Counter(bills.files.values())
    assert asked.keys() == {1, 2}
    assert asked[2] <= 2
    step = next(each for each in records.values() if each.outcome.steps[0].planner == "request")
    assert "/bill/" in step.outcome.steps[0].actions[0]
    assert "iteration" in step.outcome.steps[0].notes[0]


def _long(status: int, kind: str, content: bytes, name: str) -> ParameterSet:
    return pytest.param(status, kind, content, id=name, marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("status", "kind", "content"),
    [
        pytest.param(200, "application/pdf", bill("R-1001"), id="another one's"),
        _long(200, "application/pdf", document("Reminder: R-1004 isn't paid"), "another kind"),
        _long(200, "application/pdf", document("Garden chairs. Please pay."), "nobody's"),
        pytest.param(200, "text/html", b"<h1>Log in again</h1>", id="log-in"),
        _long(200, "text/plain", b"Bill number: R-1004 Gardenia Three garden", "another type"),
        _long(404, "text/html", b"<h1>Not here</h1>", "404"),
        pytest.param(429, "text/html", b"<h1>Slowly</h1>", id="429"),
    ],
)
def test_an_iteration_goes_to_the_page_at_the_first_doubt(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills, status: int, kind: str, content: bytes
) -> None:
    bills.answers["R-1004"] = (status, kind, content)
    records = fetched(tmp_path, runtime, bills)
    assert records["R-1004"].outcome.steps[0].planner == "heuristic"
    # One 429 ends it for the run, whosever file it was.
    assert _planners(records)["request"] >= (status != 429)


def test_addresses_that_do_not_follow_from_the_item_are_not_asked(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills
) -> None:
    bills.address = lambda number: f"/file/{NUMBERS.index(number) + 20}"
    records = fetched(tmp_path, runtime, bills)
    assert _planners(records) == {"heuristic": len(NUMBERS)}
    assert set(bills.files.values()) == {1}


def test_an_address_with_a_number_that_the_task_does_not_know_is_not_asked(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills
) -> None:
    """The newest bill of one may be its seventh, and that of the next one its ninth."""
    bills.address = lambda number: f"/no/{NUMBERS.index(number) + 7}/{number}"
    assert _planners(fetched(tmp_path, runtime, bills)) == {"heuristic": len(NUMBERS)}


@pytest.mark.parametrize("told", [False, True])
def test_what_the_task_knows_besides_is_in_the_address_or_in_the_file(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills, *, told: bool
) -> None:
    text = WORKFLOW.replace(
        "    - {key: number,",
        "    - {key: branch, parameter_type: context, source_parameter_key: numbers}\n"
        "    - {key: number,",
    ).replace("[number]", "[number, branch]")
    branches = dict(zip(NUMBERS, ("Leeds", "Hull", "York", "Bath", "Deal"), strict=True))
    if told:
        bills.file = lambda number: bill(number, f"{branches[number]} branch")
    items = [{"number": each, "branch": branches[each]} for each in NUMBERS]
    records = fetched(tmp_path, runtime, bills, text=text, items=items)
    assert ("request" in _planners(records)) == told


def test_a_file_that_only_the_page_gets_is_not_asked_for(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills
) -> None:
    bills.only_from_page = True
    bills.answers = dict.fromkeys(NUMBERS, (403, "text/html", b"<h1>No</h1>"))
    assert _planners(fetched(tmp_path, runtime, bills)) == {"heuristic": len(NUMBERS)}


@pytest.mark.parametrize(
    "more",
    [
        "planner: heuristic",
        "data_extraction_goal: The total of the bill.",
        "terminate_criterion: The bill is paid.",
    ],
)
@pytest.mark.long
def test_a_block_that_asks_for_more_goes_to_the_page(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills, more: str
) -> None:
    text = WORKFLOW.replace("          complete_on", f"          {more}\n          complete_on")
    assert "request" not in _planners(fetched(tmp_path, runtime, bills, text=text))


@pytest.fixture
def shown(tmp_path: Path, runtime: BrowserRuntime, bills: Bills) -> Bills:
    """A portal of which a run before has shown where its bills are."""
    fetched(tmp_path, runtime, bills)
    bills.files.clear()
    bills.lists = 0
    bills.was_asked.clear()
    bills.holds_lists = True
    return bills


def test_the_next_run_asks_ahead_and_still_goes_to_two_pages(
    tmp_path: Path, runtime: BrowserRuntime, shown: Bills
) -> None:
    records = fetched(tmp_path, runtime, shown)
    assert _planners(records) == {"heuristic": 2, "request": len(NUMBERS) - 2}
    assert shown.lists == 2
    assert shown.asked_first
    # Those of the pages once more, to compare.
    assert max(shown.files.values()) == 2
    assert sum(shown.files.values()) <= len(NUMBERS) + 2


def test_what_was_asked_ahead_is_not_taken_where_the_portal_has_moved_its_files(
    tmp_path: Path, runtime: BrowserRuntime, shown: Bills
) -> None:
    """The old addresses still give bills, and their items' own: those of yesterday."""
    shown.address = lambda number: f"/corrected/{number}"
    shown.file_at = {"/corrected": lambda number: bill(number, "Corrected on 3 May")}
    records = fetched(tmp_path, runtime, shown, contains="Corrected")
    assert shown.lists >= 2
    assert shown.asked_first
    assert all(each.outcome.status == "completed" for each in records.values())


@pytest.mark.long
def test_a_file_that_is_not_where_it_was_is_looked_for_in_its_page(
    tmp_path: Path, runtime: BrowserRuntime, shown: Bills
) -> None:
    shown.answers["R-1005"] = (404, "text/html", b"<h1>Not here</h1>")
    records = fetched(tmp_path, runtime, shown)
    assert records["R-1005"].outcome.steps[0].planner == "heuristic"


@pytest.mark.long
def test_a_loop_in_order_asks_for_nothing_ahead(
    tmp_path: Path, runtime: BrowserRuntime, bills: Bills
) -> None:
    text = WORKFLOW.replace("      loop_over_", "      parallel: 1\n      loop_over_")
    bills.address = lambda number: f"/bill/{number}?as=pdf"
    for _ in range(2):
        bills.order.clear()
        fetched(tmp_path, runtime, bills, text=text)
        assert list(dict.fromkeys(bills.order)) == list(NUMBERS)


def test_it_can_be_switched_off(tmp_path: Path, runtime: BrowserRuntime, bills: Bills) -> None:
    records = fetched(tmp_path, runtime, bills, on=False)
    assert _planners(records) == {"heuristic": len(NUMBERS)}
    assert bills.lists == len(NUMBERS)
