// What one of our engines says of a document, or of an element in it: JSON, or null where the world
// that this runs in isn't the one with the engines, or the document isn't the page's main one.
(engine, question, ref) => {
  const engines = globalThis.skyvernEngines;
  if (self !== top || !engines) return null;
  const [root] = ref ? engines.skyvern(document, ref) : [document];
  const [answer] = root ? engines[engine](root, question) : [];
  return answer ? answer.textContent : null;
}
