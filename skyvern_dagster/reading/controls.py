"""Controls and fields of a page, and what their addresses tell."""

from __future__ import annotations

from dataclasses import dataclass
from mimetypes import guess_type
from urllib.parse import unquote, urldefrag, urlsplit

from skyvern_dagster.addresses import site
from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.words import clip, fold, name_words

CONTROL_ROLES = frozenset(
    {
        "link",
        "button",
        "menuitem",
        "menuitemradio",
        "menuitemcheckbox",
        "tab",
        "treeitem",
        "option",
        "switch",
    }
)


INPUT_ROLES = frozenset(
    {"textbox", "searchbox", "combobox", "listbox", "spinbutton", "checkbox", "radio", "slider"}
)


_HINTS = ("name", "id", "autocomplete", "aria-label", "data-label", "data-testid")
"""Attributes in which sites tell, in their programmers' words, what belongs in a field."""


@dataclass(frozen=True)
class Control:
    """Something to click.

    Attributes:
        node: Its node; the ref is always there.
        label: What a person would call it: name, else text, else tooltip.
        region: Role of the landmark it lies in (``navigation``, ``main``, ...), or empty.
        position: Place in document order.
    """

    node: Node
    label: str
    region: str
    position: int

    @property
    def ref(self) -> str:
        """The handle for actions."""
        return self.node.ref or ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The label, and its separate lines where it has several (``Sign in`` / ``Account``)."""
        lines = [
            text
            for below in self.node.walk()
            if not below.children and (text := below.name or below.text)
        ]
        return (self.label, *lines) if len(lines) > 1 else (self.label,)

    @property
    def url(self) -> str:
        """Where it leads, for links with a real address."""
        return self.node.url or ""

    @property
    def path_words(self) -> str:
        """The words of its address, which often speak English where labels don't."""
        return url_words(self.url)

    def __str__(self) -> str:
        return f'{self.node.role} "{clip(self.label, 50)}"' if self.label else self.node.role


@dataclass(frozen=True)
class Input:
    """A field of a form, with everything that tells what belongs in it.

    Attributes:
        node: Its node; the ref is always there.
        label: What a person would call it.
        hints: What its attributes say, as folded words.
        position: Place in document order.
        group: What the part of the form is called that it stands in, or empty.
    """

    node: Node
    label: str
    hints: str
    position: int
    group: str = ""

    @property
    def ref(self) -> str:
        """The handle for actions."""
        return self.node.ref or ""

    @property
    def is_text(self) -> bool:
        """Whether text is typed into it (a native select isn't)."""
        role = self.node.role
        return role in {"textbox", "searchbox", "spinbutton"} or (
            role == "combobox" and not self.node.options and self.node.tag in {"input", "textarea"}
        )

    @property
    def is_password(self) -> bool:
        """Whether it hides what is typed."""
        return self.node.input_type == "password"

    def __str__(self) -> str:
        return f'field "{clip(self.label or self.hints, 50)}"'


def same_page(one: str, other: str, *, ignore_query: bool = False) -> bool:
    """Whether two addresses are one page, fragments and a final slash aside."""
    return _plain_url(one, ignore_query) == _plain_url(other, ignore_query)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong together, or neither has a host."""
    return host_of(one) == host_of(other) or site.same_site(one, other)


def is_file_address(url: str) -> bool:
    """Whether an address says that a file, not a page, comes from it."""
    kind, _ = guess_type(urlsplit(url).path)
    return kind not in {None, "text/html", "application/xhtml+xml"}


def url_words(url: str) -> str:
    """The words of an address' path and query, single-spaced."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", ""}:
        return ""
    return " ".join(name_words(unquote(f"{parts.path} {parts.query}".replace("/", " "))))


def _plain_url(url: str, ignore_query: bool) -> str:
    parts = urlsplit(urldefrag(url)[0] if "#/" not in url and "#!" not in url else url)
    path = parts.path.rstrip("/")
    query = "" if ignore_query else parts.query
    return f"{parts.netloc}{path}?{query}#{parts.fragment}"


def input_hints(node: Node) -> str:
    """What a field's attributes say about it, as folded words."""
    texts = [node.placeholder, node.title, *(node.attributes.get(name, "") for name in _HINTS)]
    return fold(" ".join(" ".join(name_words(part)) for part in texts if part))
