// Init script: a PDF that a page shows from its own text (`<embed src="data:application/pdf;…">`).
// Chromium's viewer is off, and what isn't loaded can't be intercepted: as a blob it is a download,
// like a document that a page loads into a frame.
(() => {
  const SHOWN = [["embed", "src"], ["object", "data"], ["iframe", "src"]];
  const IN_TEXT = /^data:application\/pdf((?:;[^;,]*)*),/i;
  const places = SHOWN.map(([tag, attribute]) => [document.getElementsByTagName(tag), attribute]);

  const bytesOf = (text, isBase64) => {
    const plain = decodeURIComponent(text);
    const bytes = isBase64 ? atob(plain.replace(/\s+/g, "")) : plain;
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
  };
  const asBlob = (element, attribute) => {
    const written = element.getAttribute(attribute)?.trim() ?? "";
    const head = written.slice(0, 200).match(IN_TEXT);
    if (!head) return;
    try {
      const bytes = bytesOf(written.slice(head[0].length), /;base64$/i.test(head[1].trim()));
      element.setAttribute(attribute, URL.createObjectURL(new Blob([bytes], { type: "application/pdf" })));
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof URIError)) throw error; // it is no document
    }
  };
  const look = () => {
    for (const [elements, attribute] of places) for (const element of elements) asBlob(element, attribute);
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["src", "data"],
  });
})();
