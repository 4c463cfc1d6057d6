"""Which requests of pages a task lets out: what the guard is at the network layer.

A decision says what a planner means to do; a page decides what comes of it. A button's form may go
to another site, a link may lead there by way of this one, a script may pass on what was typed. All
of it becomes a request, and that is where it is held against the task.
"""

from __future__ import annotations

from collections.abc import Mapping

from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.agent.consequences import Unasked
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task_sites import TaskSites
from skyvern_dagster.browser.page_request import PageRequest, RequestRules
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.reading.concepts import concept

_SHORTEST_SENT = 4
"""Characters of a payload's value that is looked for in requests: shorter ones (a quantity, a
country) stand in any request by chance. The same as for secrets (`redaction`)."""
_SHORTEST_ASKED = 8
"""In the query of a picture's or a script's address a short word is seldom ours."""

_DOCUMENTS = frozenset(
    {
        "csv", "doc", "docx", "eml", "gif", "ics", "jpeg", "jpg", "json", "ods", "odt", "pdf",
        "png", "ppt", "pptx", "rtf", "tif", "tiff", "tsv", "txt", "xls", "xlsx", "xml", "zip",
    }
)  # fmt: skip
"""How addresses of documents end that a task may take from another host."""


class RequestGuard(RequestRules):
    """The rules of one task.

    Secrets never go elsewhere, whoever plans. The rest holds while a plan is carried out that a
    page may have had a say in (``guarded``): no page of another site is opened, nothing that was
    typed or that the goal's payload holds goes there, and nothing happens unasked.

    Args:
        sites: Where the task belongs.
        goal: What it asks for.
        secrets: Knows the secrets that were typed so far.

    Attributes:
        guarded: Whether such a plan is being carried out, or none yet.
        holds_secret: Whether the session's pages were given a secret.
        headers: What is sent to the task's own site, and to no other: one may be a secret.
    """

    def __init__(self, sites: TaskSites, goal: Goal, secrets: Redactor) -> None:
        self._sites = sites
        self._secrets = secrets
        self._unasked = Unasked(goal)
        self._wants_file = goal.complete_on_download or concept("goal.download").mentioned(
            goal.navigation_goal
        )
        self._home = parse_url(sites.home_url)
        self._sent, self._asked = Redactor(), Redactor()
        self.guarded = False
        self.holds_secret = False
        self.headers: Mapping[str, str] = {}
        self._note(goal.payload)

    @classmethod
    def of(cls, home_url: str, goal: Goal, vault: SecretVault) -> RequestGuard:
        """The rules of a task that begins at an address.

        Args:
            vault: Types its secrets.
        """
        return cls(TaskSites.of(home_url, goal, vault.allowed_hosts), goal, vault.redactor)

    def typed(self, text: str) -> None:
        """Remembers what was typed: it is for the task's sites."""
        if not references_in(text):
            self._note(text)

    @property
    def watches_all(self) -> bool:
        """Scripts' requests, pictures and the like are looked at once there is a reason to."""
        return self.guarded or self.holds_secret or bool(self.headers)

    @property
    def header_names(self) -> frozenset[str]:
        """See the base class."""
        return frozenset(name.lower() for name in self.headers)

    def headers_for(self, url: str) -> Mapping[str, str]:
        """The task's headers, where a secret might go: also not where it would go unencrypted."""
        address = parse_url(url)
        is_open = address is None or (address.scheme == "http" and self._is_encrypted)
        return {} if is_open or not self._sites.trusts(url) else self.headers

    @property
    def takes_programs(self) -> bool:
        """Whether the goal asks for a program."""
        return self._unasked.programs

    def knows(self, request: PageRequest) -> bool:
        """Whether a request carries something of this task."""
        return _carries(self._secrets, request) or self._carries_payload(request)

    def refusal(self, request: PageRequest) -> str | None:
        """Why a request is stopped; ``None`` lets it through."""
        url = parse_url(request.url)
        if url is None or url.is_local:
            return None
        secret = self._secret_refusal(request)
        if secret is not None or not self.guarded:
            return secret
        if self._sites.has(request.url):
            consequence = self._unasked.of_request(request)
            return None if consequence is None else f"a request was stopped: {consequence}"
        host = url.host or url.scheme
        if request.is_page and not self._is_file_to_fetch(request):
            return self._leaving(host)
        if self._carries_payload(request) or not request.is_whole:
            what = "a form" if request.is_document else "a request"
            return (
                f"{what} to {host} was stopped, since it carries what was typed or the task's "
                f"payload: {self._sites.how_to_allow()}"
            )
        return None

    def fetch_refusal(self, url: str, *, was_redirected: bool) -> str | None:
        """Why a file isn't fetched from an address, also one that a server sends on to."""
        request = PageRequest(
            url, "GET", "", is_whole=True, kind="Document", is_page=True,
            was_redirected=was_redirected,
        )  # fmt: skip
        return self.refusal(request)

    def page_refusal(self, url: str) -> str | None:
        """A file may come from another site; a page of it is not entered."""
        address = parse_url(url)
        if not self.guarded or address is None or not address.is_web or self._sites.has(url):
            return None
        return self._leaving(address.host)

    def leaving_refusal(self, url: str, *, by_link: bool) -> str | None:
        """Why an address isn't opened, in words for the planner.

        Args:
            by_link: Whether the page leads there, rather than the planner's own words.
        """
        address = parse_url(url)
        if address is not None and (address.is_local or self._sites.has(url)):
            return None
        if address is not None and address.is_web:
            if by_link and self._wants_file and _is_document(address.path):
                return None
            return self._leaving(address.host)
        return f"{url[:80]!r} is no address that can be opened"

    def destination_refusal(self, destinations: tuple[str, ...], *, secret: bool) -> str | None:
        """Why nothing is typed into a form, by where it and its buttons send to."""
        for each in destinations:
            address = parse_url(each)
            is_ours = self._sites.trusts(each) if secret else self._sites.has(each)
            if is_ours or (address is not None and address.scheme == "javascript"):
                continue
            host = host_of(each) or each[:60]
            return (
                f"nothing was typed: the form sends to {host}, which is not the task's site; "
                f"{self._sites.how_to_allow()}"
            )
        return None

    def _secret_refusal(self, request: PageRequest) -> str | None:
        address = parse_url(request.url)
        trusted = self._sites.trusts(request.url)
        is_open = address is not None and address.scheme == "http" and self._is_encrypted
        if (trusted and not is_open) or not _carries(self._secrets, request):
            return None
        if trusted:
            return "a request was stopped: it would send a secret without encryption"
        host = host_of(request.url) or request.url[:60]
        return (
            f"a request to {host} was stopped: it would send a secret there; if it belongs to the "
            "login, list it under allowed_hosts of the credential"
        )

    @property
    def _is_encrypted(self) -> bool:
        return self._home is not None and self._home.scheme == "https"

    def _leaving(self, host: str) -> str:
        return f"{host} is not the task's site: {self._sites.how_to_allow()}"

    def _is_file_to_fetch(self, request: PageRequest) -> bool:
        if request.sends or not self._wants_file:
            return False
        address = parse_url(request.url)
        is_document = address is not None and _is_document(address.path)
        return (is_document or request.was_redirected) and not self._carries_payload(request)

    def _carries_payload(self, request: PageRequest) -> bool:
        known = self._sent if request.sends or request.is_page else self._asked
        return _carries(known, request)

    def _note(self, value: object) -> None:
        match value:
            case dict():
                for item in value.values():
                    self._note(item)
            case list() | tuple():
                for item in value:
                    self._note(item)
            case str() if not references_in(value) and parse_url(value) is None:
                if len(value) >= _SHORTEST_SENT:
                    self._sent.add(value)
                if len(value) >= _SHORTEST_ASKED:
                    self._asked.add(value)
            case _:
                return


def _carries(known: Redactor, request: PageRequest) -> bool:
    return bool(known) and known.finds(f"{request.url}\n{request.body}")


def _is_document(path: str) -> bool:
    return path.rpartition(".")[2].lower() in _DOCUMENTS
