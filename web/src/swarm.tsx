// Many trainings: done by as many cores as there are, and shown as small squares.

import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import { Core } from "./core";
import { kinkPath } from "./kinks";

/** Seeds asked for at once: few enough that the squares appear as they are done. */
const AT_ONCE = 20;
/** More workers take more memory than they save time. */
const MOST_WORKERS = 8;
/** Causes that are told. */
const TOLD = 8;

type Stop = { wanted: boolean; end(): void };

/** Trains and judges the seeds below `count`; tells of all that are done as they come. */
export async function trainMany(question: object, count: number, stop: Stop, tell: (runs: any[]) => void) {
  const workers = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1, Math.ceil(count / AT_ONCE)));
  const cores = Array.from({ length: workers }, () => new Core());
  stop.end = () => cores.forEach((core) => core.end());
  const all: any[] = [];
  let next = 0;
  let isDrawn = true;
  const show = () => {
    if (!isDrawn) return;
    isDrawn = false;
    requestAnimationFrame(() => {
      isDrawn = true;
      tell(all.filter(Boolean));
    });
  };
  try {
    await Promise.all(cores.map(async (core) => {
      while (next < count && stop.wanted) {
        const from = next;
        next = Math.min(count, from + AT_ONCE);
        const { runs } = await core.ask({ ask: "train many", ...question, from, to: next, judge: true });
        for (const run of runs) all[run.seed] = run;
        show();
      }
    }));
  } finally {
    stop.end();
    tell(all.filter(Boolean));
  }
}

const classOf = (verdict: string) => verdict.replaceAll(" ", "-");

const Square = memo(({ run, look }: { run: any; look(seed: number): void }) => {
  const told = `seed ${run.seed}: ${run.verdict}${run.detail ? `. ${run.detail}` : run.cause ? `, ${run.cause}` : ""}`;
  return (
    <button class={`square ${classOf(run.verdict)}`} title={told} aria-label={told} onClick={() => look(run.seed)}>
      <svg viewBox="0 0 1 1" aria-hidden="true"><path d={kinkPath(run.rows)} /></svg>
    </button>
  );
}, (one, other) => one.run === other.run);

/** What became of many trainings. */
export function Swarm({ runs, took, busy, look }: { runs: any[]; took?: number; busy: boolean; look(seed: number): void }) {
  const [tally, causes] = useMemo(() => {
    const tally = new Map<string, number>();
    const causes = new Map<string, number>();
    const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
    for (const run of runs) {
      add(tally, run.verdict);
      if (run.cause) add(causes, `${run.verdict}: ${run.cause}`);
    }
    const sorted = (map: Map<string, number>) => [...map].sort((a, b) => b[1] - a[1]);
    return [sorted(tally), sorted(causes)];
  }, [runs]);
  if (runs.length === 0) return null;
  return (
    <>
      <p role="status">{runs.length} trained{took === undefined ? "" : ` and judged in ${(took / 1000).toFixed(2)} s`}: {tally.map(([verdict, n], i) => <>{i ? ", " : ""}<span class={`square key ${classOf(verdict)}`} />{n} {verdict}</>)}</p>
      <div class={`squares ${runs.length > 200 ? "many" : ""}`} aria-busy={busy}>{runs.map((run) => <Square key={run.seed} run={run} look={look} />)}</div>
      <ul>{causes.slice(0, TOLD).map(([cause, n]) => <li>{n} times {cause}</li>)}</ul>
    </>
  );
}
