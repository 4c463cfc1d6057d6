from __future__ import annotations

import hashlib
import time

import pytest

from tests.browser.site import PDF
from tests.browser.visit import Visit

BLOB = b"%PDF-1.4 blob"
FORMS = [
    ("shown", "shown.pdf", PDF),
    ("given", "Rechnung ü.pdf", PDF),
    ("inline name", "inline-name.pdf", PDF),
    ("new tab", "tab.pdf", PDF),
    ("new tab without opener", "tab.pdf", PDF),
    ("post", "post.pdf", PDF),
    ("post to tab", "post.pdf", PDF),
    ("post attachment", "form.pdf", PDF),
    ("redirected", "moved.pdf", PDF),
    ("csv", "sheet.csv", b"a,b"),
    ("data link", "data.txt", b"hello"),
    ("blob link", "blob.pdf", BLOB),
    ("blob tab", "download.pdf", BLOB),
    ("fetched blob", "fetched.pdf", PDF),
    ("blank tab", "filled.pdf", PDF),
    ("octets", "raw.pdf", PDF),
]


@pytest.mark.parametrize("action", ["click", "download"])
@pytest.mark.parametrize(("link", "filename", "content"), FORMS, ids=[form[0] for form in FORMS])
def test_every_form_lands(
    visit: Visit, link: str, filename: str, content: bytes, action: str
) -> None:
    visit.open("/files")
    result = visit.click(link) if action == "click" else visit.download(link)
    assert [each.filename for each in result.downloads] == [filename], result
    (file,) = result.downloads
    assert result.ok
    assert file.path.parent == visit.session.downloads.folder
    assert file.path.read_bytes() == content
    assert file.size == len(content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert visit.path == "/files"
    assert len(visit.look().tabs) == 1


def test_blob_shown_in_the_same_tab_is_saved_instead(visit: Visit) -> None:
    visit.open("/files")
    (file,) = visit.click("blob here").downloads
    assert file.path.read_bytes() == BLOB
    assert file.content_type == "application/pdf"
    assert visit.path == "/files"


@pytest.mark.parametrize("link", ["text embedded", "text as object", "text in a frame"])
def test_a_document_that_a_page_shows_from_its_text_lands(visit: Visit, link: str) -> None:
    visit.open("/files")
    (file,) = visit.click(link).downloads
    assert file.path.read_bytes() == BLOB
    assert file.content_type == "application/pdf"
    assert visit.path == "/files"


def test_a_file_that_a_click_asks_for_twice_lands_once(visit: Visit) -> None:
    visit.open("/files")
    (file,) = visit.click("asked for twice").downloads
    assert file.path.read_bytes() == PDF
    assert [each.name for each in file.path.parent.iterdir()] == [file.filename]


def test_what_only_says_that_it_is_a_document_gives_none(visit: Visit) -> None:
    visit.open("/files")
    result = visit.click("text that is no document")
    assert result.ok
    assert result.downloads == ()


@pytest.mark.parametrize("link", ["slow shown", "slow link", "slow tab"])
def test_waits_for_a_response_that_takes_its_time(visit: Visit, link: str) -> None:
    visit.open("/files")
    (file,) = visit.download(link).downloads
    assert file.filename == "slow.pdf"


@pytest.mark.parametrize(
    ("link", "filename"),
    [
        ("late", "late.pdf"),
        ("preview", "preview.pdf"),
        ("plain text", "notes.txt"),
        ("plain text in tab", "notes.txt"),
    ],
)
def test_download_goes_further_than_click(visit: Visit, link: str, filename: str) -> None:
    visit.open("/files")
    result = visit.download(link)
    assert result.ok, result
    assert [file.filename for file in result.downloads] == [filename]
    assert visit.path == "/files"
    assert len(visit.look().tabs) == 1


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("login page", "is an HTML page, not a file"),
        ("fake", "is not a PDF"),
        ("empty", "is empty"),
        ("a page", 'led to a page ("Other"'),
        ("error page", "HTTP 500"),
        ("missing link", "HTTP 404"),
        ("missing attachment", "HTTP 404"),
        ("nothing", "no file came"),
    ],
)
def test_what_is_no_file_is_told(visit: Visit, link: str, error: str) -> None:
    visit.open("/files")
    result = visit.download(link)
    assert not result.ok
    assert error in result.error
    assert not result.downloads
    assert not list(visit.session.downloads.folder.glob("*"))
    assert visit.path == ("/other" if link == "a page" else "/files")


def test_names_are_unique_in_the_folder(visit: Visit) -> None:
    visit.open("/files")
    names = [visit.download("shown").downloads[0].filename for _ in range(3)]
    assert names == ["shown.pdf", "shown (2).pdf", "shown (3).pdf"]


def test_files_that_come_between_actions_are_reported_by_the_next(visit: Visit) -> None:
    visit.open("/files")
    assert not visit.click("late").downloads
    deadline = time.monotonic() + 5
    while not visit.session.downloads.landed and time.monotonic() < deadline:
        visit.look()
    assert [file.filename for file in visit.click("nothing").downloads] == ["late.pdf"]
    assert not visit.click("nothing").downloads


@pytest.mark.parametrize(
    ("address", "filename", "content"),
    [
        ("/files/direct.pdf", "direct.pdf", PDF),
        ("/redirect?to=/files/direct.pdf", "direct.pdf", PDF),
        ("/files/x?disposition=attachment;filename=named.pdf", "named.pdf", PDF),
        ("/files/x?disposition=attachment;filename=../../up.pdf", "up.pdf", PDF),
        ("data:text/csv;base64,YSxi", "download.csv", b"a,b"),
    ],
)
def test_direct_fetch(visit: Visit, address: str, filename: str, content: bytes) -> None:
    visit.open("/files")
    (file,) = visit.fetch(address).downloads
    assert (file.filename, file.path.read_bytes()) == (filename, content)


def test_direct_fetch_sends_the_session_s_cookies(visit: Visit) -> None:
    visit.open("/cookie")
    (file,) = visit.fetch("/whoami").downloads
    assert file.path.read_bytes() == b"sid=s1"
    assert file.filename == "whoami.txt"


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("/status/503", "HTTP 503"),
        ("/other", "is an HTML page"),
        ("http://127.0.0.1:9/x.pdf", "refuses connections"),
        ("file:///etc/passwd", "only http, https"),
    ],
)
def test_direct_fetch_that_fails(visit: Visit, address: str, error: str) -> None:
    visit.open("/files")
    result = visit.fetch(address)
    assert not result.ok
    assert error in result.error
    assert "Call log" not in result.error


def test_goto_a_file(visit: Visit) -> None:
    visit.open("/files")
    result = visit.open("/files/shown.pdf")
    assert result.ok
    assert [file.filename for file in result.downloads] == ["shown.pdf"]
    assert visit.path == "/files"
