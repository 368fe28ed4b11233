// What was worked out when the page was built: the library's functions, as the core answered, and a survey. The functions
// are drawn at once; the core works each out again, and its answer takes the place of what was known.

import { unpacked } from "./unpack";

export type Answer = { answer: any; svg: string; words: string; mathml: string | null; network: any };

const inElement = (id: string) => JSON.parse(document.getElementById(id)!.textContent!);

/** At first only the function that the page begins with. */
let table: Record<string, Answer> = inElement("first");

/** All that is known; there soon after the page has been drawn. */
export const everything: Promise<{ answers: Record<string, Answer>; survey: object }> = new Promise((resolve) => setTimeout(resolve))
  .then(() => unpacked("known").json())
  .then((all) => {
    table = all.answers;
    return all;
  });

/** The answer for a function everywhere, with nothing else asked for. */
export function known(text: string): Answer | undefined {
  if (!Object.hasOwn(table, text.trim())) return undefined;
  const found = table[text.trim()];
  return { ...found, network: { ...found.network, layers: found.answer.layers } };
}
