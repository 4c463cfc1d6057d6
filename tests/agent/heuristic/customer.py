"""A customer of a shop who leaves everything to the heuristic planner, whatever it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic import HeuristicPlanner
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
from tests.agent.heuristic.goals import ORDERS_SCHEMA
from tests.planners.wordless import Wordless
from tests.shops.portal import Portal

MAX_STEPS = 25


@dataclass
class Customer:
    """Does the three tasks of the invoice workflow at one shop."""

    tasks: TaskRunner
    store: ArtifactStore
    portal: Portal
    home: str
    lines: list[str] = field(default_factory=list)

    def log_in(self) -> TaskResult:
        words = (
            "Find the login page and log in with the given credentials. Complete when logged in. "
            "Terminate if the login fails."
        )
        codes = {"failed_to_login": "The login failed because the credentials are wrong"}
        return self._do("login", self.home, None, words, payload={}, codes=codes)

    def list_orders(self, state: str | None, start: date) -> TaskResult:
        return self._do(
            "list",
            self.home,
            state,
            "Go to the order history page and find orders placed on or after the start date.",
            payload={"invoice_retrieval_start_date": start.isoformat()},
            codes={"no_order_history": "There is no page with the order history"},
            data_extraction_goal=(
                "Extract the address of the order history page, the contact e-mail addresses, "
                "and the id and date of every order on or after the start date"
            ),
            data_schema=ORDERS_SCHEMA,
        )

    def download_invoice(self, state: str | None, url: str, order_id: str) -> TaskResult:
        return self._do(
            f"download_{order_id}",
            url,
            state,
            "Download the invoice for the given order. Terminate if there is no invoice",
            payload={"order_id": order_id},
            codes={
                "order_not_found": "The order can't be found",
                "no_invoice": "The order has no invoice to download",
            },
            complete_on_download=True,
        )

    def files_of(self, result: TaskResult) -> list[bytes]:
        return [self.store.read(file.key) for file in result.files]

    def _do(
        self,
        label: str,
        url: str,
        state: str | None,
        words: str,
        *,
        payload: dict[str, Any],
        codes: dict[str, str],
        **goal: Any,
    ) -> TaskResult:
        vault = self._vault()
        facts = {**payload, "credentials": vault.payload("credentials")}
        request = TaskRequest(
            workflow_run_id="wr_1",
            block_key=label.replace("/", "-"),
            block=label,
            iteration="",
            url=url,
            goal=Goal(
                navigation_goal=words,
                payload=facts,
                error_code_mapping=codes,
                has_totp=bool(self.portal.totp_secret),
                **goal,
            ),
            max_steps=MAX_STEPS,
            max_retries_per_step=3,
            max_seconds=120,
            trace="off",
        )
        return self.tasks.run_task(
            request,
            planner=PlannerPolicy([Wordless(HeuristicPlanner())]),
            vault=vault,
            state=state,
            fork=state is not None,
            hand_on="state",
            log=self.lines.append,
        )

    def _vault(self) -> SecretVault:
        values = {
            "SKYVERN_CREDENTIAL_CREDENTIALS_USERNAME": self.portal.username,
            "SKYVERN_CREDENTIAL_CREDENTIALS_PASSWORD": self.portal.password,
        }
        if self.portal.totp_secret:
            values["SKYVERN_CREDENTIAL_CREDENTIALS_TOTP_SECRET"] = self.portal.totp_secret
        declarations = SecretDeclarations(credentials={"credentials": ()})
        return SecretVault(
            declarations, SecretAccess.of_operator(EnvironmentSource(values)), Redactor()
        )
