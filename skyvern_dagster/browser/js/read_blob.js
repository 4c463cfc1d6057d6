// A part of a blob's content, as base64, with its type and whole size; null when this document
// doesn't know it. A part at a time: a whole one may be larger than what can be held in memory.
async ([url, start, end]) => {
  const kept = globalThis[Symbol.for("skyvern.blobs")];
  let blob = kept && kept.get(url);
  if (!blob) {
    try {
      blob = await (await fetch(url)).blob();
    } catch {
      return null;
    }
  }
  const bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768)
    binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { type: blob.type, size: blob.size, content: btoa(binary) };
}
