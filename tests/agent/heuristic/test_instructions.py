"""Goals that spell out what to do: understood as a whole, done only where no doubt is left."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.agent.decisions import Check, Decision, InputText, SelectOption
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.heuristic.instruction_following import follow_instructions
from skyvern_dagster.agent.planners.heuristic.instructions import (
    Accept,
    Choose,
    Instruction,
    Key,
    Move,
    Narrow,
    Press,
    Send,
    Visit,
    Write,
    clauses_of,
    instructions_of,
    sequence_of,
)
from skyvern_dagster.agent.planners.heuristic.situation import situation_of
from skyvern_dagster.browser.observation import Node, Observation


@pytest.mark.parametrize(
    ("goal", "instructions"),
    [
        ('Choose "Graz" as city.', [Choose("city", "Graz")]),
        ('Select "Premium" from the plan and click "Next".',
         [Choose("plan", "Premium"), Press("Next")]),
        ("Enter 15 April 2024 as date", [Write("date", "15 April 2024")]),
        ("Enter the phone number 0664 123456.", [Write("phone number", "0664 123456")]),
        ('Write "Bread and butter" as note, then send it.',
         [Write("note", "Bread and butter"), Send()]),
        ("Register with the e-mail ada@example.com.",
         [Write("e-mail", "ada@example.com"), Send("Register")]),
        ('Right-click "report.txt"', [Press("report.txt", right=True)]),
        ('Drag "Card" to "Done".', [Move("Card", "Done")]),
        ("Close the viewer with the Escape key.", [Key("Escape")]),
        ("Accept the terms.", [Accept("terms")]),
        ("Wähle „Wien“ als Stadt und akzeptiere die Bedingungen.",
         [Choose("Stadt", "Wien"), Accept("Bedingungen")]),
        # Understood in part is not understood.
        ('Choose "Graz" as city and download the invoice', []),
        ("Accept the cookies and open the orders", []),
        ("Log in and find the invoice of order 10432", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_goal_spells_out(goal: str, instructions: list[Instruction]) -> None:
    assert list(instructions_of(goal)) == instructions


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text: str) -> None:
    instructions_of(text)


WORDS = st.from_regex(r"[A-Za-z][A-Za-z ]{0,30}[A-Za-z]", fullmatch=True)


@given(WORDS, st.sampled_from(["city", "shipping method", "e-mail"]))
def test_what_stands_in_quotation_marks_is_taken_as_it_is(value: str, field: str) -> None:
    assert instructions_of(f'Choose "{value}" as {field}.') == (Choose(field, value),)


def field(name: str, ref: str, role: str = "textbox", **more: str) -> Node:
    return Node(role, name, ref=ref, tag="input", **more)  # type: ignore[arg-type]


def first(goal: str, *nodes: Node) -> Decision | None:
    seen = Observation("https://a/", "A", Node("document", children=nodes))
    plan = follow_instructions(situation_of(PlanRequest(Goal(goal), seen)))
    return plan.decisions[0] if plan and plan.decisions else None


def test_the_field_that_is_called_most_like_it_gets_the_text() -> None:
    nodes = (field("First name", "e1"), field("Name", "e2"), field("Company", "e3"))
    decision = first('Enter "Ada" as name', *nodes)
    assert isinstance(decision, InputText)
    assert (decision.ref, decision.text) == ("e2", "Ada")


def test_options_are_of_the_list_or_the_radio_buttons() -> None:
    radio, box = field("Express", "e1", "radio"), field("Delivery", "e2", "combobox")
    chosen = first('Choose the delivery "Express"', radio)
    assert isinstance(chosen, Check)
    selected = first('Choose the delivery "Express"', radio, box)
    assert isinstance(selected, SelectOption)
    assert (selected.ref, selected.label) == ("e2", "Express")


@pytest.mark.parametrize(
    ("goal", "nodes"),
    [
        ('Enter "Ada" as name', (field("Name", "e1"), field("Name", "e2"))),
        ('Enter "Ada" as name', (field("Street", "e1"),)),
        ('Enter "secret" as password', (field("Password", "e1", input_type="password"),)),
        ("Accept the terms", (field("Newsletter", "e1", "checkbox"),)),
        ("Accept the terms",
         (field("I accept calls", "e1", "checkbox"), field("I accept mail", "e2", "checkbox"))),
        ('Drag "Card" to "Done"', (Node("generic", "Card", ref="e1"),)),
        ('Double-click "Row"', (Node("row", "Row", ref="e1"), Node("row", "Row", ref="e2"))),
        ('Click "Save"', (Node("button", "Save", ref="e1"),)),  # clicks alone are another rule's
    ],
)  # fmt: skip
def test_in_doubt_nothing_is_done(goal: str, nodes: tuple[Node, ...]) -> None:
    assert first(goal, *nodes) is None


BETWEEN = "Filter the orders between 2024-04-15 and 2024-06-30"


@pytest.mark.parametrize(
    ("goal", "instructions"),
    [
        (f"Go to the order history. {BETWEEN}. Click the Filter button.",
         [Visit("order history"), Narrow(BETWEEN), Press("Filter")]),
        (f"{BETWEEN}, click Apply.", [Narrow(BETWEEN), Press("Apply")]),
        ("Close cookie notices. Set the period from 1. April 2024 to 5. May 2024, then click 'Go'.",
         [Narrow("Set the period from 1. April 2024 to 5. May 2024"), Press("Go")]),
        ("Filtere die Liste zwischen 15.04.2024 und 30.06.2024. Klicke auf Filtern.",
         [Narrow("Filtere die Liste zwischen 15.04.2024 und 30.06.2024"), Press("Filtern")]),
        ('Log in. Go to the settings, write "x" into name and click Save.',
         [Visit("settings"), Write("name", "x"), Press("Save")]),
        ('Replace the text by "Hello" and click Publish.', []),
        ("Accept the cookies and open the orders", []),
        ("Go to the orders and click Next", []),
    ],
)  # fmt: skip
def test_a_goal_in_its_order(goal: str, instructions: list[Instruction]) -> None:
    assert list(sequence_of(goal)) == instructions


DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, DAYS, st.sampled_from(["and", "to", "und"]))
def test_two_days_are_never_parted(one: date, other: date, joint: str) -> None:
    clause = f"Filter the list between {one} {joint} {other}"
    assert clause in list(clauses_of(f"Go on. {clause}. Click Filter."))


def both(goal: str, *nodes: Node, lang: str = "") -> list[tuple[str, str]]:
    seen = Observation("https://a/", "A", Node("document", children=nodes), lang=lang)
    plan = follow_instructions(situation_of(PlanRequest(Goal(goal), seen)))
    typed = plan.decisions if plan else ()
    return [(each.ref, each.text) for each in typed if isinstance(each, InputText)]


def test_both_days_of_a_filter_are_filled_in_as_the_fields_want_them() -> None:
    native = (field("From", "e1", input_type="date"), field("To", "e2", input_type="date"))
    assert both(BETWEEN, *native) == [("e1", "2024-04-15"), ("e2", "2024-06-30")]
    hinted = (
        field("Von", "e1", placeholder="TT.MM.JJJJ"), field("Bis", "e2", placeholder="TT.MM.JJJJ")
    )  # fmt: skip
    assert both(BETWEEN, *hinted) == [("e1", "15.04.2024"), ("e2", "30.06.2024")]
    shown = (
        field("Start date", "e1", value="01/31/2024"), field("End date", "e2", value="02/28/2024")
    )  # fmt: skip
    assert both(BETWEEN, *shown) == [("e1", "04/15/2024"), ("e2", "06/30/2024")]
    unnamed = (field("", "e1", input_type="date"), field("", "e2", input_type="date"))
    assert both(BETWEEN, *unnamed) == [("e1", "2024-04-15"), ("e2", "2024-06-30")]
    assert both("Filter the orders since 2024-04-15", *native) == [("e1", "2024-04-15")]
    assert both(BETWEEN, native[0]) == []
    assert both(BETWEEN, *native, field("From warehouse", "e3", input_type="date")) == []
