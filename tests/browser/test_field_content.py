"""What a field holds is read back: its own form of a value is the value, anything else is told."""

from __future__ import annotations

import pytest

from skyvern_dagster.browser import actions
from skyvern_dagster.reading.field_values import same_value
from tests.browser.visit import Visit


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("Masked date", "04/15/2024", ""),
        ("Phone", "5551234567", ""),
        ("Cents", "1020", 'holds "10.20"'),
        ("Short", "Vienna", "takes 4 characters only"),
        ("Stubborn", "new", 'holds "old"'),
    ],
)
def test_text_that_a_field_writes_in_its_own_way(
    visit: Visit, name: str, text: str, told: str
) -> None:
    visit.open("/fields")
    ref = visit.ref(name, "textbox")
    result = visit.run(actions.input_text(visit.session, ref, text, same=same_value))
    assert result.ok is (not told)
    assert told in result.error
    assert result.cause == ("not_taken" if told else None)


@pytest.mark.parametrize(
    ("name", "label", "told"),
    [
        ("Plan", "Pro", 'shows "Basic" as chosen'),
        ("Town", "Paris", ""),
        ("Town", "Paris, Texas", ""),
        ("Town", "Lyon", 'took "Nice" instead of "Lyon"'),
    ],
)
def test_an_option_that_isnt_taken(visit: Visit, name: str, label: str, told: str) -> None:
    visit.open("/fields")
    ref = visit.ref(name, "combobox")
    result = visit.run(actions.select_option(visit.session, ref, label=label))
    assert result.ok is (not told), result.error
    assert told in result.error
    assert result.cause == ("not_taken" if told else None)
