// A network file is taken apart; its neurons can be switched off.

import { useEffect, useMemo, useState } from "preact/hooks";
import type { Given } from "./app";
import { Core, Refusal } from "./core";
import { Formula, Keep, Wrong, counted, float, shape } from "./parts";
import { Known, Play } from "./play";

type Found = Known & { answer: any; mathml: string | null; remarks: string[]; name: string; count: number };

/** What was found in a network, with switches for its neurons. */
export function Dissection({ core, found }: { core: Core; found: Found }) {
  const answer = found.answer;
  const [off, setOff] = useState<string[]>([]);
  const [effect, setEffect] = useState("");
  const [error, setError] = useState<Refusal>();
  const toggle = async (name: string) => {
    const next = off.includes(name) ? off.filter((other) => other !== name) : [...off, name];
    setOff(next);
    try {
      setError(undefined);
      const { max_deviation } = await core.ask({ ask: "switch", off: next });
      const size = max_deviation === "infinite" ? "without bound" : `by at most ${Number(float(max_deviation).toPrecision(4))}`;
      setEffect(next.length ? `Without ${next.join(", ")} the network is off ${size} (exact, proved on ${answer.domain}).` : "");
    } catch (refusal) {
      setError(refusal as Refusal);
    }
  };
  const far = answer.max_deviation === "infinite" ? "without bound" : answer.max_deviation === "0" ? "" : `by at most ${Number(float(answer.max_deviation).toPrecision(4))}`;
  return (
    <>
      <h2>{answer.explained ? (answer.exact ? "computes" : "computes about") : "is not explained by"} <code>{answer.formula}</code></h2>
      <p>On {answer.domain}{far ? `, off ${far} (proved)` : ", exactly (proved)"}. {shape(found.network.shape)}{answer.reduced_widths ? `; what the circuit needs: ${answer.reduced_widths.join("-")}` : ""}.</p>
      <Formula mathml={found.mathml} />
      {[...(found.remarks ?? []), ...answer.remarks].map((remark: string) => <p>{remark}</p>)}
      <Play core={core} known={found} />
      <p aria-live="polite" class="effect">{effect}</p>
      <Wrong error={error} />
      <div class="wide" tabIndex={0} role="region" aria-label="Neurons">
        <table>
          <thead><tr><th scope="col">on</th><th scope="col">neuron</th><th scope="col">feature</th><th scope="col">status</th><th scope="col">does</th></tr></thead>
          <tbody>
            {answer.neurons.slice(0, 200).map((neuron: any) => (
              <tr>
                <td><input type="checkbox" aria-label={`${neuron.name} on`} checked={!off.includes(neuron.name)} onChange={() => toggle(neuron.name)} /></td>
                <th scope="row">{neuron.name}</th><td>{neuron.label}</td><td>{neuron.status}</td><td>{neuron.does}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.circuits.length > 0 && <h3>Circuits</h3>}
      <ul>{answer.circuits.map((circuit: any) => <li><b>{circuit.name}</b>: {circuit.computes} by {circuit.neurons.join(", ")}</li>)}</ul>
      {answer.noise.length > 0 && <><h3>Left over</h3><ul>{answer.noise.map((noise: any) => <li>{noise.neurons.join(", ")}: {noise.why}</li>)}</ul></>}
      <Keep core={core} formula={answer.formula} known />
    </>
  );
}

export function Apart({ given }: { given: Given }) {
  const core = useMemo(() => new Core(), []);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<Refusal>();
  const [busy, setBusy] = useState("");
  const [done, setDone] = useState(0);
  const [on, setOn] = useState("");
  const [file, setFile] = useState<{ name: string; bytes: Uint8Array }>();
  const look = async (file: { name: string; bytes: Uint8Array }, on: string) => {
    setFile(file);
    setBusy(`taking ${file.name} apart`);
    setError(undefined);
    try {
      const answer = await core.ask({ ask: "file", name: file.name, on }, file.bytes);
      setFound({ ...answer, name: file.name, count: Date.now() });
    } catch (refusal) {
      setFound(undefined);
      setError(refusal as Refusal);
    }
    setBusy("");
    setDone((done) => done + 1);
  };
  const take = async (files: FileList | null | undefined) => {
    const [first] = files ?? [];
    if (first) await look({ name: first.name, bytes: new Uint8Array(await first.arrayBuffer()) }, on);
  };
  useEffect(() => {
    if (given?.bytes) void look({ name: given.name ?? "network", bytes: Uint8Array.from(atob(given.bytes), (c) => c.charCodeAt(0)) }, given.on ?? "");
    return () => core.end();
  }, []);
  return (
    <section aria-label="Take a network apart" data-done={done}>
      <div class="drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void take(event.dataTransfer?.files); }}>
        <label>Drop a network file here, or choose one (.onnx, .safetensors, .pt, .npz, .nnet, .json): <input type="file" onChange={(event) => take(event.currentTarget.files)} /></label>
        <label>on <input class="code" size={14} placeholder="as in the file" value={on} onChange={(event) => { setOn(event.currentTarget.value); if (file) void look(file, event.currentTarget.value); }} /></label>
      </div>
      {busy && <p role="status">{busy} <button onClick={() => core.stop()}>Stop</button></p>}
      <Wrong error={error} />
      {found && <Dissection key={found.count} core={core} found={found} />}
      {found && found.answer.neurons.length > 200 && <p>{counted(found.answer.neurons.length, "neuron")}: the first 200 are listed.</p>}
    </section>
  );
}
