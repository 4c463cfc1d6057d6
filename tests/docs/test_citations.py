"""What the code and the pages refer to is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import anchors, links
from tests.office import ROOT

FOLDERS = ("skyvern_dagster", "api", "tests", "scripts", "benchmarks", "docs", "workflows")
TEXTS = {".py", ".md", ".yaml", ".yml", ".json", ".j2", ".js", ".html", ".toml", ".sh", ".graphql"}
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
REPEATING = ("CHANGELOG.md", "reference")
"""Pages whose versions, classes or commands have parts of the same names."""

_CITATION = re.compile(r"\bdocs/([\w/-]+\.(?:md|json))(?:#([\w-]+))?")
_ELSEWHERE = re.compile(
    r"\bcontract\s+\d|\bseeds?(?:'s|-era)?\s+(?:doc|era|page|table|text|sample)", re.I
)


def texts() -> Iterator[Path]:
    """The repository's own texts."""
    yield from (path for path in ROOT.glob("*") if path.suffix in TEXTS)
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS)


def test_what_is_cited_is_there() -> None:
    cited = [
        (path, *citation)
        for path in texts()
        for citation in _CITATION.findall(path.read_text(encoding="utf-8"))
    ]

    assert sum(bool(fragment) for _, _, fragment in cited) > 50
    assert [
        f"{path.relative_to(ROOT)}: docs/{page}#{fragment}"
        for path, page, fragment in cited
        if not is_there(ROOT / "docs" / page, fragment)
    ] == []


def test_nothing_is_cited_that_a_reader_cannot_open() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {cited}"
        for path in texts()
        for cited in _ELSEWHERE.findall(path.read_text(encoding="utf-8"))
    ]

    assert _ELSEWHERE.search("an order (contract " + "3b)") is not None
    assert found == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    targets = [each.partition("#") for each in links(page)]

    assert [
        f"{target}#{fragment}"
        for target, _, fragment in targets
        if not is_there(page.parent / target if target else page, fragment)
    ] == []


def test_the_pages_lead_to_each_other() -> None:
    assert len(PAGES) > 20
    linked = {
        (page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)
    }

    lost = [page for page in (ROOT / "docs").glob("*.md") if page not in linked]

    assert lost == []


def test_a_heading_stands_once() -> None:
    """Where two share their anchor, a link leads to the first of them."""
    pages = [page for page in PAGES if not set(REPEATING) & {page.name, page.parent.name}]

    assert len(pages) > 20
    assert [
        f"{page.relative_to(ROOT)}#{each}"
        for page in pages
        for each, times in Counter(anchors(page)).items()
        if times > 1
    ] == []


def is_there(file: Path, fragment: str) -> bool:
    """Whether a file is there, and has the heading that a fragment names."""
    if not file.exists():
        return False
    return not fragment or (file.suffix == ".md" and fragment in anchors(file))
