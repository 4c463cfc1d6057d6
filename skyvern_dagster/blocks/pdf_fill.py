"""The ``pdf_fill`` block: a PDF form, filled in."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, ClassVar, Literal

from pydantic import Field

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.given_file import given_file
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.model_question import ModelRequest, ask_model, parameters_of
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.pdf_block import PdfBlock, PdfOutput
from skyvern_dagster.blocks.pdf_form import FormField, filled, form_fields, matched
from skyvern_dagster.errors import BlockError


class PdfFillBlock(PdfBlock):
    """Fills in the form of a PDF, which counts as a download of the run."""

    example: ClassVar[str] = """\
block_type: pdf_fill
label: fill_form
file_url: https://office.example/form.pdf
prompt: Fill in the form.
payload: {first_name: Ada, agreed: true}
"""
    key_fields: ClassVar[tuple[str, ...]] = (*PdfBlock.key_fields, "payload")

    block_type: Literal["pdf_fill"]
    payload: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="What to fill in."
    )

    def run(self, context: BlockContext) -> BlockOutcome:
        """Fills the form in; names that are the fields' own need no model.

        Raises:
            BlockError: There is no form, a value doesn't fit, or a model is needed and none is
                configured.
            InfrastructureError: The model's server doesn't answer.
        """
        file = given_file(context, self.file_url, "file_url")
        fields = {each.name: each for each in form_fields(file.content, file.name)}
        values, details = self._values(context, list(fields.values()))
        unknown = [name for name in values if name not in fields]
        if unknown:
            raise BlockError(f"the form has no field {', '.join(map(repr, unknown))}")
        written = {name: fields[name].written(value) for name, value in values.items()}
        content = filled(file.content, file.name, written)
        stem = PurePosixPath(file.name).stem
        files = keep_files(context, self.label, [(f"{stem}_filled.pdf", content)])
        context.log(f"filled in {len(written)} of {len(fields)} fields of {file.name}")
        output = PdfOutput(files=[each.filename for each in files], details=[{"fields": written}])
        return BlockOutcome(
            status="completed", output=output.model_dump(mode="json"), files=files, details=details
        )

    def _values(
        self, context: BlockContext, fields: list[FormField]
    ) -> tuple[dict[str, Any], dict[str, float]]:
        payload = self._payload(context)
        plainly = matched(payload, fields) if isinstance(payload, dict) else None
        if plainly is not None:
            return plainly, {}
        names = [each.name for each in fields]
        shown = json.dumps([each.as_dict() for each in fields], ensure_ascii=False)
        prompt = context.text(self.prompt, "prompt")
        item = {"field": {"type": "string", "enum": names}, "value": {"type": "string"}}
        asked = ModelRequest(
            request=f"Which value goes into which field of the form? {prompt}",
            schema={"type": "array", "items": {"type": "object", "properties": item}},
            text=shown,
            parameters={"payload": payload, **parameters_of(context, self.parameter_keys)},
        )
        answer = ask_model(context, "to fill in the form", asked)
        chosen = {str(each["field"]): each["value"] for each in answer.value or ()}
        if not chosen:
            raise BlockError("the model found nothing to fill in")
        return chosen, answer.details

    def _payload(self, context: BlockContext) -> Any:
        match self.payload:
            case str():
                value = context.value(self.payload, "payload")
            case dict():
                value = {
                    key: context.value(each, f"payload.{key}") if isinstance(each, str) else each
                    for key, each in self.payload.items()
                }
            case other:
                value = other
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value
