"""Which of several files a text in plain words means; a language model reads it."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.model_question import ModelRequest, ask_model
from skyvern_dagster.errors import BlockError

_NAMES = {"type": "array", "items": {"type": "string"}}


def chosen_names(context: BlockContext, prompt: str, names: Sequence[str]) -> list[str]:
    """The names that are meant, in the order in which they were given.

    Raises:
        BlockError: No model is configured, or it names what isn't there.
    """
    asked = ModelRequest(
        request=f"Which of the files are meant? Answer with their names, as they stand. {prompt}",
        schema=_NAMES,
        text="\n".join(names),
    )
    answer = ask_model(context, "to choose the files", asked).value or []
    unknown = [str(each) for each in answer if each not in names]
    if unknown:
        raise BlockError(f"prompt: the model chose files that aren't there: {', '.join(unknown)}")
    return [name for name in names if name in answer]


def chosen_files(
    context: BlockContext, prompt: str, files: Sequence[StoredFile]
) -> tuple[StoredFile, ...]:
    """Of the run's downloads those that are meant.

    Raises:
        BlockError: As :func:`chosen_names`.
    """
    if not files:
        return ()
    names = chosen_names(context, prompt, list(dict.fromkeys(each.filename for each in files)))
    return tuple(each for each in files if each.filename in names)
