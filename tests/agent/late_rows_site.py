"""A portal of which the rows come late, each time in another way."""

from __future__ import annotations

import json
import time

from tests.loopback import Answering, LoopbackSite, bound

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
_SHELL = """
<title>Bills</title><h1>Bills</h1>
<nav><a href="#" onclick="show(); return false">Bills of all years</a></nav>
<div id="work"></div>
<table id="bills"><thead><tr><th>Bill<th>Date<th>Total<th>File</thead><tbody></tbody></table>
<script>
  const body = document.querySelector("tbody"), work = document.querySelector("#work");
  const delay = DELAY;
  const row = (one) => `<tr><td>${one[0]}<td>${one[1]}<td>${one[2]}` +
    `<td><a href="/pdf/${one[0]}">PDF of ${one[0]}</a>`;
  function draw(rows) { body.innerHTML = rows.map(row).join(""); }
  async function ask(what) {
    const answer = await fetch("/rpc", {method: "POST", body: JSON.stringify({method: what})});
    return answer.json();
  }
  const worker = (script) => new Worker(URL.createObjectURL(new Blob([script])));
  const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  SCRIPT
</script>
"""
SCRIPTS = {
    "on its own, after nothing": """
      async function show() {}
      later(300).then(() => ask("bills")).then(draw);""",
    "on its own, after a rest": """
      async function show() {}
      addEventListener("load", () => setTimeout(async () => draw(await ask("now")), delay));""",
    "on its own, after none": """
      async function show() {}
      body.innerHTML = "<tr><td colspan=4>No records";
      addEventListener("load", () => setTimeout(async () => draw(await ask("now")), delay));""",
    "in two parts": """
      async function show() {}
      addEventListener("load", () => setTimeout(async () => {
        const rows = await ask("now"); draw(rows.slice(0, 1));
        setTimeout(() => draw(rows), delay / 8);
      }, delay));""",
    "clicked, with a spinner": """
      async function show() {
        work.innerHTML = "<p class=spinner>Loading...";
        const rows = await ask("bills"); work.innerHTML = ""; draw(rows);
      }""",
    "clicked, after nothing": """
      async function show() { draw(await ask("bills")); }""",
    "clicked, by a worker": """
      function show() {
        worker(`setTimeout(() => postMessage(1), ${delay})`).onmessage =
          async () => draw(await ask("now"));
      }""",
    "clicked, by a worker that says so": """
      function show() {
        const say = (what, when) => `setTimeout(() => postMessage(${what}), ${when});`;
        worker(say(0, 300) + say(1, delay)).onmessage = async (event) => {
          work.innerHTML = event.data ? "" : "<p>One moment";
          if (event.data) draw(await ask("now"));
        };
      }""",
    "clicked, none at first": """
      function show() {
        body.innerHTML = "<tr><td colspan=4>No records";
        worker(`setTimeout(() => postMessage(1), ${delay})`).onmessage =
          async () => draw(await ask("now"));
      }""",
    "clicked, others before": """
      ask("old").then(draw);
      async function show() { draw(await ask("bills")); }""",
    "clicked, others before a worker": """
      ask("old").then(draw);
      function show() {
        worker(`setTimeout(() => postMessage(1), ${delay})`).onmessage =
          async () => draw(await ask("now"));
      }""",
    "clicked, beside a poll of one address": """
      setInterval(() => ask("news"), 250);
      async function show() { draw(await ask("bills")); }""",
    "never": """
      async function show() {}
      addEventListener("load", () => { if (!delay) ask("now").then(draw); });""",
}
ROWS = (
    ("B-1", "2024-05-01", "10.00"),
    ("B-2", "2024-05-02", "20.00"),
    ("B-3", "2024-05-03", "30.00"),
)
OLD = (("A-7", "2023-05-01", "70.00"),)


class LateRowsSite(LoopbackSite):
    """Rows that come ``delay`` milliseconds after they were asked for, in one of the ways."""

    def __init__(self) -> None:
        self.delay = 0
        self.way = next(iter(SCRIPTS))
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    site: LateRowsSite

    def get(self) -> None:
        if self.path.startswith("/pdf/"):
            self.attachment(f"{self.path.rpartition('/')[2]}.pdf", PDF)
        else:
            shell = _SHELL.replace("SCRIPT", SCRIPTS[self.site.way])
            self.page(shell.replace("DELAY", str(self.site.delay)))

    def post(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["method"]
        if asked == "bills":
            time.sleep(self.site.delay / 1000)
        rows = {"news": (), "old": OLD}.get(asked, ROWS)
        self.answer(200, "application/json", json.dumps(rows).encode())
