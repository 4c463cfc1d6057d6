// Init script: fills sessionStorage once per tab and origin; `states` maps origins to entries.
((states) => {
  try {
    const entries = states[location.origin];
    if (!entries || sessionStorage.getItem("skyvern.restored")) return;
    for (const [key, value] of Object.entries(entries)) sessionStorage.setItem(key, value);
    sessionStorage.setItem("skyvern.restored", "1");
  } catch {
    // Sandboxed documents and about:blank have no storage.
  }
})(STATES);
