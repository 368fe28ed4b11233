// A function is written, and its smallest circuit appears.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { State } from "./app";
import { Core, Refusal, latest } from "./core";
import { Answer, everything, known } from "./known";
import { Formula, Keep, Wrong, counted, shape } from "./parts";
import { Play } from "./play";

type Asked = { text: string; on: string; within: string; no_bias: boolean; shallowest: boolean };
type Found = Answer & { count: number; asked: Asked; isReady: boolean };

/** A question that is out of date may go on for so long before it is ended. */
const PATIENCE = 400;

/** What is known of a question before the core has answered it. */
const atOnce = ({ text, on, within, no_bias, shallowest }: Asked) => (on || within || no_bias || shallowest ? undefined : known(text));

export function Write({ start, keep }: { start: State; keep(changes: State): void }) {
  const core = useMemo(() => new Core(), []);
  const [asked, setAsked] = useState<Asked>({
    text: start.f ?? "", on: start.on ?? "", within: start.within ?? "", no_bias: start.no_bias === "yes", shallowest: start.shallowest === "yes",
  });
  const count = useRef(0);
  const newest = useRef(asked);
  const [found, setFound] = useState<Found | undefined>(() => {
    const answer = atOnce(asked);
    return answer && { ...answer, count: ++count.current, asked, isReady: false };
  });
  const [error, setError] = useState<Refusal>();
  const [proofs, setProofs] = useState<string[]>();
  const slow = useRef<number>(0);
  const isBusy = useRef(false);
  const isOld = useRef(false);
  const compile = useMemo(() => latest(async (asked: Asked) => {
    isBusy.current = true;
    isOld.current = false;
    try {
      const answer = await core.ask({ ask: "compile", ...asked });
      clearTimeout(slow.current);
      // What was asked since has been drawn already, or will be.
      if (newest.current === asked) {
        setError(undefined);
        setFound((last) => ({ ...answer, asked, isReady: true, count: last?.asked === asked ? last.count : ++count.current }));
      }
    } catch (refusal) {
      if ((refusal as Refusal).message !== "stopped" && newest.current === asked) setError(refusal as Refusal);
    }
    isBusy.current = false;
  }), []);
  useEffect(() => compile(asked), [asked]);
  // A link may ask for what is known, but not unpacked yet.
  useEffect(() => {
    void everything.then(() => {
      const answer = atOnce(newest.current);
      if (answer) setFound((last) => last ?? { ...answer, count: ++count.current, asked: newest.current, isReady: false });
    });
  }, []);
  useEffect(() => () => core.end(), []);

  const change = (changes: Partial<Asked>) => {
    const next = { ...asked, ...changes };
    newest.current = next;
    const answer = atOnce(next);
    if (answer) {
      setError(undefined);
      setFound({ ...answer, count: ++count.current, asked: next, isReady: false });
    }
    setProofs(undefined);
    // Whoever types on does not want to wait for what was meant before.
    if (isBusy.current) {
      clearTimeout(slow.current);
      slow.current = window.setTimeout(() => isOld.current && core.stop(), PATIENCE);
      isOld.current = true;
    }
    keep({ f: next.text, on: next.on, within: next.within, no_bias: next.no_bias ? "yes" : "", shallowest: next.shallowest ? "yes" : "", at: "" });
    setAsked(next);
  };
  const answer = found?.answer;
  const start_at = start.at?.split(",").map(Number);
  const isCurrent = found !== undefined && found.isReady;
  return (
    <section aria-label="Write a function">
      <label for="function">Function</label>
      <input id="function" class="code" spellcheck={false} autocomplete="off" autocapitalize="off" value={asked.text}
        aria-invalid={error !== undefined} aria-describedby="findings" onInput={(event) => change({ text: event.currentTarget.value })} />
      <div id="findings" class="findings" aria-live="polite">
        {error?.findings.map(({ start, end, message, help }) => (
          <pre>{" ".repeat(start)}<b>{"^".repeat(Math.max(1, end - start))}</b>{"\n" + " ".repeat(start) + message}{help ? `\n${" ".repeat(start)}help: ${help}` : ""}</pre>
        ))}
      </div>
      {error && error.findings.length === 0 && <Wrong error={error} />}
      <div class="row">
        <label>on <input class="code" size={14} placeholder="everywhere" value={asked.on} onInput={(event) => change({ on: event.currentTarget.value })} /></label>
        <label>within <input class="code" size={6} placeholder="exactly" value={asked.within} onInput={(event) => change({ within: event.currentTarget.value })} /></label>
        <label><input type="checkbox" checked={asked.no_bias} onChange={(event) => change({ no_bias: event.currentTarget.checked })} /> no biases</label>
        <label><input type="checkbox" checked={asked.shallowest} onChange={(event) => change({ shallowest: event.currentTarget.checked })} /> fewest layers</label>
      </div>
      {found && (
        <div class={error ? "old" : ""} data-drawn={found.asked.text} aria-busy={!isCurrent}>
          <h2>{shape(answer.shape)}, {counted(answer.hidden_neurons, "hidden neuron")}: <span class="verdict">{answer.minimality.verdict === "proved" ? "proved smallest" : "best known"}</span></h2>
          <Formula mathml={found.mathml} />
          <Play key={found.count} core={core} known={found} isReady={isCurrent} at={found.count === 1 ? start_at : undefined} onMove={(at) => keep({ at: at.join(",") })} />
          <dl>
            <dt>where</dt><dd>{answer.domain}</dd>
            {answer.equality && <><dt>equality</dt><dd>proved{answer.equality.cells ? ` (${counted(answer.equality.cells, "linear cell")})` : ""}</dd></>}
            {answer.error && <><dt>error</dt><dd>proved: at least {answer.error.low} and at most {answer.error.high}</dd></>}
            <dt>minimality</dt><dd>{answer.minimality.verdict}, at least {answer.minimality.lower_bound}: {answer.minimality.reason}</dd>
            {answer.circuits.map((circuit: any) => <><dt>{circuit.name}</dt><dd>{circuit.computes} by {circuit.neurons.join(", ")}</dd></>)}
          </dl>
          <div class="row">
            <button disabled={!isCurrent} onClick={async () => setProofs((await core.ask({ ask: "explain" })).proofs)}>Explain the proof</button>
          </div>
          {proofs?.map((proof) => <pre class="proof" tabIndex={0}>{proof}</pre>)}
          <Keep core={core} formula={answer.function} isReady={isCurrent} />
        </div>
      )}
    </section>
  );
}
