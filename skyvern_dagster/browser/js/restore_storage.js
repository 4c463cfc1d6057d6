// Init script: fills a document's storages once per tab; `stores` maps origins to entries.
((stores) => {
  try {
    const found = stores[location.origin];
    if (!found || sessionStorage.getItem("skyvern.restored")) return;
    for (const [key, value] of Object.entries(found.local)) localStorage.setItem(key, value);
    for (const [key, value] of Object.entries(found.session)) sessionStorage.setItem(key, value);
    sessionStorage.setItem("skyvern.restored", "1");
  } catch {
    // Sandboxed documents and about:blank have no storage.
  }
})(STORES);
