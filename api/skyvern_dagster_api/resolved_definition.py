"""A definition as Skyvern answers it: keys replaced by the parameters that they name.

Clients check these shapes (seen with the official ones): each block has its ``output_parameter``,
a context parameter its ``source``, a loop what it goes over, an e-mail its SMTP secrets.
"""

from __future__ import annotations

from typing import Any

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.mail_account import SMTP_FIELDS
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.blocks.send_email import SendEmailBlock
from skyvern_dagster.ids import stable_id
from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

_WITH_ROW = {
    "workflow": "workflow_parameter_id",
    "aws_secret": "aws_secret_parameter_id",
    "credential": "credential_parameter_id",
    "azure_secret": "azure_secret_parameter_id",
    "azure_vault_credential": "azure_vault_credential_parameter_id",
    "bitwarden_credit_card_data": "bitwarden_credit_card_data_parameter_id",
    "bitwarden_login_credential": "bitwarden_login_credential_parameter_id",
    "bitwarden_sensitive_information": "bitwarden_sensitive_information_parameter_id",
    "onepassword": "onepassword_credential_parameter_id",
    "output": "output_parameter_id",
}


_BITWARDEN_PARTS = ("client_id", "client_secret", "master_password")

_FILLED: dict[str, dict[str, Any]] = {
    "wait": {"wait_sec": 0},
    "send_email": {"sender": "", "body": ""},
    **{
        kind: {f"bitwarden_{part}_aws_secret_key": "" for part in _BITWARDEN_PARTS}
        for kind in _WITH_ROW
        if kind.startswith("bitwarden_")
    },
}
"""What a definition may leave out here and clients insist on: one such workflow would keep them
from reading the whole list."""

_SMTP = tuple(name.removesuffix("_secret_parameter_key") for name in SMTP_FIELDS)


class ResolvedDefinition:
    """Resolves one stored definition.

    Args:
        stored: For ids and times.
        body: Its ``workflow_definition``, as YAML has it.
    """

    def __init__(self, stored: StoredWorkflow, body: dict[str, Any]) -> None:
        self._stored = stored
        self._body = body
        self._given = {
            each["key"]: _known(each, PARAMETER_MODELS[each["parameter_type"]])
            for each in body.get("parameters") or []
        }

    def as_dict(self) -> dict[str, Any]:
        """The whole of it: what was given, and what is resolved beside it."""
        labels = list(_labels(self._body.get("blocks") or []))
        parameters = [self._parameter(key) for key in self._given]
        outputs = [self._output(label) for label in labels]
        blocks = [self._block(block) for block in self._body.get("blocks") or []]
        return {**self._body, "parameters": parameters + outputs, "blocks": blocks}

    def _parameter(self, key: str, around: tuple[str, ...] = ()) -> dict[str, Any] | None:
        given = self._given.get(key)
        if given is None:
            return self._output(key.removesuffix("_output")) if key.endswith("_output") else None
        kind = given["parameter_type"]
        if kind == "context":
            source = given["source_parameter_key"]
            known = None if source in around else self._parameter(source, (*around, key))
            return {**given, "source": known or self._output(source), "value": None}
        row: dict[str, Any] = {}
        if kind in _WITH_ROW:
            row = self._row(_WITH_ROW[kind], key)
        if kind == "credential":
            row["credential_id"] = given.get("credential_id") or key
        if kind == "workflow":
            row["workflow_parameter_type"] = given.get("workflow_parameter_type", "string")
        return _filled(kind, {**given, **row})

    def _output(self, label: str) -> dict[str, Any]:
        key = f"{label}_output"
        return {
            "parameter_type": "output",
            "key": key,
            "description": f"Output of block {label}",
            **self._row("output_parameter_id", key),
        }

    def _unset_secret(self) -> dict[str, Any]:
        """Clients ask for a secret of each part of an SMTP account, also where none is used."""
        row = self._row("aws_secret_parameter_id", "")
        return {"parameter_type": "aws_secret", "key": "", "aws_key": "", **row}

    def _row(self, id_field: str, key: str) -> dict[str, Any]:
        return {
            id_field: stable_id("op", self._stored.workflow_id, key),
            "workflow_id": self._stored.workflow_id,
            "created_at": self._stored.created_at,
            "modified_at": self._stored.modified_at,
            "deleted_at": None,
        }

    def _block(self, given: dict[str, Any]) -> dict[str, Any]:
        model = block_types().get(str(given["block_type"]), Block)
        block = _known(given, model)
        resolved = {**block, "output_parameter": self._output(block["label"])}
        resolved |= model.resolved(block, self._parameter)
        if model is SendEmailBlock:
            resolved |= {name: self._unset_secret() for name in _SMTP if resolved[name] is None}
        if "loop_blocks" in block:
            resolved["loop_blocks"] = [self._block(each) for each in block["loop_blocks"] or []]
        return _filled(str(block["block_type"]), resolved)


def _known(fields: dict[str, Any], model: type[Any]) -> dict[str, Any]:
    """Without what the format doesn't have there, which Skyvern doesn't keep, either.

    A client may know a field of that name, of another form, in what it is answered.
    """
    known = model.model_fields.keys() | model.inert_fields
    return fields if model is Block else {k: v for k, v in fields.items() if k in known}


def _filled(kind: str, answer: dict[str, Any]) -> dict[str, Any]:
    """A block or parameter with what clients insist on."""
    missing = {
        name: text for name, text in _FILLED.get(kind, {}).items() if answer.get(name) is None
    }
    return {**answer, **missing}


def _labels(blocks: list[dict[str, Any]]) -> list[str]:
    labels: list[str] = []
    for block in blocks:
        labels.append(block["label"])
        labels += _labels(block.get("loop_blocks") or [])
    return labels
