"""The form of a PDF: its fields, filling them in, and cutting a document into several."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from skyvern_dagster.errors import BlockError
from skyvern_dagster.reading.pdf_errors import pdf_errors

if TYPE_CHECKING:
    from pypdf import PdfReader

FieldKind = Literal["text", "choice", "checkbox", "other"]

_KINDS: dict[str, FieldKind] = {"/Tx": "text", "/Ch": "choice", "/Btn": "checkbox"}
_OFF = "/Off"


@dataclass(frozen=True)
class FormField:
    """One field of a form.

    Attributes:
        options: What can be chosen; of a box the name of its ticked state.
    """

    name: str
    kind: FieldKind
    options: tuple[str, ...] = ()
    label: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For people and models."""
        shown = {"name": self.name, "kind": self.kind, "label": self.label}
        return {**shown, "options": list(self.options)} if self.options else shown

    def written(self, value: Any) -> str:
        """A value as the form holds it.

        Raises:
            BlockError: It can't be chosen here.
        """
        if self.kind == "checkbox":
            return self._ticked(value)
        text = "" if value is None else str(value)
        if self.kind == "choice" and text and text not in self.options:
            near = [each for each in self.options if each.casefold() == text.strip().casefold()]
            if not near:
                raise BlockError(
                    f"field {self.name!r} can't be {text!r}; it takes: {', '.join(self.options)}"
                )
            return near[0]
        return text

    def _ticked(self, value: Any) -> str:
        word = str(value).strip().lower()
        if value is True or word in ("true", "yes", "on", "x", "1"):
            return self.options[0] if self.options else "/Yes"
        if value in (False, None) or word in ("false", "no", "off", "", "0"):
            return _OFF
        named = [each for each in self.options if each.lstrip("/").casefold() == word]
        if not named:
            raise BlockError(f"field {self.name!r} is a box: true or false, not {value!r}")
        return named[0]


def form_fields(content: bytes, name: str) -> list[FormField]:
    """The fields of a PDF's form.

    Raises:
        BlockError: It is no PDF, or has no form.
    """
    with _opened(content, name) as reader:
        found = reader.get_fields() or {}
        fields = [_field(key, dict(each)) for key, each in found.items()]
    usable = [each for each in fields if each is not None and each.kind != "other"]
    if not usable:
        raise BlockError(f"{name} has no form that could be filled in")
    return usable


def _field(key: str, data: Mapping[str, Any]) -> FormField | None:
    kind = _KINDS.get(str(data.get("/FT")), "other")
    options: tuple[str, ...] = ()
    if kind == "choice":
        given = data.get("/_States_") or data.get("/Opt") or ()
        options = tuple(str(each[-1] if isinstance(each, list) else each) for each in given)
    elif kind == "checkbox":
        options = tuple(str(each) for each in data.get("/_States_") or () if str(each) != _OFF)
    return FormField(key, kind, options, str(data.get("/TU") or ""))


def filled(content: bytes, name: str, values: Mapping[str, str]) -> bytes:
    """The PDF with values in its fields, which are read back before it is given.

    Raises:
        BlockError: A field doesn't hold what was put into it.
    """
    from pypdf import PdfWriter

    with _opened(content, name) as reader:
        writer = PdfWriter(clone_from=reader)
        for page in writer.pages:
            if "/Annots" in page:
                writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
        writer.set_need_appearances_writer(True)
        written = io.BytesIO()
        writer.write(written)
    with _opened(written.getvalue(), name) as again:
        held = {key: str(each.get("/V", "")) for key, each in (again.get_fields() or {}).items()}
    wrong = [key for key, value in values.items() if held.get(key, "") not in _forms(value)]
    if wrong:
        raise BlockError(f"{name} doesn't hold what was filled in: {', '.join(wrong)}")
    return written.getvalue()


def _forms(value: str) -> tuple[str, ...]:
    return (value, "") if value == _OFF else (value,)


def page_texts(content: bytes, name: str) -> list[str]:
    """The text of each page.

    Raises:
        BlockError: It is no PDF.
    """
    with _opened(content, name) as reader:
        return [page.extract_text() for page in reader.pages]


def pages_of(content: bytes, name: str, first: int, last: int) -> bytes:
    """A PDF of some of the pages, counted from 1.

    Raises:
        BlockError: It is no PDF.
    """
    from pypdf import PdfWriter

    with _opened(content, name) as reader:
        writer = PdfWriter()
        for number in range(first - 1, last):
            writer.add_page(reader.pages[number])
        written = io.BytesIO()
        writer.write(written)
        return written.getvalue()


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[PdfReader]:
    from pypdf import PdfReader

    if b"%PDF-" not in content[:1024]:
        raise BlockError(f"{name} is no PDF: it doesn't begin with %PDF")
    # ImportError: encrypted with AES, and no library for that.
    problems: tuple[type[Exception], ...] = (*pdf_errors(), ImportError)
    try:
        yield PdfReader(io.BytesIO(content))
    except problems as error:
        raise BlockError(f"{name} can't be opened as a PDF: {error}") from error


def matched(payload: Mapping[str, Any], fields: Sequence[FormField]) -> dict[str, Any] | None:
    """The payload by the names of fields; ``None`` where one of its names isn't plainly a field's.

    ``first_name`` is the field ``First Name``; a label counts as a name.
    """
    by_name: dict[str, str] = {}
    for each in fields:
        for spelling in (each.name.rpartition(".")[2], each.label, each.name):
            if spelling:
                by_name[_plain(spelling)] = each.name
    found = {key: by_name.get(_plain(str(key))) for key in payload}
    if not found or any(each is None for each in found.values()):
        return None
    return {name: payload[key] for key, name in found.items() if name is not None}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
