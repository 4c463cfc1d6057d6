"""A task's facts in recorded texts."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.variables import Variables


@pytest.mark.parametrize(
    ("value", "text", "lifted"),
    [
        ("RE-2024-17", "Rechnung_RE-2024-17.pdf", "Rechnung_{{ id }}.pdf"),
        ("4711", "bill_4711_copy", "bill_{{ id }}_copy"),
        ("4711", "/orders/4711?x=4711", "/orders/{{ id }}?x={{ id }}"),
        ("4711", "14711 4711a A4711", "14711 4711a A4711"),
        ("123", "page_123, 123", "page_123, {{ id }}"),
        ("a b/c", "?q=a%20b%2Fc&n=A B/C", "?q={{ id }}&n={{ id }}"),
        ("17", "Invoice 17", "Invoice 17"),
    ],
)
def test_a_value_is_a_variable_where_it_stands_by_itself(
    value: str, text: str, lifted: str
) -> None:
    assert Variables({"id": value}).lift(text) == lifted
