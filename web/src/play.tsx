// Playing with a network: its inputs are dragged, and its picture shows every neuron's numbers.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Cell } from "./cells";
import { Core, Refusal, latest } from "./core";
import { Layer, evaluator } from "./evaluate";
import { Graph } from "./graph";
import { livePicture } from "./live";
import { Picture, Wrong } from "./parts";
import { Plane } from "./plane";

export type Known = { svg: string; words: string; network: { inputs: string[]; shape: number[]; layers: Layer[] } };

const WINDOW = 3;
/** More inputs than that have no sliders anybody would use. */
const MOST_SLIDERS = 32;
/** Milliseconds without a move after which the exact numbers are asked for. */
const REST = 120;
const exact = (value: number) => String(Math.round(value * 100) / 100);

/** All numbers of an example in words, exact as the core has them. */
function told(answer: { pre_activations: string[][]; activations: string[][] }): string {
  return answer.pre_activations.map((row, l) =>
    l + 1 < answer.pre_activations.length
      ? row.map((value, i) => `h${l + 1}.${i + 1}: ${value} -> ${answer.activations[l][i]}`).join(", ")
      : `output: ${row.join(", ")}`).join("; ");
}

export function Play({ core, known, at, isReady = true, onMove }: { core: Core; known: Known; at?: number[]; isReady?: boolean; onMove?(at: number[]): void }) {
  const names = known.network.inputs;
  const [point, setPoint] = useState<number[] | undefined>(at?.length === names.length ? at : undefined);
  const [shown, setShown] = useState<number[]>([0, 1].slice(0, names.length));
  const [filled, setFilled] = useState<string>();
  const [values, setValues] = useState("");
  const [cells, setCells] = useState<Cell[]>();
  const [error, setError] = useState<Refusal>();
  const place = useRef<HTMLDivElement>(null);
  const moving = useRef({ frame: 0, rest: 0, to: [] as number[] });
  const evaluate = useMemo(() => evaluator(known.network.layers), [known]);
  const here = point ?? names.map(() => 0);

  const fill = useMemo(() => latest(async (at: number[]) => {
    try {
      const answer = await core.ask({ ask: "picture", at: at.map(exact) });
      // The first picture with numbers stays; from then on its numbers are changed in place.
      setFilled((before) => before ?? answer.svg);
      setValues(told(answer));
    } catch (refusal) {
      setError(refusal as Refusal);
    }
  }), [known]);
  const look = useMemo(() => latest(async ({ inputs, at }: { inputs: number[]; at: number[] }) => {
    if (inputs.length === 0) return;
    try {
      setError(undefined);
      setCells((await core.ask({ ask: "plane", inputs, at: at.map(exact), low: String(-WINDOW), high: String(WINDOW), seconds: 5 })).cells);
    } catch (refusal) {
      setCells(undefined);
      setError(refusal as Refusal);
    }
  }), [known]);
  // What is held decides the slice; the inputs that are shown do not.
  const held = here.map((value, i) => (shown.includes(i) ? 0 : value));
  useEffect(() => { if (isReady) look({ inputs: shown, at: held }); }, [known, isReady, shown.join(), held.join()]);
  useEffect(() => { if (point && isReady) fill(point); }, [isReady]);
  useEffect(() => () => {
    cancelAnimationFrame(moving.current.frame);
    clearTimeout(moving.current.rest);
  }, []);
  const write = useRef<ReturnType<typeof livePicture>>(undefined);
  useLayoutEffect(() => { write.current = filled === undefined ? undefined : livePicture(place.current!, names); }, [filled]);
  useLayoutEffect(() => { if (point) write.current?.(point, evaluate(point)); }, [filled, point]);

  const move = (to: number[]) => {
    const now = moving.current;
    now.to = to;
    // However many moves come between two frames, the last one is drawn.
    now.frame ||= requestAnimationFrame(() => {
      now.frame = 0;
      setPoint(now.to);
    });
    if (filled === undefined) fill(to);
    clearTimeout(now.rest);
    now.rest = window.setTimeout(() => {
      fill(now.to);
      onMove?.(now.to);
    }, REST);
  };
  const base = () => (moving.current.frame ? moving.current.to : here);
  const moveShown = (to: number[]) => move(base().map((value, i) => (shown.includes(i) ? to[shown.indexOf(i)] : value)));
  const View = shown.length === 1 ? Graph : Plane;
  return (
    <div class="play">
      <div ref={place}><Picture svg={filled ?? known.svg} label="The network" /></div>
      <div class="beside">
        {cells && <View cells={cells} names={shown.map((i) => names[i])} low={-WINDOW} high={WINDOW} point={shown.map((i) => here[i])} move={moveShown} />}
        {names.length > 2 && (
          <div class="row">
            {shown.map((input, place) => (
              <label>{place ? "up" : "across"} <select value={input} onChange={(event) => {
                const next = Number(event.currentTarget.value);
                setShown(shown.map((other, p) => (p === place ? next : other === next ? input : other)));
              }}>{names.map((name, i) => <option value={i}>{name}</option>)}</select></label>
            ))}
          </div>
        )}
        {names.slice(0, MOST_SLIDERS).map((name, i) => (
          <label class="slider"><span>{name} = {exact(here[i])}</span>
            <input type="range" min={-WINDOW} max={WINDOW} step={0.01} value={here[i]} aria-label={name}
              onInput={(event) => { const value = Number(event.currentTarget.value); move(base().map((other, j) => (j === i ? value : other))); }} />
          </label>
        ))}
        <Wrong error={error} />
      </div>
      <p class="values" aria-live="polite">{values}</p>
      <details><summary>The circuit as text</summary><pre>{known.words}</pre></details>
    </div>
  );
}
