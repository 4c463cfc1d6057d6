"""A Google spreadsheet: its sheets, their rows, and where rows go in them.

The API is https://developers.google.com/workspace/sheets/api/reference/rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from skyvern_dagster.blocks.google_api import GoogleClient
from skyvern_dagster.errors import BlockError

_ID = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]+)")
_BARE_ID = re.compile(r"[A-Za-z0-9_-]{20,}")
_GID = re.compile(r"[#?&]gid=(\d+)")
_COLUMN = re.compile(r"[A-Z]{1,3}")

Row = dict[str, Any] | list[Any]


@dataclass(frozen=True)
class SheetPlace:
    """Which part of a spreadsheet is meant.

    Attributes:
        spreadsheet: Its id.
        gid: Number of the sheet, out of the address.
        sheet: Name of the sheet.
        cells: A range in it, as ``A1:C20``; empty for all of it.
    """

    spreadsheet: str
    gid: int | None = None
    sheet: str = ""
    cells: str = ""

    @classmethod
    def of(cls, address: str, sheet: str, cells: str) -> SheetPlace:
        """What fields of a block mean; a range may name the sheet, too.

        Raises:
            BlockError: The address is no spreadsheet's.
        """
        found = _ID.search(address)
        is_bare = _BARE_ID.fullmatch(address.strip())
        if found is None and is_bare is None:
            raise BlockError(
                f"spreadsheet_url: {address!r} is no spreadsheet: take the address that the "
                "browser shows (https://docs.google.com/spreadsheets/d/...)"
            )
        spreadsheet = found.group(1) if found else address.strip()
        gid = _GID.search(address)
        named, bang, rest = cells.rpartition("!")
        if bang:
            sheet, cells = sheet or named.strip("'").replace("''", "'"), rest
        return cls(spreadsheet, int(gid.group(1)) if gid else None, sheet, cells)


class Spreadsheet:
    """One sheet of a spreadsheet.

    Args:
        client: Who asks.
        place: Which part is meant.
    """

    def __init__(self, client: GoogleClient, place: SheetPlace) -> None:
        self._client = client
        self._place = place
        self._url = f"{client.addresses.sheets}/v4/spreadsheets/{place.spreadsheet}"
        self._title = ""

    @property
    def title(self) -> str:
        """The name of the sheet that is meant.

        Raises:
            BlockError: There is no such sheet.
        """
        if not self._title:
            self._title = self._found()
        return self._title

    def make_sheet_if_missing(self) -> bool:
        """Adds the named sheet, where there is none of that name; whether it did.

        Raises:
            BlockError: The spreadsheet can't be reached.
        """
        name = self._place.sheet
        if not name or name in self._titles().values():
            return False
        body = {"requests": [{"addSheet": {"properties": {"title": name}}}]}
        self._client.ask("POST", f"{self._url}:batchUpdate", body=body)
        self._title = name
        return True

    def rows(self, cells: str | None = None, *, exact: bool = False) -> list[list[Any]]:
        """The values of a range; short rows end where values do.

        Args:
            cells: Else the place's own range, else the whole sheet.
            exact: As they were written; else as the sheet shows them.

        Raises:
            BlockError: There is no such sheet, or Google refuses.
        """
        render = "UNFORMATTED_VALUE" if exact else "FORMATTED_VALUE"
        url = self._range(self._place.cells if cells is None else cells)
        given = self._client.ask("GET", url, {"valueRenderOption": render})
        values = given.get("values", [])
        return values if isinstance(values, list) else []

    def append(self, rows: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
        """Adds rows below the last one.

        Raises:
            BlockError: They were refused; where it is retryable, they may have been added all the
                same.
        """
        query = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
        url = f"{self._range(self._place.cells)}:append"
        return dict(self._client.ask("POST", url, query, {"values": rows}).get("updates") or {})

    def update(self, rows: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
        """Writes rows over what is there, from the first cell of the range on."""
        first = self._place.cells.partition(":")[0]
        body = {"values": rows}
        return dict(self._client.ask("PUT", self._range(first), {"valueInputOption": "RAW"}, body))

    def _range(self, cells: str) -> str:
        name = "'" + self.title.replace("'", "''") + "'"
        return f"{self._url}/values/{quote(f'{name}!{cells}' if cells else name, safe='')}"

    def _titles(self) -> dict[int, str]:
        given = self._client.ask("GET", self._url, {"fields": "sheets.properties(sheetId,title)"})
        sheets = [each.get("properties") or {} for each in given.get("sheets") or ()]
        return {int(each.get("sheetId") or 0): str(each.get("title")) for each in sheets}

    def _found(self) -> str:
        titles = self._titles()
        name, gid = self._place.sheet, self._place.gid
        if name:
            if name in titles.values():
                return name
            known = ", ".join(map(repr, titles.values())) or "none"
            raise BlockError(f"sheet_name: there is no sheet {name!r}; there are: {known}")
        if gid is not None and gid in titles:
            return titles[gid]
        first = next(iter(titles.values()), "")
        if not first:
            raise BlockError("spreadsheet_url: the spreadsheet has no sheets")
        return first


def as_objects(rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows as objects by the names in the first of them; a cell that isn't there is ``None``.

    A column without a name is called ``column_3``, the second of one name ``name_2``.
    """
    if not rows:
        return []
    width = max(map(len, rows))
    names: list[str] = []
    for index in range(width):
        given = str(rows[0][index]).strip() if index < len(rows[0]) else ""
        name = given or f"column_{index + 1}"
        count = 2
        while name in names:
            name, count = f"{given or 'column'}_{count}", count + 1
        names.append(name)
    return [
        {name: row[at] if at < len(row) else None for at, name in enumerate(names)}
        for row in rows[1:]
    ]


def rows_of(value: Any) -> list[Row]:
    """The rows that a value gives: a list of objects or lists, or one of them; JSON as text, too.

    Raises:
        BlockError: It gives none.
    """
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError:
            value = [[value]]
    match value:
        case None | "" | []:
            return []
        case dict():
            return [value]
        case list() if all(isinstance(each, dict | list) for each in value):
            return value
        case list():
            return [value]
        case _:
            return [[value]]


def in_columns(
    rows: Sequence[Row], header: Sequence[str], mapping: Mapping[str, str]
) -> list[list[Any]]:
    """Rows with each value in its column.

    Args:
        rows: Objects, or lists that stand as they are.
        header: Names of the sheet's columns.
        mapping: Name of a value -> its column's name, or letter.

    Raises:
        BlockError: A value has no column.
    """
    return [
        [_cell(each) for each in row] if isinstance(row, list) else _placed(row, header, mapping)
        for row in rows
    ]


def _placed(row: dict[str, Any], header: Sequence[str], mapping: Mapping[str, str]) -> list[Any]:
    places = {name: _column(mapping.get(name, name), header) for name in row}
    cells: list[Any] = [""] * max((place + 1 for place in places.values()), default=0)
    for name, value in row.items():
        cells[places[name]] = _cell(value)
    return cells


def _column(name: str, header: Sequence[str]) -> int:
    if name in header:
        return list(header).index(name)
    folded = [each.strip().casefold() for each in header]
    if name.strip().casefold() in folded:
        return folded.index(name.strip().casefold())
    if _COLUMN.fullmatch(name):
        place = 0
        for letter in name:
            place = place * 26 + ord(letter) - ord("A") + 1
        return place - 1
    known = ", ".join(map(repr, header)) or "none"
    raise BlockError(
        f"values: there is no column {name!r}; the sheet has: {known}. Name its column in "
        "column_mapping"
    )


def _cell(value: Any) -> Any:
    """A value as a cell takes it: texts stay texts, also where they begin like a formula."""
    match value:
        case None:
            return ""
        case bool() | int() | float() | str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def stand_among(rows: Sequence[Sequence[Any]], sheet: Sequence[Sequence[Any]]) -> bool:
    """Whether rows stand in a sheet, one below the other."""
    wanted, there = [_trimmed(row) for row in rows], [_trimmed(row) for row in sheet]
    starts = range(len(there) - len(wanted) + 1)
    return any(there[start : start + len(wanted)] == wanted for start in starts)


def _trimmed(row: Sequence[Any]) -> list[Any]:
    """Without the empty cells at its end, which the API leaves out."""
    cells = list(row)
    while cells and cells[-1] in ("", None):
        cells.pop()
    return cells
