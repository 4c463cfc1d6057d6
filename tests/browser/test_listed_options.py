"""Which option of a list is meant, and that none is taken for another."""

from __future__ import annotations

import pytest

from skyvern_dagster.browser.listed_options import option_index
from skyvern_dagster.errors import ActionError

STATES = ["Not paid yet", "Unpaid", "Fully paid", "Paid (by card)", "Paid in part"]


@pytest.mark.parametrize(
    ("labels", "wanted", "place"),
    [
        (["Female", "Male"], "male", 1),
        (["AT - Austria", "AU - Australia"], "Austria", 0),
        (["AT - Austria", "AU - Australia"], "au", 1),
        (["Standard (3 days)", "Express (1 day)"], "Express", 1),
        (["Vienna West", "Graz"], "vienna", 0),
        (["1", "10", "100"], "10", 1),
        (["  Two\n words "], "two words", 0),
        (["Twice", "Twice"], "Twice", 0),
        (STATES, "unpaid", 1),
    ],
)
def test_the_one_that_is_meant(labels: list[str], wanted: str, place: int) -> None:
    assert option_index(of(labels), wanted) == place


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["Female", "Other"], "Male"),
        (["Unpaid", "Not paid yet"], "Paid"),
        (["10", "100"], "1"),
        (["December 2023", "December 2024"], "December"),
        (STATES, "Paid"),
        (["All"], ""),
    ],
)
def test_none_is_taken_for_another(labels: list[str], wanted: str) -> None:
    with pytest.raises(ActionError, match="option"):
        option_index(of(labels), wanted)


def test_a_value_comes_before_a_label() -> None:
    options = [("b", "a", False), ("a", "b", False)]
    assert option_index(options, "b", by_value=True) == 1
    assert option_index(options, "b") == 0


def test_a_disabled_option_is_none() -> None:
    with pytest.raises(ActionError, match="no option"):
        option_index([("Gone", "g", True)], "Gone")


def of(labels: list[str]) -> list[tuple[str, str, bool]]:
    return [(label, f"value-{place}", False) for place, label in enumerate(labels)]
