"""Workflows of one block, for what is asked for by itself: a login, a download.

What a caller sends is text, never a template: it becomes the value of a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.templating.rendering import is_template

CredentialType = Literal["skyvern", "bitwarden", "1password", "azure_vault"]


@dataclass
class SingleBlock:
    """A block, the parameters that it takes, and their values."""

    block: dict[str, Any]
    parameters: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, value: Any) -> None:
        """Gives the block a field, where the caller has given one."""
        if value is None:
            return
        if not isinstance(value, str) or not is_template(value):
            self.block[name] = value
            return
        self._take(f"text_{len(self.values)}", value)
        self.block[name] = f"{{{{ text_{len(self.values) - 1} }}}}"

    def add_address(self, url: str) -> None:
        """Gives the block its address, under the key ``url``."""
        self._take("url", url)
        self.block["url"] = "url"

    def _take(self, key: str, value: str) -> None:
        self.parameters.append(
            {"parameter_type": "workflow", "workflow_parameter_type": "string", "key": key}
        )
        self.values[key] = value

    def stored(self, organization_id: str, title: str) -> StoredWorkflow:
        """The workflow, as one that came over REST; it is in no list."""
        body = {"parameters": self.parameters, "blocks": [self.block]}
        document = {"title": title[:200], "workflow_definition": body}
        now = utc_now().isoformat()
        return StoredWorkflow(
            organization_id=organization_id,
            workflow_permanent_id=new_id("wpid"),
            workflow_id=new_id("w"),
            version=1,
            name=f"skyvern_{self.block['block_type']}",
            title=title[:200],
            text=yaml.safe_dump(document, sort_keys=False, allow_unicode=True),
            created_at=now,
            modified_at=now,
        )


def login_block(asked: dict[str, Any]) -> SingleBlock:
    """A login, with a credential of the kind that is asked for.

    Args:
        asked: Fields of ``POST /v1/run/tasks/login``.

    Raises:
        ParameterError: What names the credential is missing.
    """
    made = SingleBlock({"block_type": "login", "label": "login", "parameter_keys": ["credential"]})
    made.add_address(asked["url"])
    made.parameters.append({"key": "credential", **_credential(asked)})
    made.add("navigation_goal", asked.get("prompt"))
    return made


def download_block(asked: dict[str, Any]) -> SingleBlock:
    """A download.

    Args:
        asked: Fields of ``POST /v1/run/tasks/download_files``.
    """
    made = SingleBlock({"block_type": "file_download", "label": "download_files"})
    made.add_address(asked["url"])
    for name in ("navigation_goal", "download_suffix", "download_timeout", "max_steps_per_run"):
        made.add(name, asked.get(name))
    return made


def _credential(asked: dict[str, Any]) -> dict[str, Any]:
    kind: CredentialType = asked["credential_type"]
    fields = _FIELDS[kind]
    missing = [name for name, (_, is_needed) in fields.items() if is_needed and not asked.get(name)]
    if missing:
        raise ParameterError(f"{missing[0]}: a login of the type {kind} needs it")
    named = {own: asked[name] for name, (own, _) in fields.items() if asked.get(name)}
    searched = {"url_parameter_key": "url"} if kind == "bitwarden" else {}
    return {"parameter_type": _KINDS[kind], **named, **searched}


_KINDS: dict[CredentialType, str] = {
    "skyvern": "credential",
    "bitwarden": "bitwarden_login_credential",
    "1password": "onepassword",
    "azure_vault": "azure_vault_credential",
}
_FIELDS: dict[CredentialType, dict[str, tuple[str, bool]]] = {
    "skyvern": {"credential_id": ("credential_id", True)},
    "bitwarden": {
        "bitwarden_collection_id": ("bitwarden_collection_id", False),
        "bitwarden_item_id": ("bitwarden_item_id", False),
    },
    "1password": {
        "onepassword_vault_id": ("vault_id", True),
        "onepassword_item_id": ("item_id", True),
    },
    "azure_vault": {
        "azure_vault_name": ("vault_name", True),
        "azure_vault_username_key": ("username_key", True),
        "azure_vault_password_key": ("password_key", True),
        "azure_vault_totp_secret_key": ("totp_secret_key", False),
    },
}
"""Field of the request -> field of the parameter, and whether it must be given."""
