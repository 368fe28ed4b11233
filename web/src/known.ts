// What was worked out when the page was built: the library's functions, as the core answered. They are drawn at once;
// the core works each out again, and its answer takes the place of what was known.

export type Answer = { answer: any; svg: string; words: string; mathml: string | null; network: any };

let table: Record<string, Answer> | undefined;

/** The answer for a function everywhere, with nothing else asked for. */
export function known(text: string): Answer | undefined {
  table ??= JSON.parse(document.getElementById("known")!.textContent!) as Record<string, Answer>;
  return Object.hasOwn(table, text.trim()) ? table[text.trim()] : undefined;
}
