// Training: one network, seen on the way; then many, each a small square that says what became of it.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { State } from "./app";
import { Dissection } from "./apart";
import { Core, Refusal } from "./core";
import { Kinks } from "./kinks";
import { LossCurve } from "./loss";
import { Picture, Wrong } from "./parts";
import { INITS, OPTIMIZERS, REGIMENS, Regimen, fromLink, nameOf, toLink, write } from "./regimen";
import { Swarm, trainMany } from "./swarm";

/** So many moments of a training are looked at. */
const MOMENTS = 40;

type Settings = { text: string; layers: string; bias: boolean; pytorch: boolean; seed: number; count: number };
type Moment = { seed: number; steps: number; svg: string | null; rows: number[][]; losses: [number, number][]; judged?: any; outcome?: any };

const CUSTOM = "my own";

export function Train({ start, keep }: { start: State; keep(changes: State): void }) {
  const core = useMemo(() => new Core(), []);
  const [set, setSet] = useState<Settings>({
    text: start.f ?? "min(x1, x2)", layers: start.layers ?? "2,3,1", bias: start.bias === "yes", pytorch: start.pytorch === "yes",
    seed: Number(start.seed ?? 0), count: 1000,
  });
  const [regimen, setRegimen] = useState<Regimen>(() => fromLink(start));
  const [moment, setMoment] = useState<Moment>();
  const [runs, setRuns] = useState<any[]>([]);
  const [took, setTook] = useState<number>();
  const [error, setError] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const stop = useMemo(() => ({ wanted: true, end: () => {} }), []);
  const halt = () => {
    stop.wanted = false;
    stop.end();
    core.stop();
  };
  useEffect(() => () => {
    halt();
    core.end();
  }, []);
  const question = {
    text: set.text, layers: set.layers.split(/[-,\s]+/).map(Number), bias: set.bias, as_pytorch: set.pytorch, regimen: write(regimen), seconds: 10,
  };
  const guard = async (work: () => Promise<void>) => {
    setError(undefined);
    setBusy(true);
    stop.wanted = true;
    try {
      await work();
    } catch (refusal) {
      setError(refusal as Refusal);
    }
    setBusy(false);
  };
  const one = (seed: number) => guard(async () => {
    const losses: [number, number][] = [];
    // The same seed goes the same way: each moment is trained up to from the beginning, which takes milliseconds.
    const seen = new Set<number>();
    // Who wants no motion sees the end.
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (let i = 0; i <= MOMENTS && stop.wanted; i++) {
      const steps = Math.round((regimen.steps * i) / MOMENTS);
      if (seen.has(steps)) continue;
      seen.add(steps);
      const { loss, svg, rows } = await core.ask({ ask: "moment", ...question, seed, steps });
      losses.push([steps, loss ?? NaN]);
      const isLast = i === MOMENTS;
      if (isStill && !isLast) continue;
      setMoment({ seed, steps, svg, rows, losses: [...losses] });
      // One moment a frame, so that it can be seen.
      await new Promise(requestAnimationFrame);
    }
    // The same judge as of many, who knows whether the loss was still falling; then what the network computes as it is.
    const { runs: [judged] } = await core.ask({ ask: "train many", ...question, from: seed, to: seed + 1, judge: true });
    const outcome = await core.ask({ ask: "train", ...question, seed });
    setMoment((last) => last && { ...last, steps: regimen.steps, rows: judged.rows, judged, outcome });
  });
  const many = () => guard(async () => {
    setRuns([]);
    setTook(undefined);
    const begin = performance.now();
    await trainMany({ ...question, seconds: 60 }, set.count, stop, setRuns);
    setTook(performance.now() - begin);
  });
  const change = (changes: Partial<Settings>) => {
    const next = { ...set, ...changes };
    keep({ f: next.text, layers: next.layers, bias: next.bias ? "yes" : "", pytorch: next.pytorch ? "yes" : "", seed: next.seed ? String(next.seed) : "" });
    setSet(next);
  };
  const train = (changes: Partial<Regimen>) => {
    const next = { ...regimen, ...changes };
    keep(toLink(next));
    setRegimen(next);
  };
  const number = (label: string, value: number, take: (value: number) => void, step: number | "any" = 1) => (
    <label>{label} <input type="number" min={0} step={step} value={value} onInput={(event) => take(Number(event.currentTarget.value))} /></label>
  );
  const choice = (label: string, value: string, values: string[], take: (value: string) => void) => (
    <label>{label} <select value={value} onChange={(event) => take(event.currentTarget.value)}>{values.map((name) => <option value={name}>{name}</option>)}</select></label>
  );
  const name = nameOf(regimen) ?? CUSTOM;
  const [judged, run] = [moment?.judged, moment?.outcome?.answer.runs[0]];
  return (
    <section aria-label="Train">
      <div class="row">
        <label>Function <input class="code" value={set.text} onInput={(event) => change({ text: event.currentTarget.value })} /></label>
        <label>Widths <input class="code" size={8} value={set.layers} onInput={(event) => change({ layers: event.currentTarget.value })} /></label>
        {choice("Regimen", name, [...Object.keys(REGIMENS), ...(name === CUSTOM ? [CUSTOM] : [])], (to) => REGIMENS[to] && train({ ...REGIMENS[to] }))}
        {number("Seed", set.seed, (seed) => change({ seed }))}
      </div>
      <div class="row">
        {choice("Initial weights", regimen.init, INITS, (init) => train({ init }))}
        {choice("Optimiser", regimen.optimizer, OPTIMIZERS, (optimizer) => train({ optimizer }))}
        {number("Steps", regimen.steps, (steps) => train({ steps }))}
        {number("Batch", regimen.batch, (batch) => train({ batch }))}
        {number("Learning rate", regimen.rate, (rate) => train({ rate }), "any")}
        {number("Restarts", regimen.restarts, (restarts) => train({ restarts }))}
        <label><input type="checkbox" checked={set.bias} onChange={(event) => change({ bias: event.currentTarget.checked })} /> biases</label>
        <label title="Where the other settings are the notebook's"><input type="checkbox" checked={set.pytorch} disabled={name !== "seed"} onChange={(event) => change({ pytorch: event.currentTarget.checked })} /> PyTorch's random numbers</label>
      </div>
      <div class="row">
        <button disabled={busy} onClick={() => one(set.seed)}>Train one</button>
        <button disabled={busy} onClick={many}>Train many</button>{number("Seeds from 0 to", set.count, (count) => change({ count }))}
        {busy && <button onClick={halt}>Stop</button>}
      </div>
      <Wrong error={error} />
      <Swarm runs={runs} took={took} busy={busy} look={one} />
      {moment && (
        <>
          <h2>Seed {moment.seed}, step {moment.steps}{judged && <>: <span class={`verdict ${judged.verdict.startsWith("found") ? "" : "unproved"}`}>{judged.verdict}</span></>}</h2>
          {judged && run && (
            <p>{judged.verdict === "found" ? "" : `${judged.cause}${judged.detail ? `: ${judged.detail}` : ""}. As it is: `}{run.reason}{judged.restarts ? ` (begun again ${judged.restarts} times)` : ""}</p>
          )}
          <div class="training">
            <LossCurve losses={moment.losses} steps={regimen.steps} />
            {moment.rows[0]?.length <= 3 && <figure><Kinks rows={moment.rows} label={`Where the ${moment.rows.length} neurons have their kinks`} /><figcaption>kinks on the box from -1 to 1</figcaption></figure>}
          </div>
          {moment.outcome?.decompiled ? <Dissection core={core} found={{ ...moment.outcome, answer: moment.outcome.decompiled, name: "trained", count: 0, remarks: [] }} />
            : moment.svg && <Picture svg={moment.svg} label="The network on its way" />}
        </>
      )}
    </section>
  );
}
