// The whole console: routes by pushState, views as strings, one click listener.
const root = document.getElementById("root");
const dialog = document.getElementById("login");
const PER_PAGE = 6;
const DOWNLOAD_ICON = '<svg viewBox="0 0 24 24"><path d="M12 3v12m-5-5 5 5 5-5M4 20h16"/></svg>';
const LINK_ICON = '<svg viewBox="0 0 24 24"><path d="M9 15 15 9M8 12l-3 3a4 4 0 0 0 5 5l3-3M16 12l3-3a4 4 0 0 0-5-5l-3 3"/></svg>';
let shown = 0;

const token = () => localStorage.getItem("cb_token");
const api = (path, options = {}) =>
  fetch("/api/" + path, { ...options, headers: { Authorization: "Bearer " + token() } });

function landing() {
  return `<div class="top"><b>☁ CloudBill</b><span><a href="/pricing" data-route>Pricing</a>
    <a href="/docs" data-route>Docs</a> <button class="primary" data-do="login">Log in</button>
    <button class="icon" data-do="trial">Start free trial</button></span></div>
    <div class="hero"><h1>Usage-based billing for modern teams</h1><p>Meter anything. Bill everything.</p>
    <button class="primary" data-do="trial">Start free trial</button></div>`;
}

function shell(body) {
  const items = ["Dashboard", "Usage", "Team", "Billing", "Settings"];
  const links = items.map((name) => {
    const path = "/app/" + name.toLowerCase();
    return `<a href="${path}" data-route class="${location.pathname.startsWith(path) ? "on" : ""}">${name}</a>`;
  });
  return `<div class="top"><b>☁ CloudBill</b><span>Northwind Labs
    <button class="icon" data-do="logout">Log out</button></span></div>
    <div class="shell"><div class="side">${links.join("")}</div><div class="pane">${body}</div></div>`;
}

function billing(active, body) {
  const tabs = ["Plan", "Payment methods", "Invoices"].map((name) =>
    `<button role="tab" aria-selected="${name === active}" data-tab="${name}">${name}</button>`);
  return shell(`<h1>Billing</h1><div class="tabs" role="tablist">${tabs.join("")}</div>${body}`);
}

function invoiceRow(invoice) {
  const download = invoice.file
    ? `<button class="icon" aria-label="Download" data-pdf="${invoice.number}">${DOWNLOAD_ICON}</button>` : "";
  return `<tr><td>${invoice.number}</td><td>${invoice.issued}</td><td>${invoice.due}</td><td>${invoice.amount}</td>
    <td><span class="pill ${invoice.status}">${invoice.status}</span></td>
    <td>${download}<button class="icon" aria-label="Copy link" data-do="copy">${LINK_ICON}</button></td></tr>`;
}

async function invoices() {
  root.innerHTML = billing("Invoices", '<div class="spinner">Loading…</div>');
  const answer = await api("invoices");
  if (!answer.ok) return logout();
  const all = await answer.json();
  const draw = () => {
    const rows = all.slice(shown, shown + PER_PAGE).map(invoiceRow).join("");
    const last = shown + PER_PAGE >= all.length;
    root.innerHTML = billing("Invoices", `<table><thead><tr><th>Number</th><th>Issued</th><th>Due</th><th>Amount</th>
      <th>Status</th><th></th></tr></thead><tbody>${rows}</tbody></table>
      <p>${shown + 1}–${Math.min(shown + PER_PAGE, all.length)} of ${all.length}
      <button class="icon" aria-label="Previous page" data-step="-1" ${shown ? "" : "disabled"}>◀</button>
      <button class="icon" aria-label="Next page" data-step="1" ${last ? "disabled" : ""}>▶</button></p>`);
    for (const button of root.querySelectorAll("[data-step]")) {
      button.onclick = () => { shown += PER_PAGE * Number(button.dataset.step); draw(); };
    }
  };
  draw();
}

function logout() {
  localStorage.removeItem("cb_token");
  go("/");
}

function render() {
  const path = location.pathname;
  if (path.startsWith("/app") && !token()) return go("/");
  if (path === "/app/billing/invoices") { shown = 0; return invoices(); }
  if (path === "/app/billing/payment-methods") {
    root.innerHTML = billing("Payment methods", "<p>Visa ending in 4242, expires 08/27</p>");
  } else if (path.startsWith("/app/billing")) {
    root.innerHTML = billing("Plan", `<p>You are on the <b>Scale</b> plan. Questions? billing@cloudbill.example</p>
      <button class="primary" data-do="upgrade">Upgrade</button> <button data-do="cancel">Cancel plan</button>`);
  } else if (path.startsWith("/app")) {
    root.innerHTML = shell(`<h1>${path.split("/")[2] || "Dashboard"}</h1><p>4 projects · 12.4M events this month</p>`);
  } else if (token()) {
    return go("/app/dashboard");
  } else {
    root.innerHTML = landing();
  }
}

function go(path) {
  history.pushState({}, "", path);
  render();
}

async function download(number) {
  const answer = await api(`invoices/${number}/pdf`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${number}.pdf`;
  link.click();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-route],[data-do],[data-tab],[data-pdf]");
  if (!target) return;
  const { route, do: act, tab, pdf } = target.dataset;
  if (route !== undefined) { event.preventDefault(); go(target.getAttribute("href")); }
  else if (tab) go("/app/billing/" + tab.toLowerCase().replace(" ", "-"));
  else if (pdf) download(pdf);
  else if (act === "login") dialog.showModal();
  else if (act === "logout") logout();
  else if (act !== "copy") api(act, { method: "POST" });
});

document.getElementById("login-close").onclick = () => dialog.close();
document.getElementById("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  const answer = await fetch("/api/login", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields),
  });
  if (!answer.ok) {
    document.getElementById("login-error").textContent = "Incorrect email or password";
    return;
  }
  localStorage.setItem("cb_token", (await answer.json()).token);
  dialog.close();
  go("/app/dashboard");
});

window.addEventListener("popstate", render);
render();
