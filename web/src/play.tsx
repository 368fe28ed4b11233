// Playing with a network: its inputs are dragged, and its picture shows every neuron's numbers.

import { useEffect, useMemo, useState } from "preact/hooks";
import { Cell, Graph, Plane } from "./cells";
import { Core, Refusal, latest } from "./core";
import { Picture, Wrong } from "./parts";

export type Known = { svg: string; words: string; network: { inputs: string[]; shape: number[] } };

const WINDOW = 3;
/** More inputs than that have no sliders anybody would use. */
const MOST_SLIDERS = 32;
const exact = (value: number) => String(Math.round(value * 100) / 100);

export function Play({ core, known, at, onMove }: { core: Core; known: Known; at?: number[]; onMove?(at: number[]): void }) {
  const names = known.network.inputs;
  const [point, setPoint] = useState<number[] | undefined>(at?.length === names.length ? at : undefined);
  const [shown, setShown] = useState<number[]>([0, 1].slice(0, names.length));
  const [filled, setFilled] = useState<string>();
  const [values, setValues] = useState("");
  const [cells, setCells] = useState<Cell[]>();
  const [error, setError] = useState<Refusal>();
  const here = point ?? names.map(() => 0);

  const fill = useMemo(() => latest(async (at: number[]) => {
    try {
      const answer = await core.ask({ ask: "picture", at: at.map(exact) });
      setFilled(answer.svg);
      setValues(answer.pre_activations.map((row: string[], l: number) =>
        l + 1 < answer.pre_activations.length
          ? row.map((value, i) => `h${l + 1}.${i + 1}: ${value} -> ${answer.activations[l][i]}`).join(", ")
          : `output: ${row.join(", ")}`).join("; "));
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
  useEffect(() => look({ inputs: shown, at: held }), [known, shown.join(), held.join()]);
  useEffect(() => { if (point) fill(point); }, []);

  const move = (to: number[]) => {
    setPoint(to);
    fill(to);
    onMove?.(to);
  };
  const moveShown = (to: number[]) => move(here.map((value, i) => (shown.includes(i) ? to[shown.indexOf(i)] : value)));
  const View = shown.length === 1 ? Graph : Plane;
  return (
    <div class="play">
      <Picture svg={filled ?? known.svg} label="The network" />
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
              onInput={(event) => move(here.map((value, j) => (j === i ? Number(event.currentTarget.value) : value)))} />
          </label>
        ))}
        <Wrong error={error} />
      </div>
      <p class="values" aria-live="polite">{values}</p>
      <details><summary>The circuit as text</summary><pre>{known.words}</pre></details>
    </div>
  );
}
