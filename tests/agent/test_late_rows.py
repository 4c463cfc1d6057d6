"""Rows that come late: nobody reads, or gives up, before they are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model
from tests.agent.late_rows_site import ROWS, SCRIPTS, LateRowsSite

DATA = {"bills": [{"bill": one[0], "date": one[1], "total": one[2]} for one in ROWS]}
_BILL = {
    "type": "object",
    "properties": {key: {"type": "string"} for key in ("bill", "date", "total")},
}
SCHEMA = {"type": "object", "properties": {"bills": {"type": "array", "items": _BILL}}}
REPLACED = tuple(one for one in SCRIPTS if "others before" in one)
LATE = tuple(one for one in SCRIPTS if one not in (*REPLACED, "never"))


@pytest.fixture
def late(errand: Errand) -> Iterator[LateRowsSite]:
    with LateRowsSite() as running:
        errand.site_url = running.url
        yield running


def fetch(errand: Errand, server: ModelServer, bill: str, planner: Any = "auto") -> TaskResult:
    goal = Goal(
        navigation_goal="Download the bill",
        payload={"bill_number": bill},
        complete_on_download=True,
        today=date(2024, 6, 15),
    )
    return with_model(
        errand, server, "/", goal, planner=planner, variables={"bill": bill}, max_steps=9
    )


def read(errand: Errand, server: ModelServer, planner: Any = "auto") -> TaskResult:
    goal = Goal(
        navigation_goal="Open the bills",
        data_extraction_goal="All bills: bill, date and total",
        data_schema=SCHEMA,
        today=date(2024, 6, 15),
    )
    return with_model(errand, server, "/", goal, planner=planner, variables={}, max_steps=9)


def by(*answers: dict[str, Any]) -> list[Any]:
    def answered(each: dict[str, Any]) -> Any:
        def answer(request: ChatRequest) -> dict[str, Any]:
            filled = {
                key: request.ref(*value) if key == "ref" else value for key, value in each.items()
            }
            return decide(filled)

        return answer

    return [answered(each) for each in answers]


WAIT = {"type": "wait", "seconds": 1}
OPEN = {"type": "click", "ref": ("Bills of all years",)}
TAKE = {"type": "download", "ref": ("PDF of B-1", "link")}
READ = {"type": "extract", "data": DATA}


def told(ways: Iterable[str], quick: str) -> list[Any]:
    """A way in the gate; the others take as long again."""
    return [pytest.param(one, marks=() if one == quick else pytest.mark.long) for one in ways]


def first_look(way: str) -> dict[str, Any]:
    return OPEN if "clicked" in way else WAIT


@pytest.mark.parametrize("delay", [pytest.param(2500), pytest.param(4000, marks=pytest.mark.long)])
@pytest.mark.parametrize("way", told(LATE, "on its own, after none"))
def test_replay_takes_the_file_of_a_late_row(
    errand: Errand, late: LateRowsSite, way: str, delay: int
) -> None:
    late.way = way
    with ModelServer(by(first_look(way), TAKE)) as server:
        assert fetch(errand, server, "B-1").status == "completed", errand.lines
        late.delay = delay
        result = fetch(errand, server, "B-2")
        assert (result.status, server.calls) == ("completed", 2), "\n".join(errand.lines)
    assert [file.filename for file in result.files] == ["B-2.pdf"]


@pytest.mark.parametrize("delay", [pytest.param(2500), pytest.param(4000, marks=pytest.mark.long)])
@pytest.mark.parametrize("way", told(LATE, "on its own, after a rest"))
def test_replay_reads_late_rows(errand: Errand, late: LateRowsSite, way: str, delay: int) -> None:
    late.way = way
    with ModelServer(by(first_look(way), READ, {"type": "complete"})) as server:
        assert read(errand, server).status == "completed", errand.lines
        late.delay = delay
        result = read(errand, server)
        assert (result.status, server.calls) == ("completed", 3), "\n".join(errand.lines)
    assert result.extracted_information == DATA


@pytest.mark.parametrize("way", told(["never", *REPLACED], ""))
def test_rows_that_do_not_come_are_not_read(errand: Errand, late: LateRowsSite, way: str) -> None:
    late.way = way
    with ModelServer(by(first_look(way), READ, {"type": "complete"})) as server:
        assert read(errand, server).status == "completed", errand.lines
        late.delay = 2500
        result = read(errand, server)
    assert result.status != "completed" or result.extracted_information == DATA, errand.lines


@pytest.mark.parametrize("way", told(LATE, "on its own, after none"))
def test_late_rows_without_a_model(errand: Errand, late: LateRowsSite, way: str) -> None:
    late.way, late.delay = way, 2500
    with ModelServer([]) as server:
        fetched = fetch(errand, server, "B-2", "heuristic")
        listed = read(errand, server, "heuristic")
    assert [file.filename for file in fetched.files] == ["B-2.pdf"], errand.lines
    assert listed.extracted_information == DATA, errand.lines


@pytest.mark.long
def test_none_come_without_a_model(errand: Errand, late: LateRowsSite) -> None:
    late.way, late.delay = "never", 2500
    with ModelServer([]) as server:
        assert fetch(errand, server, "B-2", "heuristic").status == "terminated"
        assert read(errand, server, "heuristic").status == "terminated"
