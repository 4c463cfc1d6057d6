"""What the texts of a definition can refer to, in a given scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

from skyvern_dagster.credentials.reference import CARD_FIELDS, SecretReference, field_name
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.templating.absent import note_absent
from skyvern_dagster.templating.block_output import reaching
from skyvern_dagster.templating.rendering import NamesOfRun
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.parameters import (
    EMPTY_NAMES,
    AwsSecretParameter,
    ContextParameter,
    CredentialParameter,
    OutputParameter,
    Parameter,
    WorkflowParameter,
)
from skyvern_dagster.workflow.vault_parameters import (
    AzureSecretParameter,
    AzureVaultCredentialParameter,
    BitwardenCreditCardDataParameter,
    BitwardenLoginCredentialParameter,
    BitwardenSensitiveInformationParameter,
    OnePasswordParameter,
)


class Names(NamesOfRun):
    """Parameters, outputs, loop values and reserved names; secrets are references.

    The output of a block that has not been carried out (its branch wasn't taken, the run ended
    before it) is empty, as in Skyvern, and noted.

    Raises:
        KeyError: At look-up, when there is no such name.
        BlockError: At look-up, when a context parameter's source lacks the value.
    """

    def __init__(self, definition: WorkflowDefinition, scope: Scope) -> None:
        self._parameters: dict[str, Parameter] = {each.key: each for each in definition.parameters}
        self._outputs = definition.output_names
        self._scope = scope
        self._plain = _plain_names(scope)

    def __getitem__(self, name: str) -> Any:
        if name in self._plain:
            return self._plain[name]
        if name in self._parameters:
            return self._parameter(self._parameters[name])
        if name in EMPTY_NAMES:
            return ""
        label = self._outputs[name]
        note_absent(f"the block {label!r} has not been carried out")
        return None

    def absent_among(self, names: Iterable[str]) -> frozenset[str]:
        """See the base class."""
        return frozenset(name for name in names if self._is_absent(name))

    def _is_absent(self, name: str) -> bool:
        """Whether it is the output of a block that has not been carried out, or comes from one."""
        if name in self._plain:
            return False
        parameter = self._parameters.get(name)
        if not isinstance(parameter, ContextParameter):
            return parameter is None and name in self._outputs
        source = parameter.source_parameter_key
        is_item = any(frame.source == source for frame in self._scope.frames)
        return not is_item and self._is_absent(source)

    def __iter__(self) -> Iterator[str]:
        yield from self._plain
        yield from self._parameters
        yield from (name for name in self._outputs if name not in self._plain)
        yield from EMPTY_NAMES

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return (
            name in self._plain
            or name in self._parameters
            or name in self._outputs
            or name in EMPTY_NAMES
        )

    def _parameter(self, parameter: Parameter) -> Any:
        match parameter:
            case (
                WorkflowParameter(workflow_parameter_type="credential_id")
                | CredentialParameter()
                | BitwardenLoginCredentialParameter()
                | OnePasswordParameter()
                | AzureVaultCredentialParameter()
            ):
                return _references(parameter.key, ("username", "password"))
            case BitwardenSensitiveInformationParameter():
                return _references(parameter.key, parameter.bitwarden_identity_fields)
            case BitwardenCreditCardDataParameter():
                return _references(parameter.key, CARD_FIELDS)
            case WorkflowParameter():
                return self._scope.parameters.get(parameter.key, parameter.default_value)
            case ContextParameter():
                return self._context(parameter)
            case AwsSecretParameter() | AzureSecretParameter():
                return str(SecretReference(parameter.key))
            case OutputParameter():
                return None
            case _:
                assert_never(parameter)

    def _context(self, parameter: ContextParameter) -> Any:
        """In a loop over the source the current item's (docs/contract.md#parameters)."""
        for frame in reversed(self._scope.frames):
            if frame.source == parameter.source_parameter_key:
                return _of_item(parameter, frame.value)
        source = self.get(parameter.source_parameter_key)
        if isinstance(source, dict):
            if source.get("errors"):
                return None
            extracted = source.get("extracted_information")
            inner = extracted if isinstance(extracted, dict) else source
            return inner.get(parameter.key)
        return source


def _references(key: str, fields: Iterable[str]) -> dict[str, str]:
    return {field: str(SecretReference(key, field_name(field))) for field in fields}


def _of_item(parameter: ContextParameter, item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if parameter.key not in item:
        raise BlockError(
            f"the current item of {parameter.source_parameter_key!r} has no {parameter.key!r}; "
            f"it has: {', '.join(map(str, item)) or 'nothing'}"
        )
    return item[parameter.key]


def _plain_names(scope: Scope) -> dict[str, Any]:
    names: dict[str, Any] = {
        "current_date": scope.current_date,
        "workflow_title": scope.workflow_title,
        "workflow_id": scope.workflow_permanent_id,
        "workflow_permanent_id": scope.workflow_permanent_id,
        "workflow_run_id": scope.workflow_run_id,
        "workflow_run_outputs": _run_outputs(scope),
        "workflow_run_summary": _run_summary(scope),
    }
    for label, output in scope.outputs.items():
        names[label] = names[f"{label}_output"] = reaching(output)
    return names | _loop_names(scope)


def _run_outputs(scope: Scope) -> dict[str, Any]:
    """By label, as Skyvern has them today; and by ``{label}_output``, as answers do."""
    by_label = dict(scope.outputs)
    return {**{f"{label}_output": output for label, output in by_label.items()}, **by_label}


def _run_summary(scope: Scope) -> dict[str, Any]:
    """How the run stands; in the ``finally`` block, how it has ended."""
    outputs = [each for each in scope.outputs.values() if isinstance(each, dict)]
    return {
        "status": scope.run_status,
        "failure_reason": scope.run_failure_reason,
        "output": dict(scope.outputs),
        "files": [file.filename for file in scope.files],
        "errors": [error for each in outputs for error in each.get("errors") or ()],
    }


def _loop_names(scope: Scope) -> dict[str, Any]:
    """The item of the innermost loop, and of each loop around under its label.

    A turn of a ``while_loop`` has an index and no item (docs/contract.md#while-loop).
    """
    names: dict[str, Any] = {}
    for frame in scope.frames:
        own: dict[str, Any] = {"current_index": frame.index}
        if not frame.is_turn:
            own |= {"current_value": frame.value, "current_item": frame.value}
        names |= own
        names[frame.label] = own | (frame.value if isinstance(frame.value, dict) else {})
    return names
