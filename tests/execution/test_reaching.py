"""What templates reach through a block's output."""

from __future__ import annotations

import json
import pickle

import pytest

from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.absent import noting_absent
from skyvern_dagster.templating.block_output import reaching
from skyvern_dagster.templating.rendering import evaluate, render

TASK = {"task_id": "t", "status": "completed", "errors": [],
        "extracted_information": {"orders": [{"id": 1}], "status": "shipped"}}  # fmt: skip
NAMES = {"find": reaching(TASK), "find_output": reaching(TASK), "rows": reaching([{"a": 1}]),
         "code": reaching({"total": 3}),
         "empty": reaching({**TASK, "extracted_information": None})}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ find_output.orders }}", [{"id": 1}]),
        ("{{ find_output['orders'][0].id }}", 1),
        ("{{ find.output }}", TASK["extracted_information"]),
        ("{{ find.output.orders[0].id }}", 1),
        ("{{ find_output.extracted_information.orders }}", [{"id": 1}]),
        ("{{ find_output.status }}", "completed"),  # its own goes before
        ("{{ find_output }}", TASK),
        ("{% for each in find_output.orders %}{{ each.id }}{% endfor %}", "1"),
        ("{{ rows[0].a }}", 1),
        ("{{ code.total }}", 3),
        ("{{ code.output.total }}", 3),
        ("{{ empty.output }}", None),
        ("{{ 'orders' in find_output }}", False),
    ],
)
def test_what_is_reached(template: str, value: object) -> None:
    assert evaluate(template, NAMES) == value


def test_written_out_it_is_the_output_alone() -> None:
    assert json.loads(render("{{ find_output | tojson }}", NAMES)) == TASK
    assert render("x {{ code }}", NAMES) == "x {'total': 3}"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ find_output.gone }}", ""),
        ("x{{ find_output.gone.deeper[0] }}y", "xy"),
        ("{{ rows[7].a }}", ""),
        ("{{ empty.output.x }}", ""),
        ("{% if find_output.gone %}a{% else %}b{% endif %}", "b"),
        ("{% for each in find_output.gone %}a{% endfor %}", ""),
        ("{{ find_output.gone == '' }}", "True"),
        ("{{ find_output.gone | default('d') }}", "d"),
        ("{{ find_output.gone | tojson }}", "null"),
    ],
)
def test_what_is_missing_is_empty_and_noted(template: str, text: str) -> None:
    with noting_absent() as absent:
        assert render(template, NAMES) == text
    assert len(absent) == (0 if "default" in template else 1)


@pytest.mark.parametrize(
    "template",
    ["{{ unknown }}", "{{ unknown.x }}", "{{ find_output.__class__ }}", "{{ 'a'.b.c() }}"],
)
def test_what_can_not_be_meant(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, NAMES)


def test_it_can_be_handed_on() -> None:
    assert pickle.loads(pickle.dumps(NAMES))["find"]["orders"] == [{"id": 1}]
