"""Tasks that read data, with a recording: in real pages, over several visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model
from tests.agent.records_desk import RecordsDesk
from tests.agent.test_replay import KEY, log_in, open_records

SCHEMA = {
    "type": "object",
    "properties": {"records": {"type": "array", "items": {"type": "object"}}},
    "required": ["records"],
}


@pytest.fixture
def desk(errand: Errand) -> Iterator[RecordsDesk]:
    with RecordsDesk() as running:
        errand.site_url = running.url
        yield running


def read_all(request: ChatRequest) -> dict[str, Any]:
    """What a model reads: by the header, in whatever order the columns are."""
    bars = [line.strip().strip("|") for line in request.texts[-1].splitlines() if "|" in line]
    lines = [[cell.strip() for cell in line.split("|")] for line in bars]
    header = next(line for line in lines if "No" in line)
    number, day = header.index("No"), header.index("Day")
    rows = [line for line in lines if line is not header]
    found = [{"no": row[number].strip('"'), "day": row[day].strip('"')} for row in rows]
    return decide({"type": "extract", "data": {"records": found}}, {"type": "complete"})


def look(errand: Errand, server: ModelServer) -> TaskResult:
    task = Goal(
        navigation_goal="Log in and open the records",
        payload={"login": errand.vault.payload("login")},
        data_extraction_goal="All records: no and day",
        data_schema=SCHEMA,
    )
    return with_model(errand, server, "/", task, variables={}, max_steps=8)


def expected(*numbers: str) -> dict[str, Any]:
    return {"records": [{"no": each, "day": f"May {day}"} for day, each in enumerate(numbers, 1)]}


def test_three_calls_then_none_with_other_data_then_one_with_another_layout(
    errand: Errand, desk: RecordsDesk
) -> None:
    with ModelServer([log_in, open_records, read_all]) as server:
        first = look(errand, server)
        assert first.extracted_information == expected(*desk.numbers), first.failure_reason
        assert server.calls == 3
        _says_where_values_stand(errand)

        desk.numbers = ("R-2001", "R-2002")
        second = look(errand, server)
        assert second.extracted_information == expected("R-2001", "R-2002")
        assert server.calls == 3
        assert [step.planner for step in second.steps] == ["replay"] * 3

        desk.columns = ("Day", "Room", "No")
        server.script.append(read_all)
        third = look(errand, server)
        assert third.extracted_information == expected("R-2001", "R-2002")
        assert server.calls == 4
        assert "no table with No, Day" in third.steps[2].declined[0]

        desk.numbers = ("R-3001",)
        fourth = look(errand, server)
        assert fourth.extracted_information == expected("R-3001")
        assert server.calls == 4


def _says_where_values_stand(errand: Errand) -> None:
    text = errand.store.read(KEY).decode()
    last = yaml.safe_load(text)["steps"][-1]["actions"]
    assert [action["do"] for action in last] == ["extract", "complete"]
    part = last[0]["reading"]["parts"][0]
    assert (part["path"], part["headers"], part["under"]) == (
        ["records"], ["No", "Day", "#3"], "Your records",
    )  # fmt: skip
    assert [each["label"] for each in part["each"]] == ["No", "Day"]
    assert "R-1001" not in text


def read_and_turn(request: ChatRequest) -> dict[str, Any]:
    read = read_all(request)["decisions"][0]
    return decide(read, {"type": "click", "ref": request.ref("Next")})


def test_a_list_of_several_pages_is_read_to_its_end_without_the_model(
    errand: Errand, desk: RecordsDesk
) -> None:
    desk.numbers, desk.paged = ("R-11", "R-12"), True
    with ModelServer([log_in, open_records, read_and_turn, read_all]) as server:
        first = look(errand, server)
        assert first.extracted_information == expected("R-11", "R-12"), first.failure_reason
        assert yaml.safe_load(errand.store.read(KEY))["steps"][-1]["pages"] is True

        for numbers in (("R-21", "R-22", "R-23", "R-24"), ("R-31",)):
            desk.numbers = numbers
            again = look(errand, server)
            assert again.extracted_information == expected(*numbers)
            assert {step.planner for step in again.steps} == {"replay"}
        assert server.calls == 4


def test_pages_that_the_model_left_out_may_be_left_out_for_a_reason(
    errand: Errand, desk: RecordsDesk
) -> None:
    desk.numbers, desk.paged = ("R-11", "R-12", "R-13"), True
    reading = [read_and_turn, read_all]
    with ModelServer([log_in, open_records, *reading, *reading]) as server:
        look(errand, server)
        again = look(errand, server)
        assert server.calls == 6
    assert again.extracted_information == expected("R-11", "R-12")
    assert "has to be read" in again.steps[2].declined[0]


def test_where_a_page_differs_the_model_reads_on_and_the_next_visit_needs_none(
    errand: Errand, desk: RecordsDesk
) -> None:
    desk.numbers, desk.paged = ("R-11", "R-12"), True
    reading = [read_and_turn, read_all]
    with ModelServer([log_in, open_records, *reading]) as server:
        look(errand, server)
        desk.columns = ("Day", "Room", "No")
        server.script += reading
        other = look(errand, server)
        assert other.extracted_information == expected("R-11", "R-12")
        assert "no table with No, Day" in other.steps[2].declined[0]
        assert server.calls == 6
        desk.numbers = ("R-21", "R-22", "R-23")
        again = look(errand, server)
        assert again.extracted_information == expected("R-21", "R-22", "R-23")
        assert server.calls == 6


def test_the_day_of_another_record_needs_no_model(errand: Errand, desk: RecordsDesk) -> None:
    def read_day(request: ChatRequest) -> dict[str, Any]:
        line = next(line for line in request.texts[-1].splitlines() if "R-1002" in line)
        day = line.strip().split(" | ")[1].strip('"')
        return decide({"type": "extract", "data": {"day": day}}, {"type": "complete"})

    def day_of(number: str) -> TaskResult:
        task = Goal(
            navigation_goal="Log in and open the records",
            payload={"login": errand.vault.payload("login"), "number": number},
            data_extraction_goal="The day of the record with the given number",
        )
        return with_model(errand, server, "/", task, variables={"number": number}, max_steps=8)

    with ModelServer([log_in, open_records, read_day]) as server:
        first = day_of("R-1002")
        assert first.extracted_information == {"day": "May 2"}, first.failure_reason
        desk.numbers = ("R-2001", *desk.numbers)
        second = day_of("R-1003")
        assert second.extracted_information == {"day": "May 4"}
        assert [step.planner for step in second.steps] == ["replay"] * 3
        assert server.calls == 3
        missing = day_of("R-4711")
        assert "no rows show R-4711" in missing.steps[2].declined[0]
