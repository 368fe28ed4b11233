// What surveys of many trainings found, and which circuits are made of which.

import { useEffect, useMemo, useState } from "preact/hooks";
import { Core, Refusal } from "./core";
import { everything } from "./known";
import { Picture, Wrong, counted } from "./parts";

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 2 : 1)} %`;
/** Circuits, causes and features that are told. */
const TOLD = 5;
const TOLD_FEATURES = 12;

type Cell = any;
const nameOf = (cell: Cell) => `${cell.function}, ${cell.widths} wide, ${cell.regimen}`;

/** A share with its interval, on a line from 0 to all. */
function Whisker({ cell }: { cell: Cell }) {
  const [low, high] = cell.found.interval_95.map((end: number) => 100 * end);
  return (
    <svg class="whisker pl-auto" viewBox="-3 0 106 12" preserveAspectRatio="none" aria-hidden="true">
      <path class="pl-grid" d="M0 6H100M0 1V11M50 1V11M100 1V11" />
      <path class="range" d={`M${low} 6H${high}`} />
      <path class="mark" d={`M${(100 * cell.found.count) / cell.found.of} 1V11`} />
    </svg>
  );
}

/** All that a survey says of one function, width and regimen. */
function About({ cell }: { cell: Cell }) {
  const causes = Object.entries<number>(cell.causes ?? {}).sort((a, b) => b[1] - a[1]).slice(0, TOLD);
  const number = (value: number | null | undefined) => (value == null ? "not known" : value.toFixed(3));
  return (
    <div class="about" aria-live="polite">
      <h3>{nameOf(cell)}</h3>
      <p>{cell.found.count} of {cell.found.of} found ({percent(cell.found.interval_95[0])} to {percent(cell.found.interval_95[1])} with 95 %){cell.formula ? <>: <code>{cell.formula}</code> on {cell.domain}</> : ""}.</p>
      <p>Strong universality {number(cell.strong_universality)}; agreement of features {number(cell.agreement)}, by chance {number(cell.agreement_by_chance)}.</p>
      {cell.most_frequent?.length > 0 && <><h4>Circuits ({cell.circuits})</h4><ul>{cell.most_frequent.slice(0, TOLD).map(({ circuit, count }: any) => <li>{count} times <code>{circuit}</code></li>)}</ul></>}
      {causes.length > 0 && <><h4>Why others failed</h4><ul>{causes.map(([cause, n]) => <li>{n} times {cause}</li>)}</ul></>}
    </div>
  );
}

function Findings({ found }: { found: { answer: any; charts: string[] } }) {
  const cells: Cell[] = found.answer.cells;
  const [at, setAt] = useState(0);
  const n = cells.reduce((sum, cell) => sum + cell.found.of, 0);
  return (
    <>
      <p>{counted(n, "network")}, each trained, taken apart and judged in exact numbers. Point at a line to see what was found.</p>
      <div class="findings-of">
        <div class="bars" role="group" aria-label="Circuit found, by function, width and regimen">
          {cells.map((cell, i) => (
            <button class="bar" aria-pressed={i === at} onPointerEnter={() => setAt(i)} onFocus={() => setAt(i)} onClick={() => setAt(i)}>
              <span>{nameOf(cell)}</span><Whisker cell={cell} /><span class="number">{percent(cell.found.count / cell.found.of)}</span>
            </button>
          ))}
        </div>
        {cells[at] && <About cell={cells[at]} />}
      </div>
      <div class="charts">{found.charts.map((svg) => <Picture svg={svg} label="A chart of the survey" />)}</div>
      {found.answer.features?.length > 0 && (
        <>
          <h3>Features that functions share</h3>
          <div class="wide" tabIndex={0} role="region" aria-label="Features that functions share">
            <table>
              <thead><tr><th scope="col">feature</th><th scope="col">functions, with networks</th></tr></thead>
              <tbody>{found.answer.features.slice(0, TOLD_FEATURES).map(({ feature, networks }: any) => <tr><th scope="row"><code>{feature}</code></th><td>{Object.entries(networks).map(([name, n]) => `${name} ${n}`).join(", ")}</td></tr>)}</tbody>
            </table>
          </div>
        </>
      )}
    </>
  );
}

export function Atlas() {
  const core = useMemo(() => new Core(), []);
  const [reuse, setReuse] = useState("");
  const [found, setFound] = useState<{ answer: any; charts: string[]; count: number }>();
  const [error, setError] = useState<Refusal>();
  const look = async (bytes: Uint8Array) => {
    try {
      setError(undefined);
      setFound({ ...(await core.ask({ ask: "survey" }, bytes)), count: Date.now() });
    } catch (refusal) {
      setError(refusal as Refusal);
    }
  };
  const take = async (files: FileList | null | undefined) => {
    const [file] = files ?? [];
    if (file) await look(new Uint8Array(await file.arrayBuffer()));
  };
  useEffect(() => {
    void everything.then(({ survey }) => look(new TextEncoder().encode(JSON.stringify(survey))));
    core.ask({ ask: "reuse" }).then(({ svg }) => setReuse(svg), setError);
    return () => core.end();
  }, []);
  return (
    <section aria-label="The atlas">
      <h2>A survey</h2>
      <div class="drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void take(event.dataTransfer?.files); }}>
        <label>Drop a survey here, or choose one (.json of <code>pellucid survey report --json</code>, .csv of <code>pellucid survey export</code>): <input type="file" onChange={(event) => take(event.currentTarget.files)} /></label>
      </div>
      <Wrong error={error} />
      {found ? <Findings key={found.count} found={found} /> : !error && <p role="status">working ...</p>}
      <h2>What is made of what</h2>
      {reuse && <Picture svg={reuse} label="Which circuits are made of which" />}
    </section>
  );
}
