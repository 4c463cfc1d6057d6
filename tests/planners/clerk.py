"""A planner that knows the demo shop by heart: tests of everything but planning use it."""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from pathlib import Path

import dagster as dg

from skyvern_dagster.agent.decisions import (
    Click,
    Complete,
    Decision,
    Download,
    Extract,
    Goto,
    InputText,
    Terminate,
)
from skyvern_dagster.agent.planner import Plan, PlanFailure, Planner, PlanRequest
from skyvern_dagster.browser.observation import Node


class Clerk:
    """Does the three tasks of the invoice workflow in the demo shop."""

    name = "clerk"

    async def plan(self, request: PlanRequest) -> Plan:
        goal = request.goal
        if "credentials" in goal.payload:
            decisions = _login(request)
        elif goal.data_extraction_goal:
            decisions = _orders(request)
        else:
            decisions = _download(request)
        return Plan(tuple(decisions), 1.0, "by heart", self.name)


def _login(request: PlanRequest) -> list[Decision]:
    root = request.observation.root
    accept = _named(root, "button", r"accept|allow")
    if accept is not None and not request.history:
        return [Click(ref=accept)]
    password = next((n.ref for n in root.walk() if n.input_type == "password"), None)
    if password is not None:
        if _named(root, "alert", "") or "incorrect" in root.full_text:
            return [Terminate(reason="wrong password", error_codes=("failed_to_login",))]
        email = next(n.ref for n in root.walk() if n.input_type == "email" and n.ref)
        button = _named(root, "button", r"^(log|sign) in")
        credentials = request.goal.payload["credentials"]
        assert password is not None
        assert button is not None
        assert email is not None
        return [
            InputText(ref=email, text=credentials["username"]),
            InputText(ref=password, text=credentials["password"]),
            Click(ref=button),
        ]
    if _named(root, "button", r"log out|sign out"):
        return [Complete()]
    return [Goto(url=_base(request) + "/login")]


def _orders(request: PlanRequest) -> list[Decision]:
    root, url = request.observation.root, request.observation.url
    if "/account/orders" not in url:
        return [Goto(url=_base(request) + "/account/orders")]
    payload = request.goal.payload
    since = date.fromisoformat(payload.get("invoice_retrieval_start_date") or payload["start_date"])
    until = date.fromisoformat(payload.get("end_date", "9999-12-31"))
    found: list[dict[str, str | float]] = []
    older = False
    for row in (node for node in root.walk() if node.role == "row"):
        order = re.search(r"LF-\d+", row.full_text)
        day = re.search(r"[A-Z][a-z]+ \d{1,2}, \d{4}", row.full_text)
        if order is None or day is None:
            continue
        on = datetime.strptime(day.group(), "%B %d, %Y").date()  # noqa: DTZ007
        if on > until:
            continue
        if on >= since:
            found.append({"order_date": on.isoformat(), "order_id": order.group()})
            total = re.search(r"€([\d,]+\.\d\d)", row.full_text)
            if total is not None and "end_date" in payload:
                found[-1]["order_total"] = float(total.group(1).replace(",", ""))
        else:
            older = True
    extract = Extract(data={"order_history_url": url.split("?")[0], "order_ids": found})
    following = _named(root, "link", r"^next")
    if older or following is None:
        return [extract, Complete()]
    return [extract, Click(ref=following)]


def _download(request: PlanRequest) -> list[Decision]:
    order_id = request.goal.payload["order_id"]
    root, base = request.observation.root, _base(request)
    if not request.observation.url.endswith(order_id):
        return [Goto(url=f"{base}/account/orders/{order_id}")]
    link = next(
        (n.ref for n in root.walk() if n.role == "link" and n.url and n.url.endswith("/invoice")),
        None,
    )
    if link is None:
        return [Terminate(reason="no invoice", error_codes=("no_invoice_available",))]
    return [Download(ref=link)]


def _base(request: PlanRequest) -> str:
    return re.sub(r"^(https?://[^/]+).*", r"\1", request.observation.url)


def _named(root: Node, role: str, pattern: str) -> str | None:
    for node in root.walk():
        if node.role == role and node.ref and re.search(pattern, node.name, re.IGNORECASE):
            return node.ref
    return None


class ClerkResource(dg.ConfigurableResource["ClerkResource"]):
    """Takes the place of the ``planner`` resource."""

    def policy(self) -> Planner:
        return Clerk()


class Distracted(Clerk):
    """A clerk who can't make a plan for one order, as long as a file says which."""

    name = "distracted"

    async def plan(self, request: PlanRequest) -> Plan:
        note = Path(os.environ["DISTRACTED_BY"])
        order_id = request.goal.payload.get("order_id", "")
        if order_id and note.exists() and note.read_text().strip() == order_id:
            failure = PlanFailure("the clerk was called away", retryable=True)
            return Plan((), 0.0, failure.reason, self.name, failure=failure)
        return await super().plan(request)
