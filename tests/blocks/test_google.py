"""Spreadsheets and folders of Google, against a server that stands for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from skyvern_dagster.blocks.file_download import FileDownloadBlock
from skyvern_dagster.blocks.file_upload import FileUploadBlock
from skyvern_dagster.blocks.google_sheets_read import GoogleSheetsReadBlock
from skyvern_dagster.blocks.google_sheets_write import GoogleSheetsWriteBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.spreadsheet import as_objects, in_columns, rows_of
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.attempt import carried_out
from tests.blocks.desk import Desk
from tests.blocks.google_server import (
    EMAIL,
    FOLDER,
    SPREADSHEET,
    Google,
    account_key,
    google_server,
)

ADDRESS = f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit"


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with google_server() as started:
        monkeypatch.setenv("SKYVERN_GOOGLE_API_URL", started.web.url)
        monkeypatch.delenv("SKYVERN_GOOGLE_SERVICE_ACCOUNT", raising=False)
        started.sheets = {"Orders": [["id", "total", "id"], ["A-1", 12.5], ["A-2", 3, "x"]],
                          "It's done": [["k"]]}  # fmt: skip
        yield started


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with the account's key as a secret."""
    return replace(
        desk,
        environment={"GOOGLE_KEY": account_key()},
        declarations=SecretDeclarations(values={"account": "GOOGLE_KEY"}),
        names={"account": "secret://account"},
    )


def read(office: Desk, **fields: Any) -> BlockOutcome:
    given = {"spreadsheet_url": ADDRESS, "credential_id": "account", **fields}
    block = GoogleSheetsReadBlock(block_type="google_sheets_read", label="block", **given)
    return carried_out(block, office.context())


def write(office: Desk, values: Any, **fields: Any) -> BlockOutcome:
    given = {"spreadsheet_url": ADDRESS, "credential_id": "account", **fields}
    block = GoogleSheetsWriteBlock(
        block_type="google_sheets_write", label="block", values=json.dumps(values), **given
    )
    return carried_out(block, office.context())


def test_rows_are_objects_by_their_header(google: Google, office: Desk) -> None:
    outcome = read(office)
    assert outcome.output == [
        {"id": "A-1", "total": "12.5", "id_2": None}, {"id": "A-2", "total": "3", "id_2": "x"},
    ]  # fmt: skip
    assert read(office, has_header_row=False).output[1] == ["A-1", "12.5"]


@pytest.mark.parametrize(
    "fields",
    [
        {"sheet_name": "It's done"},
        {"spreadsheet_url": f"{ADDRESS}#gid=100"},
        {"range": "'It''s done'!A1:B"},
        {"spreadsheet_url": SPREADSHEET, "sheet_name": "{{ 'It' + \"'\" + 's done' }}"},
    ],
)
def test_which_sheet_is_meant(google: Google, office: Desk, fields: dict[str, Any]) -> None:
    google.sheets["It's done"] += [[1]]
    assert read(office, **fields).output == [{"k": "1"}]


def test_rows_go_below_the_others_into_their_columns(google: Google, office: Desk) -> None:
    google.sheets["Orders"] = [["id", "Total "], ["A-1", 1]]
    values = [{"sum": 3.5, "id": "=1+1"}, {"id": "A-3", "extra": [1]}]
    outcome = write(office, values, column_mapping={"sum": "total", "extra": "D"})
    assert outcome.status == "completed", outcome.failure_reason
    assert google.sheets["Orders"][2:] == [["=1+1", 3.5], ["A-3", "", "", "[1]"]]
    assert outcome.output["updated_rows"] == 2


def test_a_new_sheet_begins_with_the_names(google: Google, office: Desk) -> None:
    outcome = write(office, [{"a": 1}, {"b": True}], sheet_name="New", create_sheet_if_missing=True)
    assert outcome.output["sheet_name"] == "New"
    assert google.sheets["New"] == [["a", "b"], [1], ["", True]]


def test_over_what_is_there(google: Google, office: Desk) -> None:
    write(office, [["x", 1]], write_mode="update", range="A1:B9")
    assert google.sheets["Orders"][0] == ["x", 1]


@pytest.mark.parametrize("status", [500, 503])
def test_rows_are_added_once(google: Google, office: Desk, status: int) -> None:
    """The answer of the first attempt was lost, and somebody else has added a row since."""
    values = [{"id": "A-3", "total": 7}]
    real = google.answer

    def breaks_off(came: Any) -> Any:
        answer = real(came)
        return replace(answer, status=status) if ":append" in came.path else answer

    google.answer = breaks_off  # type: ignore[method-assign]
    first = write(office, values)
    assert (first.status, first.retryable) == ("failed", True)
    google.answer = real  # type: ignore[method-assign]
    google.sheets["Orders"].append(["B-1", 1])
    second = write(office, values)
    assert second.output["note"] == "an attempt that broke off had added the rows"
    assert google.sheets["Orders"][3:] == [["A-3", 7], ["B-1", 1]]


def test_rows_that_were_not_added_are(google: Google, office: Desk) -> None:
    """Somebody else's row is none of ours."""
    assert write(office, [["A-3"]]).status == "completed"
    google.sheets["Orders"].pop()
    google.sheets["Orders"].append(["B-1"])
    assert write(office, [["A-3"]]).output["updated_rows"] == 1
    assert google.sheets["Orders"][3:] == [["B-1"], ["A-3"]]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"spreadsheet_url": "https://x.example/y"}, "is no spreadsheet"),
        ({"sheet_name": "Nope"}, "there is no sheet 'Nope'; there are: 'Orders', \"It's done\""),
        ({"spreadsheet_url": "1ZzZzZzZzZzZzZzZzZzZzZzZzZz"}, f"is it shared with {EMAIL}?"),
        ({"credential_id": "cred_of_skyvern"}, "the block needs a service account"),
        ({"credential_id": None}, "SKYVERN_GOOGLE_SERVICE_ACCOUNT"),
    ],
)
def test_what_is_wrong_is_said(
    google: Google, office: Desk, fields: dict[str, Any], reason: str
) -> None:
    outcome = read(office, **fields)
    assert outcome.status == "failed"
    assert reason in str(outcome.failure_reason)


def test_a_value_without_a_column(google: Google, office: Desk) -> None:
    outcome = write(office, [{"idd": 1}])
    assert "there is no column 'idd'; the sheet has: 'id', 'total'" in str(outcome.failure_reason)
    assert len(google.sheets["Orders"]) == 3


def test_the_servers_own_account(
    google: Google, office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is for definitions of the operator's only."""
    monkeypatch.setenv("SKYVERN_GOOGLE_SERVICE_ACCOUNT", account_key())
    block = GoogleSheetsReadBlock(
        block_type="google_sheets_read", label="block", spreadsheet_url=ADDRESS
    )
    trusted = carried_out(block, replace(office.context(), trust="definition"))
    assert len(trusted.output) == 2
    refused = carried_out(block, replace(office.context(), trust="nothing"))
    assert "the block needs a service account" in str(refused.failure_reason)


def test_the_key_stands_nowhere(google: Google, office: Desk) -> None:
    google.sheets["Orders"] = [["key"], [json.loads(account_key())["private_key"]]]
    outcome = read(office)
    assert "PRIVATE KEY" not in str(outcome.output) + "\n".join(office.lines)


def test_files_go_to_a_folder_and_come_from_there(google: Google, office: Desk) -> None:
    office.download("a.pdf", b"%PDF one")
    fields = {"google_credential_id": "account", "google_drive_folder_id": FOLDER}
    upload = FileUploadBlock(
        block_type="file_upload", label="block", storage_type="google_drive", path="2026/05",
        **fields,
    )  # fmt: skip
    for _ in range(2):
        outcome = carried_out(upload, office.context())
        assert outcome.output == ["https://drive.google.com/file/d/f0/view"]
    ((told, content),) = google.files
    assert content == b"%PDF one"
    assert told["parents"] == [FOLDER]
    assert told["name"].startswith("2026 - 05 - ")
    assert told["name"].endswith("a.pdf")
    download = FileDownloadBlock(
        block_type="file_download", label="block", navigation_goal="Take it.",
        download_target="google_drive", path="2026", **fields,
    )  # fmt: skip
    (file,) = carried_out(download, office.context()).files
    assert office.store.read(file.key) == b"%PDF one"


def test_rows_out_of_values() -> None:
    assert rows_of('[{"a": 1}]') == [{"a": 1}]
    assert rows_of({"a": 1}) == [{"a": 1}]
    assert rows_of([1, 2]) == [[1, 2]]
    assert rows_of("x") == [["x"]]
    assert rows_of([]) == rows_of(None) == rows_of("") == []
    assert as_objects([["a", "", "a"], [1, 2, 3, 4]]) == [
        {"a": 1, "column_2": 2, "a_2": 3, "column_4": 4}
    ]
    with pytest.raises(BlockError, match="there is no column 'z'"):
        in_columns([{"z": 1}], ["a"], {})
