// The picture of an example, kept up to date in place: only texts and classes change, so that dragging is smooth.

import { Trace, few } from "./evaluate";

type Slot = { texts: SVGTextElement[]; box: Element };

/** The numbers in a picture that the core drew for some example, by the name of the neuron, input or output. */
function slots(svg: Element): Map<string, Slot> {
  const found = new Map<string, Slot>();
  let last: Slot | undefined;
  let outputs = 0;
  for (const element of svg.children) {
    const title = element.tagName === "rect" ? element.querySelector("title")?.textContent : undefined;
    if (title) {
      const name = /^input /.test(title) ? title : /^output /.test(title) ? `output ${outputs++}` : /^h\d+\.\d+/.exec(title)?.[0];
      last = name === undefined ? undefined : { texts: [], box: element };
      if (last) found.set(name!, last);
    } else if (element.tagName === "text" && element.classList.contains("pl-text") && last) {
      last.texts.push(element as SVGTextElement);
    } else if (element.classList.contains("pl-quiet") || element.classList.contains("pl-halo")) {
      // A name beside a neuron ends its numbers.
      last = undefined;
    }
  }
  return found;
}

/** Writes the numbers of an example into the picture of another one. */
export function livePicture(place: Element, names: string[]): ((point: number[], trace: Trace) => void) | undefined {
  const svg = place.querySelector("svg");
  if (!svg) return undefined;
  const known = slots(svg);
  const write = (slot: Slot | undefined, texts: string[]) => texts.forEach((text, i) => {
    const element = slot?.texts[i];
    if (element && element.textContent !== text) element.textContent = text;
  });
  return (point, { sums, values }) => {
    names.forEach((name, i) => write(known.get(`input ${name}`), [few(point[i])]));
    sums.forEach((row, layer) => row.forEach((sum, i) => {
      if (layer + 1 === sums.length) return write(known.get(`output ${i}`), [few(sum)]);
      const slot = known.get(`h${layer + 1}.${i + 1}`);
      write(slot, [few(values[layer][i]), few(sum)]);
      slot?.box.classList.toggle("asleep", sum <= 0);
      slot?.box.classList.toggle("awake", sum > 0);
    }));
  };
}
