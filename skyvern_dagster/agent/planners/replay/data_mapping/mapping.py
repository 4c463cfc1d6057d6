"""What a recording says about data: where on the page each value stands, and in which form.

Texts may hold ``{{ variables }}``. No value that was read is kept.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.reading.notation import Notation


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadValue(_Part):
    """One value.

    Attributes:
        kind: Tells it from a list.
        path: Names on the way to it, in the data or in the record that it belongs to.
        label: What the page calls it: a column's header, a term, the words before a colon;
            ``#2`` for the second column without a name of its own.
        role: Role of the element that holds it.
        optional: Whether it is null where the place is empty.
    """

    kind: Literal["value"] = "value"
    path: tuple[str, ...] = ()
    label: str = ""
    role: str = ""
    form: Notation
    optional: bool = False


class _Repeated(_Part):
    """What is read from a table or a list.

    Attributes:
        shape: Whether it is a table or a list.
        name: Accessible name of the table.
        under: The heading above it.
        headers: Columns of the table; parts that an item can have, of a list.
    """

    shape: Literal["table", "list"]
    name: str = ""
    under: str = ""
    headers: tuple[str, ...] = ()
    each: tuple[ReadValue, ...]


class ReadList(_Repeated):
    """A list with one entry for each row of a table, or each item of a list.

    Attributes:
        kind: Tells it from a value.
        path: Names on the way to it; empty where it is all of the data.
        each: The values of an entry; one without a path where entries are no objects.
        absent: Names of an entry that are null, since no column has them.
    """

    kind: Literal["list"] = "list"
    path: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class RowKey(_Part):
    """A part of the row that is wanted, by its label and role; its text holds variables."""

    label: str = ""
    role: str = ""
    text: str


class ReadRow(_Repeated):
    """Values of the one row of a table, or item of a list, that shows a task's variables.

    Attributes:
        kind: Tells it from a list.
        keys: What the row shows; no other row shows all of it.
        each: The values, with their paths in the data.
    """

    kind: Literal["row"] = "row"
    keys: tuple[RowKey, ...]


class DataMapping(_Part):
    """How the data of a task is read off a page.

    Attributes:
        schema_digest: Of the schema that the data was read for.
        parts: Values, rows and lists.
        headings: Headings of the page, digits as ``0``.
        labels: What the page gives labelled values of.
        controls: Digest of the links, buttons and fields around the data.
        paged: Whether the data goes over several pages: what leads from one to another, and which
            page it is, then tells nothing.
    """

    schema_digest: str
    paged: bool = False
    parts: tuple[Annotated[ReadValue | ReadRow | ReadList, Field(discriminator="kind")], ...]
    headings: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    controls: str = ""
