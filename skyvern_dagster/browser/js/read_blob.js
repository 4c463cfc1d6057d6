// Content of a blob address, as base64 with its type; null when this document doesn't know it.
async (url) => {
  const kept = globalThis[Symbol.for("skyvern.blobs")];
  let blob = kept && kept.get(url);
  if (!blob) {
    try {
      blob = await (await fetch(url)).blob();
    } catch {
      return null;
    }
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768)
    binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { type: blob.type, content: btoa(binary) };
}
