"""What every request needs: the instance, the stores, the deployment, the keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import dagster as dg
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from skyvern_dagster.artifacts.link_signer import KEY_PURPOSE, LinkSigner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import keep_connections, make_pools
from skyvern_dagster.errors import RunError
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import ServerSecret, server_secret
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.resources.browser import BrowserResource
from skyvern_dagster.resources.s3 import S3BucketResource
from skyvern_dagster.runs.answer import answer_body
from skyvern_dagster.runs.dagster_client import DagsterClient, bearer
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.outbox import Outbox
from skyvern_dagster.runs.queries import has_run, unfinished_runs
from skyvern_dagster.runs.starter import RunStarter
from skyvern_dagster.stores.workflows import WorkflowStore
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.settings import WebhookSettings
from skyvern_dagster_api.links import SignedLinks
from skyvern_dagster_api.location_reload import LocationReload
from skyvern_dagster_api.run_room import RunRoom
from skyvern_dagster_api.settings import Settings

_CANCELS_AT_ONCE = 8
"""Runs. Each waits for Dagster's webserver and database. Arbitrary."""


@dataclass(frozen=True)
class Shim:
    """The parts of the shim, made once for a process; none of them holds state of its own."""

    settings: Settings
    instance: dg.DagsterInstance
    store: ArtifactStore
    workflows: WorkflowStore
    deployment: DagsterClient
    starter: RunStarter
    secret: ServerSecret
    signed_links: SignedLinks
    keys: ApiKeys
    webhooks: WebhookSettings
    outbox: Outbox
    limiter: MovingWindowRateLimiter
    rate: RateLimitItem | None
    room: RunRoom
    cancels: ThreadPoolExecutor
    reload: LocationReload

    @classmethod
    def open(cls, settings: Settings) -> Shim:
        """Opens the instance of ``$DAGSTER_HOME``.

        Raises:
            RunError: The home folder can't be used, or a setting is wrong.
        """
        home = prepare_home()
        store = ArtifactStoreResource().store()
        secret = server_secret()
        deployment = DagsterClient(
            settings.dagster_url,
            location=settings.code_location,
            headers=bearer(settings.dagster_token),
        )
        instance = dg.DagsterInstance.get()
        keep_connections(instance)
        keys = ApiKeys(store, secret)
        webhooks = WebhookSettings.from_environment()
        links = SignedLinks(
            store=store,
            signer=LinkSigner(
                settings.public_url.rstrip("/"), secret.key_for(KEY_PURPOSE), settings.link_seconds
            ),
            ui=(settings.dagster_ui_url or settings.dagster_url).rstrip("/"),
            s3=_s3_client(),
        )
        return cls(
            settings=settings,
            instance=instance,
            store=store,
            workflows=WorkflowStore(store),
            deployment=deployment,
            starter=RunStarter(
                deployment,
                store,
                lambda: RunSecrets(store, secret),
                lambda pools: make_pools(instance, pools),
                lambda run_id: has_run(instance, run_id),
            ),
            secret=secret,
            signed_links=links,
            keys=keys,
            webhooks=webhooks,
            outbox=Outbox(
                instance,
                store,
                keys,
                webhooks,
                lambda run: answer_body(instance, store, links, run, settings.outputs),
                locks=home / "locks",
            ),
            limiter=MovingWindowRateLimiter(MemoryStorage()),
            rate=_rate(settings.rate_limit),
            room=RunRoom(
                settings.max_concurrent_runs, lambda owner: unfinished_runs(instance, owner)
            ),
            cancels=ThreadPoolExecutor(_CANCELS_AT_ONCE, "cancel"),
            reload=LocationReload(deployment.reload, settings.reload_seconds),
        )

    def close(self) -> None:
        """Stops sending webhooks, and closes the connections to Dagster."""
        self.reload.close()
        self.outbox.close()
        self.cancels.shutdown(cancel_futures=True)
        self.deployment.close()
        self.instance.dispose()

    def links(self, base_url: str) -> SignedLinks:
        """Links as whoever asked at ``base_url`` can open them."""
        if self.settings.public_url:
            return self.signed_links
        signer = replace(self.signed_links.signer, base_url=base_url)
        return replace(self.signed_links, signer=signer)

    @property
    def page_policy(self) -> AddressPolicy:
        """Which addresses a task may begin at."""
        return AddressPolicy(
            allow_private=self.settings.allow_private_urls,
            allowed_hosts=BrowserResource().policy().private_hosts,
        )


def _s3_client() -> Callable[[], Any] | None:
    """The S3 client for presigned links, where uploads are set up."""
    if not os.environ.get("SKYVERN_UPLOAD_BUCKET"):
        return None
    return S3BucketResource().s3().client


def _rate(text: str) -> RateLimitItem | None:
    if not text.strip():
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise RunError(
            f"SKYVERN_API_RATE_LIMIT must be like 1200/minute, not {text!r}: {error}"
        ) from error
