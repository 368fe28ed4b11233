// Parts that several views share.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Core, Refusal } from "./core";

/** A picture that does not fit is made smaller down to this share, and scrolled beyond. */
const SMALLEST = 0.5;

/** A picture that the core drew. Its style sheet is in the page's, so that no style comes from elsewhere. */
export function Picture({ svg, label }: { svg: string; label?: string }) {
  const bare = svg.replace(/<style>[^]*?<\/style>/, "");
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const drawn = place.current!.querySelector("svg");
    if (drawn) drawn.style.minWidth = `${SMALLEST * Number(drawn.getAttribute("width"))}px`;
    // The middle, where outputs and inputs are.
    place.current!.scrollLeft = (place.current!.scrollWidth - place.current!.clientWidth) / 2;
  }, [svg]);
  return <div class="picture" ref={place} tabIndex={0} role="group" aria-label={label ?? "picture"} dangerouslySetInnerHTML={{ __html: bare }} />;
}

/** A formula in mathematical notation; long ones are scrolled. */
export function Formula({ mathml }: { mathml: string | null }) {
  return mathml ? <div class="formula" tabIndex={0} role="group" aria-label="Formula" dangerouslySetInnerHTML={{ __html: mathml }} /> : null;
}

/** What went wrong, in the core's words. */
export function Wrong({ error }: { error: Refusal | undefined }) {
  if (!error || error.message === "stopped") return null;
  return <pre class="wrong" role="alert">{error.message}{error.isLimit ? "\n(gave up: the command has limits that can be raised)" : ""}</pre>;
}

export const shape = (numbers: number[]) => numbers.join("-");
export const counted = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** `"-3/2"` as a float, for places on the screen. */
export function float(text: string): number {
  const [above, below] = text.split("/");
  return below === undefined ? Number(above) : Number(above) / Number(below);
}

/** Hands a file to the reader. */
export function save(name: string, bytes: Uint8Array | string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes as BlobPart]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Buttons that write what is known of the subject. */
export function Keep({ core, formula, known, isReady = true }: { core: Core; formula?: string; known?: boolean; isReady?: boolean }) {
  const [error, setError] = useState<Refusal>();
  const write = async (what: string, format: string, name: string) => {
    try {
      setError(undefined);
      save(name, Uint8Array.from((await core.ask({ ask: "write", what, format })).bytes));
    } catch (refusal) {
      setError(refusal as Refusal);
    }
  };
  return (
    <div>
      <div class="row" role="group" aria-label="Download">
        {formula !== undefined && <button onClick={() => save("formula.txt", formula + "\n")}>Formula</button>}
        {known && <button disabled={!isReady} onClick={() => write("small", "json", "small.json")}>Small network</button>}
        <button disabled={!isReady} onClick={() => write("network", "json", "network.json")}>Network</button>
        <button disabled={!isReady} onClick={() => write("network", "onnx", "network.onnx")}>ONNX</button>
        <button disabled={!isReady} onClick={() => write("certificate", "json", "proof.json")}>Certificate</button>
        <button disabled={!isReady} onClick={() => write("picture", "svg", "circuit.svg")}>Picture</button>
      </div>
      <Wrong error={error} />
    </div>
  );
}
