from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skyvern_dagster.agent.decisions import Check, Click, InputText, SelectOption
from skyvern_dagster.agent.planner import Goal, PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Observation
from tests.agent.heuristic.answers import extracted, planned, told
from tests.agent.heuristic.conftest import Look
from tests.agent.heuristic.goals import TODAY, result

PERSON: dict[str, Any] = {
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "ann@x.example",
    "phone": "+44 20 1234",
    "country": "Germany",
    "date_of_birth": "1990-03-04",
    "newsletter": False,
    "message": "Hello there",
    "gender": "female",
}


def goal(words: str = "", reading: str = "", schema: Any = None, **changes: Any) -> Goal:
    return Goal(
        navigation_goal=words,
        data_extraction_goal=reading,
        data_schema=schema,
        today=TODAY,
        **changes,
    )


@pytest.mark.parametrize(
    ("page", "words", "expected"),
    [
        ("click_x", 'Go to the dashboard and click "Create report"', ["click Create report"]),
        ("goto_de", "Go to the statements page.", ["click Kontoauszüge"]),
        ("goto_there", "Go to the statements page.", ["complete"]),
        (
            "search",
            'Search for "blue mug" and extract the names',
            ["type Search products", "click Search"],
        ),
        ("nothing", "Make me a sandwich", []),
    ],
)
def test_does_what_the_goal_says(page: str, words: str, expected: list[str], look: Look) -> None:
    seen = look(f"general/{page}")
    assert told(planned(goal(words), seen), seen) == expected


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("click_x", 'Go to the dashboard and click "Create report"'),
        ("search", 'Search for "blue mug" and extract the names'),
    ],
)
def test_does_again_what_something_covered(page: str, words: str, look: Look) -> None:
    seen = look(f"general/{page}")
    first = planned(goal(words), seen)
    done = result(seen.url)
    covered = replace(done, ok=False, error="it is covered by a pop-up", page_changed=False)
    close = PastAction(Click(ref="e99", purpose=Purpose.DISMISS), done)
    tried = tuple(PastAction(decision, covered) for decision in first.decisions)
    history = (PastStep(0, seen.url, "", "", tried), PastStep(1, seen.url, "", "", (close,)))
    assert told(planned(goal(words), seen, history), seen) == told(first, seen)
    well = tuple(PastAction(decision, done) for decision in first.decisions)
    history = (PastStep(0, seen.url, "", "", well), history[1])
    assert told(planned(goal(words), seen, history), seen) != told(first, seen)


def test_fills_a_form_in_another_language(look: Look) -> None:
    seen = look("general/form_de")
    words = "Fill in the contact form with the given information and submit it"
    plan = planned(goal(words, payload=PERSON), seen)
    typed = [one.text for one in plan.decisions if isinstance(one, InputText)]
    assert typed == ["Ann", "Lee", "ann@x.example", "+44 20 1234", "1990-03-04", "Hello there"]
    assert [one.label for one in plan.decisions if isinstance(one, SelectOption)] == ["Germany"]
    assert told(plan, seen)[-1] == "click Absenden"
    ticked = {_name(seen, one.ref): one.checked for one in plan.decisions if isinstance(one, Check)}
    assert ticked == {
        "Female": True,
        "Newsletter abonnieren": False,
        "Ich stimme den AGB zu": True,
    }


def _name(seen: Observation, ref: str) -> str:
    node = seen.find(ref)
    return node.name if node else ""


def test_says_what_a_form_lacks(look: Look) -> None:
    words = "Fill in the application form and submit it."
    codes = {"missing": "The form needs information that is missing"}
    seen = look("general/form_missing")
    plan = planned(goal(words, payload=PERSON, error_code_mapping=codes), seen)
    assert told(plan, seen) == ["terminate missing"]
    assert "Passport number" in plan.reasoning


def test_recognises_that_a_form_was_accepted(look: Look) -> None:
    sent = result("https://shop.example/", after="https://shop.example/thanks")
    click = PastAction(Click(ref="e1", purpose=Purpose.SUBMIT), sent, label="Send")
    history = (PastStep(0, "https://shop.example/", "", "heuristic", (click,)),)
    seen = look("general/form_done")
    plan = planned(goal("Fill in the form and submit it", payload=PERSON), seen, history)
    assert told(plan, seen) == ["complete"]


def test_reads_cards_into_numbers_and_addresses(look: Look) -> None:
    fields = {
        "name": {"type": "string"},
        "price": {"type": "number"},
        "url": {"type": "string", "format": "uri"},
    }
    schema = {"type": "array", "items": {"type": "object", "properties": fields}}
    plan = planned(goal("", "Extract all products", schema), look("general/products"))
    names = [(one["name"], one["price"]) for one in extracted(plan)]
    assert names == [("Blue mug", 12.5), ("Red mug", 1013.0), ("Tea pot", 30.0)]
    addresses = [one["url"] for one in extracted(plan)]
    assert [each.rpartition("/")[0] for each in addresses] == ["https://shop.example/p"] * 3
    assert len(set(addresses)) == 3


def test_reads_single_values_by_their_labels(look: Look) -> None:
    fields = {
        "invoice_number": {"type": "string"},
        "due_date": {"type": "string", "format": "date"},
        "total": {"type": "number"},
    }
    schema = {"type": "object", "properties": fields}
    plan = planned(goal("", "Extract the invoice's data", schema), look("general/scalars"))
    assert extracted(plan) == {
        "invoice_number": "INV-2024-1",
        "due_date": "2024-07-03",
        "total": 120.5,
    }


def test_reads_a_table_without_a_schema(look: Look) -> None:
    plan = planned(goal("", "Extract the exchange rates"), look("general/noschema"))
    assert extracted(plan)["records"] == [
        {"Pair": "EUR/USD", "Rate": "1.08"},
        {"Pair": "GBP/USD", "Rate": "1.27"},
    ]


@pytest.mark.parametrize(
    ("page", "words", "expected"),
    [
        ("newest_dl", "Download the latest invoice", "https://shop.example/r/RE-3.pdf"),
        ("dl_statement", "Download the March 2024 statement", "https://shop.example/s/3.pdf"),
    ],
)
def test_downloads_what_is_named(page: str, words: str, expected: str, look: Look) -> None:
    seen = look(f"general/{page}")
    plan = planned(goal(words, complete_on_download=True), seen)
    assert told(plan, seen) == [f"download {expected}"]
