"""Runs a trap with a planner."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.file_text import file_text
from tests.agent.errand import Errand
from tests.traps.accounts import accounts
from tests.traps.answers import answers
from tests.traps.boxes import boxes
from tests.traps.choices import choices
from tests.traps.claims import claims
from tests.traps.click_answers import click_answers
from tests.traps.clicks import clicks
from tests.traps.confirmations import confirmations
from tests.traps.documents import documents
from tests.traps.effects import effects
from tests.traps.entries import entries
from tests.traps.field_groups import field_groups
from tests.traps.forms import forms
from tests.traps.growing import growing
from tests.traps.held import held
from tests.traps.lists import lists
from tests.traps.logins import logins
from tests.traps.meanings import meanings
from tests.traps.named_otherwise import named_otherwise
from tests.traps.odd_numbers import odd_numbers
from tests.traps.offers import offers
from tests.traps.own_verbs import own_verbs
from tests.traps.papers import papers
from tests.traps.partial_lists import partial_lists
from tests.traps.picks import picks
from tests.traps.plain_documents import plain_documents
from tests.traps.polish_japanese import polish_japanese
from tests.traps.portals import portals
from tests.traps.readings import readings
from tests.traps.record_pages import record_pages
from tests.traps.sendings import sendings
from tests.traps.settings import settings
from tests.traps.site import TrapSite
from tests.traps.states import states
from tests.traps.submissions import submissions
from tests.traps.sums import sums
from tests.traps.thanks import thanks
from tests.traps.told_apart import told_apart
from tests.traps.trap import Happened, Trap
from tests.traps.truths import truths
from tests.traps.understood import understood
from tests.traps.values import values

KINDS: Mapping[str, Callable[[], list[Trap]]] = {
    "documents": documents,
    "choices": choices,
    "lists": lists,
    "values": values,
    "forms": forms,
    "answers": answers,
    "clicks": clicks,
    "effects": effects,
    "sendings": sendings,
    "picks": picks,
    "growing": growing,
    "entries": entries,
    "logins": logins,
    "sums": sums,
    "settings": settings,
    "partial lists": partial_lists,
    "confirmations": confirmations,
    "accounts": accounts,
    "papers": papers,
    "readings": readings,
    "submissions": submissions,
    "meanings": meanings,
    "record pages": record_pages,
    "held": held,
    "portals": portals,
    "thanks": thanks,
    "odd numbers": odd_numbers,
    "states": states,
    "offers": offers,
    "truths": truths,
    "named otherwise": named_otherwise,
    "field groups": field_groups,
    "told apart": told_apart,
    "polish, japanese": polish_japanese,
    "understood": understood,
    "click answers": click_answers,
    "own verbs": own_verbs,
    "plain documents": plain_documents,
    "boxes": boxes,
    "claims": claims,
}


def traps() -> list[Trap]:
    """All of them."""
    return [trap for listed in KINDS.values() for trap in listed()]


def tried(errand: Errand, site: TrapSite, trap: Trap, planner: Planner) -> Happened:
    """What came of it."""
    site.set_up(trap)
    result = errand.plan("/", planner, goal=trap.goal, max_steps=12, max_seconds=60, trace="off")
    return happened(errand, site, result)


def happened(errand: Errand, site: TrapSite, result: TaskResult) -> Happened:
    """What a task said, fetched and sent."""
    return Happened(
        result.status,
        str(result.failure_reason or ""),
        result.extracted_information,
        tuple(f"{_said(errand.store.read(file.key))}\n" for file in result.files),
        tuple(site.posted),
        tuple(error["error_code"] for error in result.errors),
    )


def _said(content: bytes) -> str:
    try:
        return file_text(content)
    except ArtifactError:
        return ""
