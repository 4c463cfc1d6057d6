// Two custom elements with open shadow roots: the page's menu, and the list of bills.
const STYLE = `<style>
  a { color: #005a87; } .bar { display: flex; gap: 24px; padding: 16px 30px; background: #d7f0fa; }
  .bill { display: grid; grid-template-columns: 1fr 1fr 1fr 1fr; padding: 12px; border-bottom: 1px solid #ccc; }
  .pick { border: 1px solid #888; padding: 7px 14px; display: inline-block; cursor: pointer; margin: 10px 0; }
  .choices { border: 1px solid #888; width: 160px; background: #fff; position: absolute; }
  .choices div { padding: 7px 14px; cursor: pointer; } .choices div:hover { background: #d7f0fa; }
  [hidden] { display: none; }
</style>`;

class WaterMenu extends HTMLElement {
  connectedCallback() {
    const inside = this.hasAttribute("inside");
    this.attachShadow({ mode: "open" }).innerHTML = STYLE + `<div class="bar"><b>Meridian Water</b>
      <a href="/leaks">Report a leak</a><a href="/help">Help</a>` + (inside
      ? `<a href="/online/overview">Overview</a><a href="/online/bills">Bills &amp; payments</a>
         <a href="/online/meter">Meter reading</a><a href="/logout">Log out</a>`
      : `<a href="/online">Log in to My Meridian</a>`) + "</div>";
  }
}

class WaterBills extends HTMLElement {
  async connectedCallback() {
    this.attachShadow({ mode: "open" }).innerHTML = STYLE + "<p>One moment…</p>";
    this.bills = await (await fetch("/online/bills.json")).json();
    this.years = [...new Set(this.bills.map((bill) => bill.year))];
    this.show(this.years[0]);
  }

  show(year) {
    const bills = this.bills.filter((bill) => year === "All bills" || bill.year === year);
    this.shadowRoot.innerHTML = STYLE + `<div class="pick" tabindex="0">${year} ▾</div>
      <div class="choices" hidden>${[...this.years, "All bills"].map((y) => `<div>${y}</div>`).join("")}</div>
      ${bills.map((bill) => `<div class="bill"><span>Bill ${bill.number}</span><span>${bill.date}</span>
        <span>${bill.amount}</span>${bill.file
          ? `<a href="/online/bills/${bill.number}">Download bill</a>`
          : "<span>Replaced by a later bill</span>"}</div>`).join("")}`;
    const choices = this.shadowRoot.querySelector(".choices");
    this.shadowRoot.querySelector(".pick").onclick = () => { choices.hidden = !choices.hidden; };
    for (const choice of choices.children) {
      choice.onclick = () => this.show(Number(choice.textContent) || choice.textContent);
    }
  }
}

customElements.define("water-menu", WaterMenu);
customElements.define("water-bills", WaterBills);
