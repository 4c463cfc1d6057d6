"""What a block type says about itself.

A block type is one class in one file: its fields, its typed output, how it is carried out, and
everything that the compiler, the checks, the schema, the pictures and the answers want to know of
it. None of them looks at ``block_type``; they ask the class.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    assert_never,
    get_args,
    get_origin,
)

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.blocks.entry import BlockEntry, entry_type
from skyvern_dagster.templating.value_shape import (
    ANYTHING,
    ValueShape,
    object_of,
    shape_of_model,
)

_LONGEST_SENTENCE = 120
"""Characters: a line of a picture of a workflow, in which a block has two or three."""

if TYPE_CHECKING:
    from skyvern_dagster.blocks.context import BlockContext
    from skyvern_dagster.blocks.outcome import BlockOutcome

Resolve = Callable[[str], "dict[str, Any] | None"]
"""Key of a parameter -> the parameter as Skyvern's API shows it."""

DOWNLOAD_DIRECTORY = "SKYVERN_DOWNLOAD_DIRECTORY"
"""Stands for all files that the run has downloaded so far (docs/contract.md#upload-to-s3)."""


@dataclass(frozen=True)
class RetryRule:
    """How often a failed block is tried again, and after how many seconds."""

    max_retries: int = 0
    delay_seconds: float = 0.0
    backoff: Literal["constant", "linear", "exponential"] = "exponential"

    def delay(self, attempt: int) -> float:
        """Seconds to wait before retry number ``attempt`` (from 1)."""
        match self.backoff:
            case "constant":
                return float(self.delay_seconds)
            case "linear":
                return float(self.delay_seconds * attempt)
            case "exponential":
                return float(self.delay_seconds * 2 ** (attempt - 1))
            case _:
                assert_never(self.backoff)


class BlockText(NamedTuple):
    """A text of a block that may refer to names.

    Attributes:
        path: Field, and the way to the text in it.
        may_be_key: Whether plain text may be a parameter key.
    """

    path: tuple[str | int, ...]
    text: str
    may_be_key: bool


INERT_FOR_AGENTS: frozenset[str] = frozenset(
    {
        "engine", "engine_pinned", "disable_cache", "cache_actions", "complete_verification",
        "complete_criterion_is_untrusted", "include_action_history_in_verification",
    }
)  # fmt: skip
"""Fields of Skyvern's blocks that an agent carries out, and that mean nothing here."""

Need = Literal["browser", "model", "s3", "email"]
"""What carrying a block out takes: something that a deployment must have, or be told about."""


class ModelUse(NamedTuple):
    """What a block needs a language model for.

    Attributes:
        what: In words that go on from the block's label: "reads the picture".
        required: Whether it fails without one, rather than doing without.
    """

    what: str
    required: bool = True


class BlockWarning(NamedTuple):
    """Something that is right in a definition, and will not work as it is.

    Attributes:
        path: Field, and the way to the value in it; empty for the block as a whole.
        hint: What to do.
    """

    path: tuple[str | int, ...]
    message: str
    hint: str


class Block(BaseModel):
    """A block of a definition; subclass :class:`LeafBlock` for one that does something itself.

    A subclass has a field ``block_type: Literal["<its name>"]``.

    A text field that takes a parameter may hold the parameter's key as plain text, or a Jinja
    template; the class variables list those fields for the checks and the plan.
    """

    # Definitions are validated as a whole: few types are by themselves.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    key_fields: ClassVar[tuple[str, ...]] = ()
    """Fields whose plain text may be a parameter key."""

    template_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that may hold Jinja but whose plain text is just text."""

    folder_fields: ClassVar[frozenset[str]] = frozenset()
    """Of the key fields, those whose plain text may also be the name of a folder."""

    parameter_fields: ClassVar[tuple[str, ...]] = ("parameter_keys",)
    """Fields that hold parameter keys and nothing else."""

    inert_fields: ClassVar[frozenset[str]] = frozenset({"model"})
    """Fields of Skyvern's current format that are accepted and have no effect here (a warning)."""

    needs: ClassVar[frozenset[Need]] = frozenset()
    """What carrying it out takes."""

    kind: ClassVar[str] = "skyvern"
    """Its badge in Dagster's UI (``dagster/compute_kind``)."""

    output_type: ClassVar[type[BaseModel]]
    """The model of its output."""

    entry_type: ClassVar[type[BlockEntry]]
    """The model of its entry in ``outputs=v2``; one with its output, where it has none itself."""

    entry_base: ClassVar[type[BlockEntry]] = BlockEntry
    """What its entry adds to, where it has no model of its own."""

    example: ClassVar[str] = ""
    """A block of this type, in YAML, for the documentation."""

    is_task: ClassVar[bool] = False
    """Whether an agent carries it out: a task with an id, steps and an outward answer."""

    changes_nothing: ClassVar[bool] = False
    """Whether no block of this type changes anything at a portal."""

    @property
    def only_reads(self) -> bool:
        """Whether carrying it out changes nothing at a portal, as far as can be told beforehand.

        Several iterations of a loop of such blocks may be under way at the same time.
        """
        return self.changes_nothing

    takes_downloads: ClassVar[bool] = False
    """Whether it does something with the run's downloads: with other ones it is done again."""

    block_type: str
    label: str = Field(description="Unique name of the block; its op is named after it.")
    continue_on_failure: bool = Field(
        default=False, description="Whether the run goes on when this block fails or terminates."
    )
    next_block_label: str | None = Field(
        default=None, description="Label of the block that comes next; else the one below."
    )
    next_loop_on_failure: bool = Field(
        default=False,
        description="In a loop: whether the loop goes on with its next item when this block fails "
        "or terminates.",
    )
    ignore_workflow_system_prompt: bool = Field(
        default=False, description="Whether the workflow's `workflow_system_prompt` isn't for it."
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        is_one_type = get_origin(cls.model_fields["block_type"].annotation) is Literal
        if is_one_type and hasattr(cls, "output_type") and "entry_type" not in vars(cls):
            cls.entry_type = entry_type(cls.type_name(), cls.output_type, cls.entry_base)

    @classmethod
    def type_name(cls) -> str:
        """The value of ``block_type`` that means this class."""
        (name,) = get_args(cls.model_fields["block_type"].annotation)
        return str(name)

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:  # noqa: ARG003 - for some
        """What a block with these fields, as a definition gives them, needs a model for."""
        return None

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:  # noqa: ARG003
        """What a block with these fields, as a definition gives them, will fail for here."""
        return iter(())

    @classmethod
    def uses_browser(cls) -> bool:
        """Whether it works on a page."""
        return "browser" in cls.needs

    @property
    def takes_browser_state(self) -> bool:
        """Whether it does something with the state that the browser was left in."""
        return self.uses_browser()

    @property
    def inner(self) -> Sequence[Block]:
        """The blocks in it."""
        return ()

    @classmethod
    def branches_in(cls, fields: Mapping[str, Any]) -> tuple[str | None, ...] | None:
        """The labels at which it may go on, one per branch; ``None`` where it has no branches.

        Args:
            fields: As a definition gives them, or as the model has them.
        """
        del fields
        return None

    @classmethod
    def branch_taken(cls, outcome: BlockOutcome) -> int | None:
        """Which of its branches an outcome says is taken; ``None`` for none."""
        del outcome
        return None

    def describe(self) -> str:
        """Its op's description: what it does, in the words of the definition."""
        return self.summary()

    def summary(self) -> str:
        """What it does, in half a line."""
        return str(self.block_type).replace("_", " ")

    @classmethod
    def failed_output(cls, reason: str) -> Any:  # noqa: ARG003 - for those that have a place for it
        """JSON form of the output of an attempt that came to nothing."""
        return None

    @classmethod
    def output_shape(cls, fields: Mapping[str, Any]) -> ValueShape:
        """What its output has, as far as that is known before it is carried out.

        Args:
            fields: The block as the definition has it.
        """
        del fields
        shape = shape_of_model(cls.output_type) if hasattr(cls, "output_type") else ANYTHING
        failed = cls.failed_output("")
        if shape.fields is None or not isinstance(failed, dict):
            return shape
        return object_of({**dict.fromkeys(failed, ANYTHING), **shape.fields})

    @classmethod
    def resolved(cls, fields: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
        """What Skyvern's API adds to the fields of a block in a definition that it answers.

        Args:
            fields: The block as the definition has it.
            resolve: Gives the whole parameter for a key, ``None`` for an unknown one.
        """
        if "parameter_keys" not in fields and "parameter_keys" not in cls.model_fields:
            return {}
        keys = fields.get("parameter_keys") or []
        return {"parameters": [each for key in keys if (each := resolve(key)) is not None]}

    @property
    def retry_rule(self) -> RetryRule:
        """When a failed attempt is repeated."""
        return RetryRule()

    @classmethod
    def texts_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The texts that may refer to names, in fields as a definition gives them."""
        for names, may_be_key in ((cls.key_fields, True), (cls.template_fields, False)):
            for name in names:
                for path, text in _strings(fields.get(name), (name,)):
                    yield BlockText(path, text, may_be_key)

    @classmethod
    def keys_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The parameter keys that a block names outside of texts."""
        for name in (each for each in cls.parameter_fields if each in cls.model_fields):
            for path, key in _strings(fields.get(name), (name,)):
                if key:
                    yield BlockText(path, key, may_be_key=True)

    def texts(self) -> Iterator[BlockText]:
        """The texts that may refer to names."""
        return self.texts_in(self.__dict__)

    def keys_used(self) -> tuple[str, ...]:
        """Parameter keys that the block names outside of texts."""
        return tuple(key.text for key in self.keys_in(self.__dict__))


class LeafBlock(Block):
    """A block that does something itself, rather than say which blocks are carried out when."""

    @abstractmethod
    def run(self, context: BlockContext) -> BlockOutcome:
        """Carries the block out, once.

        Raises:
            SkyvernDagsterError: It can't be done; the block has failed, and is tried again where
                the error says that this may help. An ``InfrastructureError`` says nothing about
                the block: it is tried again, and else the run fails.
        """
        ...


def first_sentence(text: str) -> str:
    """The first sentence of a text, cut where it is longer than a line of a picture."""
    flat = " ".join(text.split())
    first = flat.split(". ", maxsplit=1)[0].rstrip(".")
    return first if len(first) <= _LONGEST_SENTENCE else first[: _LONGEST_SENTENCE - 1] + "…"


def _strings(
    value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            yield path, value
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _strings(item, (*path, index))
        case dict():
            for key, item in value.items():
                yield from _strings(item, (*path, key))
        case _:
            return
