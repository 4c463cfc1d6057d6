"""The page with the addresses to write to, where the list itself shows none."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Decision, Extract
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.routes import follow, routes
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, act, complete
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY
from skyvern_dagster.reading.mail_addresses import emails
from skyvern_dagster.reading.schema import ListSpec

_MOST_VISITS = 2
"""The contact page, and the imprint if that one has no address."""

_PAGES = ("page.contact", "page.imprint", "page.help")
"""Pages that give addresses to write to, the likeliest first."""


def contacts_list(situation: Situation) -> ListSpec | None:
    """The list of e-mail addresses that the schema asks for beside the records."""
    for one in situation.intent.data.lists:
        if any(field.kind == "email" for field in one.wanted) and len(one.wanted) == 1:
            return one
    return None


def look_for_contacts(situation: Situation, before: list[Decision]) -> Plan | None:
    """Goes to the contact page at the end, if addresses are wanted and none was seen."""
    wanted = contacts_list(situation)
    if (
        wanted is None
        or len(situation.memory.purposes(Purpose.CONTACTS)) >= _MOST_VISITS
        or _known(situation, wanted, before)
    ):
        return None
    links = [
        route for route in routes(situation, _PAGES) if route.score >= MOSTLY and route.control.url
    ]
    if not links:
        return None
    plan = follow(links[0], Purpose.CONTACTS, LIKELY)
    return act(
        [*before, *plan.decisions], f"{plan.reasoning}, for the addresses to write to", LIKELY
    )


def read_contacts(situation: Situation) -> Plan | None:
    """Reads the addresses on the page that :func:`look_for_contacts` went to, and ends the task."""
    wanted = contacts_list(situation)
    if wanted is None or not situation.memory.last_was_for(Purpose.CONTACTS):
        return None
    addresses = emails(situation.view, wanted.wanted[0])
    items = (
        [{wanted.fields[0].name: one} for one in addresses] if wanted.fields else list(addresses)
    )
    extract = Extract(
        data={wanted.name: items},
        reasoning=f"Read: {len(items)} addresses to write to",
        purpose=Purpose.READ,
    )
    if not items and (plan := look_for_contacts(situation, [])):
        return plan
    return complete(f"Read the whole list, and {len(items)} addresses to write to", LIKELY, extract)


def _known(situation: Situation, wanted: ListSpec, before: list[Decision]) -> bool:
    data = [*situation.memory.extracted, *(one.data for one in before if isinstance(one, Extract))]
    return any(isinstance(one, dict) and one.get(wanted.name) for one in data)
