"""A login or a download that is asked for by itself."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.runs.single_block import SingleBlock, download_block, login_block
from skyvern_dagster.workflow.values import check_parameters

URL = "https://shop.example/{{ x }}"


def blocks_of(made: SingleBlock) -> tuple[dict[str, Any], dict[str, Any]]:
    """The block as it is loaded, and the run's parameters."""
    workflow = made.stored("o_1", "T").load()
    (block,) = workflow.definition.blocks
    return block.model_dump(exclude_unset=True), check_parameters(workflow.definition, made.values)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"credential_type": "skyvern", "credential_id": "cred_1"},
         {"parameter_type": "credential", "credential_id": "cred_1"}),
        ({"credential_type": "bitwarden", "bitwarden_collection_id": "c"},
         {"parameter_type": "bitwarden_login_credential", "bitwarden_collection_id": "c",
          "url_parameter_key": "url"}),
        ({"credential_type": "1password", "onepassword_vault_id": "v", "onepassword_item_id": "i"},
         {"parameter_type": "onepassword", "vault_id": "v", "item_id": "i"}),
        ({"credential_type": "azure_vault", "azure_vault_name": "v",
          "azure_vault_username_key": "u", "azure_vault_password_key": "p"},
         {"parameter_type": "azure_vault_credential", "vault_name": "v", "username_key": "u",
          "password_key": "p"}),
    ],
)  # fmt: skip
def test_a_login(asked: dict[str, Any], parameter: dict[str, Any]) -> None:
    made = login_block({**asked, "url": URL, "prompt": "Then {{ stay }}."})
    block, values = blocks_of(made)
    assert made.parameters[1] == {"key": "credential", **parameter}
    assert block["parameter_keys"] == ["credential"]
    assert values == {"url": URL, "text_1": "Then {{ stay }}."}
    assert block["navigation_goal"] == "{{ text_1 }}"


def test_a_login_needs_what_names_its_credential() -> None:
    with pytest.raises(ParameterError, match="onepassword_item_id: a login of the type 1password"):
        login_block({"credential_type": "1password", "onepassword_vault_id": "v", "url": URL})


def test_a_download() -> None:
    asked = {"url": URL, "navigation_goal": "Get it.", "download_suffix": "{{ a }}.pdf",
             "download_timeout": 30.0, "max_steps_per_run": None}  # fmt: skip
    block, values = blocks_of(download_block(asked))
    assert block == {
        "block_type": "file_download", "label": "download_files", "url": "url",
        "navigation_goal": "Get it.", "download_suffix": "{{ text_1 }}", "download_timeout": 30.0,
    }  # fmt: skip
    assert values == {"url": URL, "text_1": "{{ a }}.pdf"}
