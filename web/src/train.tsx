// Training: one network, seen on the way; then many, each a small square that says what became of it.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { State } from "./app";
import { Dissection } from "./apart";
import { Core, Refusal } from "./core";
import { Picture, Wrong } from "./parts";

/** So many moments of a training are looked at. */
const MOMENTS = 25;
/** Seeds asked for at once: few enough that the squares appear as they are done. */
const AT_ONCE = 10;

type Settings = { text: string; layers: string; steps: number; batch: number; rate: number; bias: boolean; random: string; seed: number; count: number };

function LossCurve({ losses }: { losses: [number, number][] }) {
  const good = losses.filter(([, loss]) => loss > 0);
  if (good.length < 2) return null;
  const logs = good.map(([, loss]) => Math.log10(loss));
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs)) || 1];
  const last = good[good.length - 1][0];
  const path = good.map(([step], i) => `${i ? "L" : "M"}${30 + (270 * step) / last} ${130 - (120 * (logs[i] - low)) / (high - low || 1)}`).join("");
  return (
    <svg class="pl-picture pl-auto chart" viewBox="0 0 310 150" role="img" aria-label={`Loss from ${good[0][1].toPrecision(3)} to ${good[good.length - 1][1].toPrecision(3)} in ${last} steps`}>
      <path class="pl-axis" fill="none" d="M30 10V130H300" />
      <text class="pl-quiet" font-size="11" x="2" y="16">1e{high}</text><text class="pl-quiet" font-size="11" x="2" y="130">1e{low}</text>
      <text class="pl-quiet" font-size="11" x="300" y="145" text-anchor="end">step {last}</text>
      <path class="pl-series pl-series-0" fill="none" d={path} />
    </svg>
  );
}

export function Train({ start, keep }: { start: State; keep(changes: State): void }) {
  const core = useMemo(() => new Core(), []);
  const [set, setSet] = useState<Settings>({
    text: start.f ?? "min(x1, x2)", layers: start.layers ?? "2,3,1", steps: 500, batch: 1000, rate: 0.1, bias: false, random: "pytorch", seed: 0, count: 1000,
  });
  const [moment, setMoment] = useState<any>();
  const [losses, setLosses] = useState<[number, number][]>([]);
  const [done, setDone] = useState(false);
  const [runs, setRuns] = useState<any[]>([]);
  const [error, setError] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  useEffect(() => () => core.stop(), []);
  const question = (seed: number) => ({ text: set.text, layers: set.layers.split(",").map(Number), batch: set.batch, rate: set.rate, bias: set.bias, random: set.random, seed, seconds: 10 });
  const guard = async (work: () => Promise<void>) => {
    setError(undefined);
    setBusy(true);
    try {
      await work();
    } catch (refusal) {
      setError(refusal as Refusal);
    }
    setBusy(false);
  };
  const one = (seed: number) => guard(async () => {
    setDone(false);
    setLosses([]);
    const curve: [number, number][] = [];
    // The same seed goes the same way: each moment is trained up to from the beginning.
    for (let i = 0; i <= MOMENTS; i++) {
      const steps = Math.round((set.steps * i) / MOMENTS);
      const answer = await core.ask({ ask: "train", ...question(seed), steps });
      curve.push([steps, answer.answer.runs[0].final_loss ?? NaN]);
      setMoment({ ...answer, steps, seed });
      setLosses([...curve]);
    }
    setDone(true);
  });
  const many = () => guard(async () => {
    const all: any[] = [];
    setRuns([]);
    for (let from = 0; from < set.count; from += AT_ONCE) {
      const answer = await core.ask({ ask: "train many", ...question(0), steps: set.steps, from, to: Math.min(set.count, from + AT_ONCE), judge: true });
      all.push(...answer.runs);
      setRuns([...all]);
    }
  });
  const change = (changes: Partial<Settings>) => {
    const next = { ...set, ...changes };
    keep({ f: next.text, layers: next.layers });
    setSet(next);
  };
  const number = (key: "steps" | "batch" | "rate" | "seed" | "count", label: string) => (
    <label>{label} <input type="number" min={0} step={key === "rate" ? "any" : 1} value={set[key]} onInput={(event) => change({ [key]: Number(event.currentTarget.value) })} /></label>
  );
  const tally = ["found", "local optimum", "not converged"].map((verdict) => [verdict, runs.filter((run) => run.verdict === verdict).length] as const);
  const reasons = new Map<string, number>();
  for (const run of runs) if (run.verdict !== "found") reasons.set(run.reason, (reasons.get(run.reason) ?? 0) + 1);
  return (
    <section aria-label="Train">
      <div class="row">
        <label>Function <input class="code" value={set.text} onInput={(event) => change({ text: event.currentTarget.value })} /></label>
        <label>Layers <input class="code" size={8} value={set.layers} onInput={(event) => change({ layers: event.currentTarget.value })} /></label>
        {number("steps", "Steps")}{number("batch", "Batch")}{number("rate", "Learning rate")}{number("seed", "Seed")}
        <label><input type="checkbox" checked={set.bias} onChange={(event) => change({ bias: event.currentTarget.checked })} /> biases</label>
        <label>Random <select value={set.random} onChange={(event) => change({ random: event.currentTarget.value })}><option value="pytorch">PyTorch's</option><option value="fast">our own</option></select></label>
      </div>
      <div class="row">
        <button disabled={busy} onClick={() => one(set.seed)}>Train one</button>
        <button disabled={busy} onClick={many}>Train many</button>{number("count", "Seeds from 0 to")}
        {busy && <button onClick={() => core.stop()}>Stop</button>}
      </div>
      <Wrong error={error} />
      {runs.length > 0 && (
        <>
          <p role="status">{runs.length} trained: {tally.map(([verdict, n]) => `${n} ${verdict}`).join(", ")}</p>
          <div class="squares">
            {runs.map((run) => (
              <button class={`square ${run.verdict.replace(" ", "-")}`} title={`seed ${run.seed}: ${run.verdict}. ${run.reason}`} aria-label={`seed ${run.seed}: ${run.verdict}`} onClick={() => one(run.seed)} disabled={busy} />
            ))}
          </div>
          <ul>{[...reasons].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([reason, n]) => <li>{n} times: {reason}</li>)}</ul>
        </>
      )}
      {moment && (
        <>
          <h2>Seed {moment.seed}, step {moment.steps}: <span class="verdict">{moment.answer.runs[0].verdict}</span></h2>
          <p>{moment.answer.runs[0].reason}</p>
          <LossCurve losses={losses} />
          {done && moment.decompiled ? <Dissection core={core} found={{ ...moment, answer: moment.decompiled, name: "trained", count: 0, remarks: [] }} />
            : moment.svg && <Picture svg={moment.svg} label="The network on its way" />}
        </>
      )}
    </section>
  );
}
