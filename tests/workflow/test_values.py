"""The values that a run is given: as text from a command line, and as they come over REST."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.parameters import ValueType, WorkflowParameter, coerce
from skyvern_dagster.workflow.values import check_parameters
from tests.laws import LAW
from tests.workflow.documents import document, found_at_marks, load
from tests.workflow.strategies import VALUES

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
)
KINDS: tuple[ValueType, ...] = ("string", "integer", "float", "boolean", "json", "file_url")


def test_all_six_types_are_tried_here() -> None:
    assert set(KINDS) == set(VALUES)
    assert len(KINDS) == 6


@LAW
@given(st.sampled_from(KINDS), st.data())
def test_a_fitting_value_stays_and_its_text_means_it(kind: ValueType, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    assert coerce("k", kind, value) == value
    as_text = value if isinstance(value, str) else json.dumps(value)
    assert coerce("k", kind, as_text) == value


@LAW
@given(st.sampled_from(KINDS), ANYTHING)
def test_a_value_becomes_its_type_or_is_refused(kind: ValueType, value: Any) -> None:
    try:
        found = coerce("k", kind, value)
    except ParameterError:
        return
    json.dumps(found, allow_nan=False).encode()
    assert coerce("k", kind, found) == found
    types: dict[str, type] = {"integer": int, "float": float, "boolean": bool}
    if kind != "json":
        assert type(found) is types.get(kind, str)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", 5, "5"),
        ("string", 1.5, "1.5"),
        ("string", date(2024, 4, 15), "2024-04-15"),
        ("string", datetime(2024, 4, 15, 8), "2024-04-15T08:00:00"),  # noqa: DTZ001
        ("string", "", ""),
        ("integer", " +5 ", 5),
        ("integer", "-5", -5),
        ("integer", 5.0, 5),
        ("float", "5", 5.0),
        ("float", 5, 5.0),
        ("float", " -1.5e3 ", -1500.0),
        ("boolean", " Yes", True),
        ("boolean", "TRUE", True),
        ("boolean", "0", False),
        ("boolean", 1, True),
        ("json", "[1, {}]", [1, {}]),
        ("json", "null", None),
        ("json", '"x"', "x"),
        ("json", [1, "{"], [1, "{"]),
        ("json", 5, 5),
        ("file_url", "s3://b/k", "s3://b/k"),
    ],
)
def test_what_values_become(kind: ValueType, value: Any, expected: Any) -> None:
    found = coerce("k", kind, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("string", True, "parameter 'k' must be a text, not bool True"),
        ("string", ["a"], "parameter 'k' must be a text, not list ['a']"),
        ("string", "\ud800", "parameter 'k' must be a text"),
        ("integer", "5.0", "parameter 'k' must be a whole number, not str '5.0'"),
        ("integer", 5.5, "parameter 'k' must be a whole number, not float 5.5"),
        ("integer", True, "must be a whole number, not bool True"),
        ("integer", "+-5", "must be a whole number, not str '+-5'"),
        ("integer", "1_000", "must be a whole number"),
        ("integer", "9" * 5000, "must be a whole number, not str '9999"),
        ("integer", "", "must be a whole number, not str ''"),
        ("float", "1,5", "parameter 'k' must be a number, not str '1,5'"),
        ("float", "nan", "must be a number"),
        ("float", math.inf, "must be a number, not float inf"),
        ("float", 10**400, "must be a number, not int 1000"),
        ("float", "1_0", "must be a number"),
        ("boolean", "maybe", "parameter 'k' must be true or false, not str 'maybe'"),
        ("boolean", 2, "must be true or false, not int 2"),
        ("boolean", [], "must be true or false, not list []"),
        ("json", "{", "parameter 'k' must be JSON: Expecting property name"),
        ("json", "abc", "parameter 'k' must be JSON"),
        ("json", "NaN", "parameter 'k' must be JSON: Out of range float"),
        ("json", math.nan, "parameter 'k' must be JSON: Out of range float"),
        ("json", {1, 2}, "parameter 'k' must be JSON: Object of type set"),
        ("json", ["\ud800"], "parameter 'k' must be JSON: it holds half of a character"),
        ("json", "[" * 100_000, "parameter 'k' must be JSON"),
        ("file_url", 5.5, None),
        ("file_url", {}, "parameter 'k' must be a URL, not dict {}"),
    ],
)
def test_what_does_not_fit(kind: ValueType, value: Any, message: str | None) -> None:
    if message is None:
        assert coerce("k", kind, value) == str(value)
        return
    with pytest.raises(ParameterError) as caught:
        coerce("k", kind, value)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 200


OPEN_BRACE = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
PARAMETERS = """\
- {key: url, parameter_type: workflow, description: Address of the shop.}
- {key: limit, parameter_type: workflow, workflow_parameter_type: integer, default_value: '5'}
- {key: extra, parameter_type: workflow, workflow_parameter_type: json, default_value: '{"a": 1}'}
- {key: secret, parameter_type: aws_secret, aws_key: X}
- {key: login, parameter_type: credential}
"""


def test_defaults_fill_in_as_their_types() -> None:
    definition = load(document(parameters=PARAMETERS)).definition
    assert check_parameters(definition, {"url": "x", "limit": None}) == {
        "url": "x", "limit": 5, "extra": {"a": 1},
    }  # fmt: skip
    given = {"url": "x", "limit": "7", "extra": "[]"}
    assert check_parameters(definition, given) == {"url": "x", "limit": 7, "extra": []}


def test_all_problems_are_named_at_once() -> None:
    definition = load(document(parameters=PARAMETERS)).definition
    with pytest.raises(ParameterError) as caught:
        check_parameters(definition, {"urll": "x", "limit": "many", "extra": "{", "secret": "s3cr"})
    assert str(caught.value).split("; ") == [
        "unknown parameter 'urll' (did you mean 'url'?)",
        "unknown parameter 'secret' (declared: url, limit, extra)",
        "parameter 'url' is required: Address of the shop.",
        "parameter 'limit' must be a whole number, not str 'many'",
        f"parameter 'extra' must be JSON: {OPEN_BRACE}",
    ]


def test_a_workflow_without_parameters() -> None:
    definition = load(document()).definition
    assert check_parameters(definition, {}) == {}
    with pytest.raises(ParameterError, match=r"unknown parameter 'x' \(declared: none\)"):
        check_parameters(definition, {"x": 1})


@pytest.mark.parametrize(
    ("kind", "default"),
    [("integer", "abc"), ("string", "[a]"), ("json", "'{'"), ("boolean", "2"), ("float", "x")],
)
def test_a_default_that_does_not_fit_is_found_when_loading(kind: str, default: str) -> None:
    parameter = f"- {{key: k, parameter_type: workflow, workflow_parameter_type: {kind}, "
    (finding,) = found_at_marks(document(parameters=f"{parameter}§default_value: {default}}}\n"))
    assert finding.message.startswith("the default doesn't fit: parameter 'k' must be ")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-05-01", "2024-05-01"), ("1.10", "1.10"), ("no", "no"), ("on", "on"),
        ("01067", "01067"), ("12:30:00", "12:30:00"), ("1e3", "1e3"), ("0x1F", "0x1F"),
        ("1_000", "1_000"), ("+1", "+1"), ("true", "true"), ("~", None), ("", None), ("'7'", "7"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("of", ["{%s}", "{<<: {%s}, description: x}", "{<<: [{x: 1}, {%s}]}"])
def test_the_default_of_a_text_is_what_is_written(written: str, read: str | None, of: str) -> None:
    fields = f"key: k, parameter_type: workflow, default_value: {written}"
    text = document(parameters=f"- {(of % fields).replace('{x: 1}', '{description: y}')}\n")

    (parameter,) = load(text).definition.parameters
    assert isinstance(parameter, WorkflowParameter)
    assert parameter.default_value == read


@pytest.mark.parametrize("written", ["0777", "01067", "12:30", "1_000"])
def test_a_number_that_only_yaml_reads_so_is_told(written: str) -> None:
    block = (
        f"- {{block_type: http_request, label: a, url: 'https://x', body: {{§zip: {written}}}}}\n"
    )
    (finding,) = found_at_marks(document(block))
    assert finding.message == f"YAML reads {written} as a number in another notation"
    assert finding.hint == f'if it is a text, write "{written}"'


@pytest.mark.parametrize("written", ["0", "7", "-1", "1.10", "'01067'", "0x1F", "10e3"])
def test_numbers_that_everybody_reads_so_are_not(written: str) -> None:
    block = (
        f"- {{block_type: http_request, label: a, url: 'https://x', body: {{zip: {written}}}}}\n"
    )
    assert load(document(block)).warnings == ()
