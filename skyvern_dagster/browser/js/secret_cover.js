// A Playwright selector engine that keeps typed secrets out of pictures; it runs in the isolated
// world, where pages can't ask it.
//
//   e12 >> skyvern-cover=cover    covers a field from now on: its text shows as dots
//   skyvern-cover=covered         the fields that were covered, and those that show the same text
//   skyvern-cover=shows:[...]     elements that show one of these texts, however it is spaced, cased,
//                                split up or encoded (the JSON is percent-encoded)
//   skyvern-cover=plain:[...]     a detached element whose text is true where there is none of either,
//                                and a pixel of the page is one of its picture
(() => {
  const TEXT_FIELDS = "input,textarea,[contenteditable]";
  const SHORTEST = 4;
  const covered = new Set(); // WeakRefs of elements
  const texts = new Set();

  const controlOf = (element) =>
    element.matches("input,textarea") ? element : element.control || element.querySelector("input,textarea") || element;
  const textOf = (element) => ("value" in element ? element.value : element.textContent) || "";

  // One box for each character of a code: all of them hold a part of it.
  function fieldsOf(control) {
    if (control.maxLength !== 1) return [control];
    const around = control.form || control.parentElement?.parentElement || control.parentElement;
    return Array.from(around.querySelectorAll("input")).filter((each) => each.maxLength === 1);
  }

  function cover(element) {
    for (const field of fieldsOf(controlOf(element))) {
      field.style.setProperty("-webkit-text-security", "disc", "important");
      if (!alive().includes(field)) covered.add(new WeakRef(field));
    }
    alive().forEach(remember);
  }

  function alive() {
    return Array.from(covered, (each) => each.deref()).filter(Boolean);
  }

  function remember(field) {
    const text = textOf(field);
    if (text.length >= SHORTEST) texts.add(text);
  }

  function allCovered(root) {
    alive().forEach(remember);
    const own = alive().filter((field) => field.isConnected);
    const alike = Array.from(root.querySelectorAll(TEXT_FIELDS)).filter((field) =>
      Array.from(texts).some((text) => textOf(field).includes(text)),
    );
    return Array.from(new Set([...own, ...alike]));
  }

  // Letters and digits alone, so that "Z q 7", "z-q-7" and one element a letter read alike.
  const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const spaced = (text) => text.toLowerCase().replace(/\s+/g, " ");
  const SHORTEST_BARE = 8;
  const SAYING = "[alt],[title],[placeholder],[aria-label],input,textarea,button,option";

  function spellings(text) {
    const bytes = new TextEncoder().encode(text);
    const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
    const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    const codes = Array.from(text, (each) => each.codePointAt(0)).join("");
    // The last characters of base64 depend on what follows.
    return [text, base64.slice(0, -1), hex, codes, Array.from(text).reverse().join(""), encodeURIComponent(text)];
  }

  function matcher(secrets) {
    const all = secrets.flatMap(spellings).filter((each) => each.length >= SHORTEST);
    const plain = all.map(spaced);
    const squeezed = all.map(bare).filter((each) => each.length >= SHORTEST_BARE);
    return (text) => {
      if (!text) return false;
      const one = spaced(text);
      if (plain.some((each) => one.includes(each))) return true;
      const other = bare(text);
      return squeezed.some((each) => other.includes(each));
    };
  }

  // The innermost elements that show it: all of what holds it where each letter is in its own.
  function showing(root, matches, found) {
    if (!matches(root.textContent)) return;
    const inner = Array.from(root.children).filter((each) => matches(each.textContent));
    inner.forEach((each) => showing(each, matches, found));
    if (!inner.length && root instanceof Element) found.add(root);
  }

  function rootsIn(root) {
    const roots = [root];
    for (const each of root.querySelectorAll("*")) if (each.shadowRoot) roots.push(...rootsIn(each.shadowRoot));
    return roots;
  }

  function allShowing(root, secrets) {
    const matches = matcher(secrets);
    const found = new Set();
    for (const each of rootsIn(root)) {
      showing(each.body || each, matches, found);
      for (const element of each.querySelectorAll(SAYING)) {
        const said = ["alt", "title", "placeholder", "aria-label"].map((name) => element.getAttribute(name));
        if ([...said, element.value].some((text) => typeof text === "string" && matches(text))) found.add(element);
      }
    }
    return Array.from(found);
  }

  const listed = (encoded) => JSON.parse(decodeURIComponent(encoded));

  function isPlain(root, secrets) {
    return devicePixelRatio === 1 && !allCovered(root).length && !allShowing(root, secrets).length;
  }

  function answer(value) {
    const element = document.createElement("data");
    element.textContent = JSON.stringify(value);
    return element;
  }

  function queryAll(root, selector) {
    if (selector.startsWith("plain:")) return [answer(isPlain(root, listed(selector.slice(6))))];
    if (selector.startsWith("shows:")) return allShowing(root, listed(selector.slice(6)));
    if (selector === "covered") return allCovered(root);
    cover(root);
    return [root];
  }

  globalThis.skyvernEngines = { ...globalThis.skyvernEngines, "skyvern-cover": queryAll };
  return { queryAll };
})()
