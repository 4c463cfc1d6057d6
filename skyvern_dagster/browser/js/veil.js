// A Playwright selector engine that keeps typed secrets out of pictures; it runs in the isolated
// world, where pages can't ask it.
//
//   e12 >> skyvern-veil=cover    covers a field from now on: its text shows as dots
//   skyvern-veil=covered         the fields that were covered, and those that show the same text
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

  return {
    queryAll(root, selector) {
      if (selector === "covered") return allCovered(root);
      cover(root);
      return [root];
    },
  };
})()
