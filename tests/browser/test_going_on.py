"""A page whose script sets a cookie and goes on to a file gives that file, however it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from _pytest.mark import ParameterSet

from tests.browser.site import PDF
from tests.browser.visit import Visit

FILE = "/files/bill.pdf?cookie=paid"
ATTACHED = f"{FILE}&disposition=attachment"
_LINK = "const a = document.createElement('a');"
WAYS = {
    "location": "location = FILE",
    "replace": "location.replace(FILE)",
    "assign later": "setTimeout(() => location.assign(FILE), 300)",
    "when loaded": "addEventListener('load', () => (location.href = FILE))",
    "new tab": "window.open(FILE)",
    "link": f"{_LINK} a.href = FILE; document.body.append(a); a.click()",
    "saved": f"{_LINK} a.href = FILE; a.download = ''; document.body.append(a); a.click()",
    "form": "const f = document.createElement('form'); f.method = 'post'; f.action = FILE; "
    "document.body.append(f); f.submit()",
    "frame": "const f = document.createElement('iframe'); f.src = FILE; document.body.append(f)",
    "two hops": "location.replace('/hop?then=' + encodeURIComponent(FILE))",
    "fetched": f"fetch(FILE).then((r) => r.blob()).then((b) => {{ {_LINK} "
    "a.href = URL.createObjectURL(b); a.download = 'bill.pdf'; a.click() })",
    "refresh": "document.head.insertAdjacentHTML('beforeend', "
    '`<meta http-equiv=refresh content="1;url=${FILE}">`)',
}


QUICK = {
    ("location", "opened"), ("replace", "in a tab"), ("new tab", "clicked"), ("form", "downloaded"),
    ("two hops", "opened"), ("frame", "downloaded"), ("refresh", "opened"),
}  # fmt: skip
# A file that a frame shows in its page is fetched by who wants it, not by who looks at the page.
SHOWN_IN_PAGE = {("frame", "clicked"), ("frame", "opened")}


def _cases() -> Iterator[ParameterSet]:
    for way, how in product(WAYS, ("clicked", "downloaded", "in a tab", "opened")):
        if (way, how) not in SHOWN_IN_PAGE:
            marks = [] if (way, how) in QUICK else [pytest.mark.long]
            yield pytest.param(way, how, FILE, marks=marks, id=f"{way}-{how}")
            yield pytest.param(
                way, how, ATTACHED, marks=[pytest.mark.long], id=f"{way}-{how}-attached"
            )


@pytest.mark.parametrize(("way", "how", "file"), list(_cases()))
def test_the_file_comes(visit: Visit, way: str, how: str, file: str) -> None:
    visit.open("/index")
    script = f"document.cookie = 'sid=paid; path=/'; const FILE = '{file}'; {WAYS[way]}"
    visit.site.scripts["/last"] = script
    link = f'<a href="/last"{" target=_blank" if how == "in a tab" else ""}>Last bill</a>'
    visit.evaluate(f"() => document.body.insertAdjacentHTML('beforeend', `{link}`)")
    if how == "opened":
        result = visit.open("/last")
    else:
        result = visit.download("Last bill") if how == "downloaded" else visit.click("Last bill")
    assert result.ok, result.error
    assert [each.filename for each in result.downloads] == ["bill.pdf"], result
    assert result.downloads[0].path.read_bytes() == PDF
