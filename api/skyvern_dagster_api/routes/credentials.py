"""Credentials of an organization: kept encrypted, named by workflows, never answered."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import HTTPException, Query

from skyvern_dagster.organizations.credential_store import (
    CredentialStore,
    CreditCardCredential,
    PasswordCredential,
    SecretCredential,
    StoredCredential,
    shown,
)
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_queries import Page, PageSize
from skyvern_dagster_api.schemas.credentials import (
    CredentialAnswer,
    CredentialRequest,
    ShownValue,
)
from skyvern_dagster_api.shim import Shim

router = SlashRouter(prefix="/v1/credentials", tags=["credentials"], responses=ERRORS)


@router.post("", summary="Keep a credential")
def create_credential(
    body: CredentialRequest, parts: ShimDependency, caller: CallerDependency
) -> CredentialAnswer:
    """Encrypts and keeps it; a workflow's `credential` parameter names it by its id."""
    stored = _store(parts).create(
        caller.organization_id, body.name, _value(body), tuple(body.allowed_hosts or ())
    )
    return _answer(stored)


@router.get("", summary="List credentials")
def list_credentials(
    parts: ShimDependency,
    caller: CallerDependency,
    page: Page = 1,
    page_size: PageSize = 10,
    credential_type: Annotated[
        Literal["password", "credit_card", "secret"] | None, Query(description="Only these.")
    ] = None,
) -> list[CredentialAnswer]:
    """The organization's credentials, newest first, without their secrets."""
    credentials = [
        each
        for each in _store(parts).list(caller.organization_id)
        if credential_type in (None, each.value.credential_type)
    ]
    return [_answer(each) for each in credentials[(page - 1) * page_size : page * page_size]]


@router.get("/{credential_id}", summary="A credential", responses=NOT_FOUND)
def get_credential(
    credential_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> CredentialAnswer:
    """A credential without its secrets."""
    return _answer(_own(parts, caller, credential_id))


@router.post("/{credential_id}/update", summary="Change a credential", responses=NOT_FOUND)
def update_credential(
    credential_id: PathId,
    body: CredentialRequest,
    parts: ShimDependency,
    caller: CallerDependency,
) -> CredentialAnswer:
    """Puts another name and value in its place; workflows that name it use the new one."""
    _own(parts, caller, credential_id)
    store = _store(parts)
    value = _value(body)
    hosts = None if body.allowed_hosts is None else tuple(body.allowed_hosts)
    return _answer(store.update(caller.organization_id, credential_id, body.name, value, hosts))


@router.post("/{credential_id}/delete", summary="Delete a credential", responses=NOT_FOUND)
def delete_credential(
    credential_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> None:
    """Deletes it; a workflow that names it finds it missing from then on."""
    _own(parts, caller, credential_id)
    _store(parts).delete(caller.organization_id, credential_id)


def _store(parts: Shim) -> CredentialStore:
    return CredentialStore(parts.store, parts.secret)


def _own(parts: Shim, caller: Caller, credential_id: str) -> StoredCredential:
    credential = _store(parts).get(caller.organization_id, credential_id)
    if credential is None:
        raise HTTPException(404, f"Credential not found {credential_id[:200]}")
    return credential


def _value(
    body: CredentialRequest,
) -> PasswordCredential | CreditCardCredential | SecretCredential:
    value = body.value()
    if value is None:
        raise HTTPException(
            422, f"credential: its fields are not those of credential_type {body.credential_type!r}"
        )
    return value


def _answer(stored: StoredCredential) -> CredentialAnswer:
    credential = shown(stored)
    return CredentialAnswer(
        credential_id=credential.credential_id,
        organization_id=credential.organization_id,
        name=credential.name,
        credential_type=credential.credential_type,
        allowed_hosts=list(credential.hosts),
        credential=ShownValue(
            username=credential.username,
            totp_type=credential.totp_type,
            totp_identifier=credential.totp_identifier,
            last_four=credential.card_last_four,
            brand=credential.card_brand,
            secret_label=credential.secret_label,
        ),
        created_at=credential.created_at,
        modified_at=credential.modified_at,
    )
