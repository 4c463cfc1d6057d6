"""The block types that there are: ours, and those of other packages.

A package adds its own by an entry point of the group ``skyvern_dagster.blocks``; a project, for the
process that it runs in, by ``load_workflow(..., blocks=[...])``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.action import ActionBlock
from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.code_block import CodeBlock
from skyvern_dagster.blocks.conditional import ConditionalBlock
from skyvern_dagster.blocks.data_export import DataExportBlock
from skyvern_dagster.blocks.download_to_s3 import DownloadToS3Block
from skyvern_dagster.blocks.email_inbox import EmailInboxBlock
from skyvern_dagster.blocks.extraction import ExtractionBlock
from skyvern_dagster.blocks.file_download import FileDownloadBlock
from skyvern_dagster.blocks.file_upload import FileUploadBlock
from skyvern_dagster.blocks.file_url_parser import FileUrlParserBlock
from skyvern_dagster.blocks.for_loop import ForLoopBlock, ForLoopEntry
from skyvern_dagster.blocks.google_sheets_read import GoogleSheetsReadBlock
from skyvern_dagster.blocks.google_sheets_write import GoogleSheetsWriteBlock
from skyvern_dagster.blocks.goto_url import GotoUrlBlock
from skyvern_dagster.blocks.http_request import HttpRequestBlock
from skyvern_dagster.blocks.human_interaction import HumanInteractionBlock
from skyvern_dagster.blocks.login import LoginBlock
from skyvern_dagster.blocks.loop import LoopBlock, LoopEntry, LoopIteration
from skyvern_dagster.blocks.navigation import NavigationBlock
from skyvern_dagster.blocks.pdf_fill import PdfFillBlock
from skyvern_dagster.blocks.pdf_parser import PdfParserBlock
from skyvern_dagster.blocks.print_page import PrintPageBlock
from skyvern_dagster.blocks.send_email import SendEmailBlock
from skyvern_dagster.blocks.split_pdf import SplitPdfBlock
from skyvern_dagster.blocks.task import TaskBlock
from skyvern_dagster.blocks.task_v2 import TaskV2Block
from skyvern_dagster.blocks.terminate import TerminateBlock
from skyvern_dagster.blocks.text_prompt import TextPromptBlock
from skyvern_dagster.blocks.upload_to_s3 import UploadToS3Block
from skyvern_dagster.blocks.validation import ValidationBlock
from skyvern_dagster.blocks.wait import WaitBlock
from skyvern_dagster.blocks.web_search import WebSearchBlock
from skyvern_dagster.blocks.while_loop import WhileLoopBlock, WhileLoopEntry
from skyvern_dagster.blocks.workflow_trigger import WorkflowTriggerBlock
from skyvern_dagster.errors import DefinitionError

OURS: tuple[type[Block], ...] = (
    TaskBlock,
    ForLoopBlock,
    WhileLoopBlock,
    ConditionalBlock,
    UploadToS3Block,
    SendEmailBlock,
    HumanInteractionBlock,
    WorkflowTriggerBlock,
    LoginBlock,
    NavigationBlock,
    ExtractionBlock,
    ActionBlock,
    FileDownloadBlock,
    GotoUrlBlock,
    ValidationBlock,
    TaskV2Block,
    PrintPageBlock,
    WaitBlock,
    TerminateBlock,
    CodeBlock,
    TextPromptBlock,
    HttpRequestBlock,
    WebSearchBlock,
    FileUrlParserBlock,
    PdfParserBlock,
    PdfFillBlock,
    SplitPdfBlock,
    DownloadToS3Block,
    FileUploadBlock,
    DataExportBlock,
    EmailInboxBlock,
    GoogleSheetsReadBlock,
    GoogleSheetsWriteBlock,
)
"""The block types of this package, in the order of the reference."""

ENTRY_POINTS = "skyvern_dagster.blocks"
"""The group of entry points whose objects are block classes."""

_added: dict[str, type[Block]] = {}
_users: list[type[BaseModel]] = []


def block_types() -> Mapping[str, type[Block]]:
    """``block_type`` -> its class.

    Raises:
        DefinitionError: A package's entry point doesn't give a block class.
    """
    return {**_installed(), **_added}


def add_blocks(classes: Iterable[type[Block]]) -> None:
    """Makes block types known to this process.

    Raises:
        DefinitionError: One is no block type, or there is another one of its name.
    """
    new = {}
    for each in classes:
        name = _name_of(each, getattr(each, "__qualname__", repr(each)))
        known = block_types().get(name)
        if known is not None and known is not each:
            raise DefinitionError(
                f"block type {name!r} is {known.__module__}.{known.__qualname__} already; give "
                f"{each.__module__}.{each.__qualname__} a block_type of its own"
            )
        new[name] = each
    if new.keys() - _added.keys():
        _added.update(new)
        _rebuild_all()


@contextmanager
def blocks_for_a_while() -> Iterator[None]:
    """Forgets, when the context is left, the block types that were added in it: for tests."""
    before = dict(_added)
    try:
        yield
    finally:
        if _added != before:
            _added.clear()
            _added.update(before)
            _rebuild_all()


def holds_blocks(model: type[BaseModel]) -> None:
    """Completes a model with fields of ``AnyBlock`` or ``AnyEntry``, now and when types are added.

    Such a model has ``defer_build=True``. Call it in the order in which models hold each other.
    """
    _users.append(model)
    _rebuild(model)


def block_union() -> Any:
    """The type of a field that holds any block, told apart by ``block_type``."""
    classes = tuple(block_types().values())
    return Annotated[Union[classes], Field(discriminator="block_type")]  # noqa: UP007 - a tuple


def entry_union() -> Any:
    """The type of a field that holds the entry of any block in ``outputs=v2``."""
    classes = tuple(each.entry_type for each in block_types().values())
    return Annotated[Union[classes], Field(discriminator="block_type")]  # noqa: UP007 - a tuple


def _rebuild_all() -> None:
    """Twice: loops hold each other, and a rebuilt model takes the others as they are just then."""
    for model in (*_users, *_users):
        _rebuild(model)


def _rebuild(model: type[BaseModel]) -> None:
    model.model_rebuild(force=True)


@cache
def _installed() -> Mapping[str, type[Block]]:
    types = {each.type_name(): each for each in OURS}
    for point in entry_points(group=ENTRY_POINTS):
        name = _name_of(point.load(), f"entry point {point.value!r}")
        types.setdefault(name, point.load())
    return types


def _name_of(candidate: Any, called: str) -> str:
    is_block = isinstance(candidate, type) and issubclass(candidate, LeafBlock | LoopBlock)
    if not is_block or not hasattr(candidate, "output_type"):
        raise DefinitionError(
            f"{called} is no block type: it must be a subclass of skyvern_dagster.blocks.block."
            "LeafBlock with an output_type"
        )
    try:
        return str(candidate.type_name())
    except (KeyError, ValueError) as error:
        raise DefinitionError(
            f'{called} has no block_type of its own: give it a field block_type: Literal["..."]'
        ) from error


for _model in (
    ForLoopBlock, WhileLoopBlock, LoopBlock, LoopIteration, LoopEntry, ForLoopEntry, WhileLoopEntry,
):  # fmt: skip
    holds_blocks(_model)
