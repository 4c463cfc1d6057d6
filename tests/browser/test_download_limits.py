"""Files without end, and files without number: refused, with nothing left on the disk."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.browser.fetching import fetch_file
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.errors import UploadError
from tests.browser.visit import Visit
from tests.loopback import Answering, LoopbackSite

MOST = 400_000
PAGE = """<title>Files</title>
<a href="/endless">endless</a>
<a href="/endless" target="_blank">endless tab</a>
<a href="/endless.pdf">endless pdf</a>
<a href="/endless.pdf" target="_blank">endless pdf tab</a>
<a href="/told">told</a>
<a href="/small">small</a>
<button onclick="blob(4)">small blob</button>
<button onclick="blob(4000)">large blob</button>
<button onclick="shown(4000)">large blob shown</button>
<button onclick="many()">many</button>
<script>
const made = n => URL.createObjectURL(new Blob(
  Array.from({length: n}, () => "%PDF-" + "x".repeat(1000)), {type: "application/pdf"}));
function blob(n) {
  const link = document.createElement("a");
  link.href = made(n); link.download = "blob.pdf"; link.click();
}
function shown(n) { window.open(made(n)); }
function many() {
  for (let i = 0; i < 9; i++) setTimeout(() => {
    const link = document.createElement("a");
    link.href = "/small?" + i; link.download = i + ".bin"; link.click();
  }, i * 100);
}
</script>"""


class Generous(Answering):
    """Says as little of its lengths as HTTP allows, or something wrong."""

    def get(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self.page(PAGE)
        elif path == "/small":
            self.answer(200, "application/octet-stream", b"y" * 1000)
        elif path == "/told":
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(900_000_000))
            self.end_headers()
            self.pour(b"z" * 1000)
        elif path == "/bomb":
            body = gzip.compress(bytes(5_000_000))
            self.answer(200, "application/octet-stream", body, Content_Encoding="gzip")
        elif path.startswith("/endless"):
            kind = "application/pdf" if path.endswith("pdf") else "application/octet-stream"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.pour(b"%PDF-1.4 " + b"x" * 10_000)
        else:
            super().get()

    def pour(self, part: bytes) -> None:
        """For as long as somebody takes it; no quicker than a line of 5 MB a second."""
        self.close_connection = True
        for _ in range(20_000):
            try:
                self.wfile.write(part)
            except OSError:
                return
            time.sleep(0.002)


@pytest.fixture(scope="module")
def generous() -> Iterator[LoopbackSite]:
    with LoopbackSite(Generous) as site:
        yield site


@pytest.fixture
def limited(runtime: BrowserRuntime, generous: LoopbackSite, tmp_path: Path) -> Iterator[Visit]:
    options = SessionOptions(downloads=DownloadLimits(most_bytes=MOST, most_files=4))
    folder = tmp_path / "files"
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=folder, options=options))
    yield Visit(runtime, session, generous)  # type: ignore[arg-type] # only its address is used
    runtime.run(session.close())


def left(visit: Visit) -> list[str]:
    folder = visit.session.downloads.folder
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


LINKS = [
    "endless", "endless tab", "endless pdf", "endless pdf tab", "told",
    "large blob", "large blob shown",
]  # fmt: skip


@pytest.mark.parametrize("link", LINKS)
def test_a_file_without_end(limited: Visit, link: str) -> None:
    limited.open("/")
    result = limited.download(link)
    assert not result.ok, result
    assert not result.downloads
    assert f"larger than {MOST:,} bytes" in result.error, result
    assert left(limited) == []


@pytest.mark.parametrize("path", ["/endless", "/endless.pdf", "/told", "/bomb"])
def test_a_file_without_end_by_its_address(limited: Visit, path: str) -> None:
    limited.open("/")
    result = limited.fetch(path)
    assert not result.ok
    assert f"larger than {MOST:,} bytes" in result.error, result
    assert left(limited) == []


def test_a_file_without_end_for_a_page(limited: Visit, generous: LoopbackSite) -> None:
    limited.open("/")
    with pytest.raises(UploadError, match="larger than 5,000 bytes"):
        limited.run(fetch_file(limited.session, f"{generous.url}/endless", 5_000))
    assert left(limited) == []


def test_files_without_number(limited: Visit) -> None:
    limited.open("/")
    limited.click("many")
    deadline = time.monotonic() + 20
    while not any(
        "more than 4 files" in each.reason for each in limited.session.downloads.problems
    ):
        assert time.monotonic() < deadline, limited.session.downloads.problems
        limited.look()
    assert len(limited.session.downloads.landed) <= 4


@pytest.mark.parametrize(("link", "content"), [
    ("small", b"y" * 1000), ("small blob", (b"%PDF-" + b"x" * 1000) * 4)
])  # fmt: skip
def test_what_is_within_the_limits_lands(limited: Visit, link: str, content: bytes) -> None:
    limited.open("/")
    (file,) = limited.download(link).downloads
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert left(limited) == [file.filename]
