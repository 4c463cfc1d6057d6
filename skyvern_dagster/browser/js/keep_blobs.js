// Pages often revoke a blob's address as soon as they have opened it in a viewer. The last few
// blobs are kept, under a symbol, so that the session can still save what the viewer shows.
(() => {
  const MOST = 8;
  const kept = new Map();
  Object.defineProperty(globalThis, Symbol.for("skyvern.blobs"), { value: kept });
  URL.createObjectURL = new Proxy(URL.createObjectURL, {
    apply(create, self, given) {
      const url = Reflect.apply(create, self, given);
      if (given[0] instanceof Blob) kept.set(url, given[0]);
      if (kept.size > MOST) kept.delete(kept.keys().next().value);
      return url;
    },
  });
})();
