// What the page carries packed: gzip, as text of letters, digits, `+` and `/`.

/** What stands packed in the element of this name. */
export function unpacked(id: string): Response {
  const text = atob(document.getElementById(id)!.textContent!.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}
