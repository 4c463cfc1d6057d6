// A document's sessionStorage with its origin; null where it has none (about:blank, sandboxed).
() => {
  try {
    const entries = { ...sessionStorage };
    delete entries["skyvern.restored"];
    return { origin: location.origin, entries };
  } catch {
    return null;
  }
}
