"""A loop over fifty invoices, in a browser: links with names of their own, hardly any calls."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fpdf import FPDF

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand_models import decide
from tests.agent.workflow_run import ran
from tests.loopback import Answering, LoopbackSite, bound

_MONTHS = ("January", "February", "March", "April", "May")
_NUMBERS = tuple(f"R-{1000 + 37 * place}" for place in range(50))
_MOST_CALLS = 3

_WORKFLOW = """
title: Invoices
planner: auto
workflow_definition:
  parameters:
    - {key: site, parameter_type: workflow, workflow_parameter_type: string}
    - {key: numbers, parameter_type: workflow, workflow_parameter_type: json}
    - {key: number, parameter_type: context, source_parameter_key: numbers}
  blocks:
    - block_type: for_loop
      label: each
      loop_over_parameter_key: numbers
      loop_blocks:
        - block_type: task
          label: fetch
          url: "{{ site }}/invoices"
          parameter_keys: [number]
          complete_on_download: true
          navigation_goal: Download the invoice {{ number }}
"""


def _name(place: int) -> str:
    return f"{_MONTHS[place % 5]} invoice {_NUMBERS[place]}"


class _Site(LoopbackSite):
    def __init__(self) -> None:
        self.served: Counter[str] = Counter()
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    protocol_version = "HTTP/1.1"
    site: _Site

    def get(self) -> None:
        path = unquote(self.path)
        if not path.startswith("/file/"):
            rows = "".join(
                f"<tr><td>{number}</td><td>2024-05-{place % 28 + 1:02}</td>"
                f"<td><a href='/file/{place * 7919 % 1009}/{number}'>{_name(place)}</a></td></tr>"
                for place, number in enumerate(_NUMBERS)
            )
            self.page(f"<html lang=en><h1>Invoices</h1><table>{rows}</table></html>")
            return
        number = path.rpartition("/")[2]
        self.site.served[number] += 1
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font("Helvetica")
        pdf.cell(text=f"Invoice {number}")
        disposition = 'attachment; filename="invoice.pdf"'
        self.answer(200, "application/pdf", bytes(pdf.output()), Content_Disposition=disposition)


def _take_asked(request: ChatRequest) -> dict[str, Any]:
    """Reads the page: the link behind the number that the task names."""
    asked = next(one for one in _NUMBERS if one in request.texts[1])
    link = re.search(rf'link "[^"]*{asked}[^"]*" \[(\w+)\]', request.texts[-1])
    assert link is not None
    return decide({"type": "download", "ref": link[1]}, {"type": "complete"})


@pytest.mark.long
def test_fifty_invoices_cost_hardly_a_call(tmp_path: Path, runtime: BrowserRuntime) -> None:
    with _Site() as site, ModelServer([_take_asked] * len(_NUMBERS)) as server:
        parameters = {"site": site.url, "numbers": list(_NUMBERS)}
        model = server.settings(retries=0)
        records = ran(tmp_path, runtime, _WORKFLOW, parameters, model=model).tasks
        assert server.calls <= _MOST_CALLS
    assert len(records) == len(_NUMBERS)
    assert all(record.outcome.status == "completed" for record in records)
    assert sorted(site.served) == sorted(_NUMBERS)
    taken = [file.filename for record in records for file in record.outcome.files]
    assert len(taken) == len(_NUMBERS)
