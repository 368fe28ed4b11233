// The library: a card for each circuit, worked out when it comes into view.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { State } from "./app";
import { Core, Refusal } from "./core";
import { known } from "./known";
import { Picture, Wrong, shape } from "./parts";

type Entry = { name: string; family: string; title: string; function: string; about: string; source: string };

/** Seconds for each of an entry's domains before its card says that it was given up. */
const SECONDS = 5;

function Card({ core, entry, open }: { core: Core; entry: Entry; open(f: string, on: string): void }) {
  const place = useRef<HTMLElement>(null);
  const [found, setFound] = useState<any>();
  const [error, setError] = useState<Refusal>();
  useEffect(() => {
    let isShown = true;
    const watch = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      watch.disconnect();
      core.ask({ ask: "entry", name: entry.name, seconds: SECONDS }, undefined, () => isShown).then(setFound, setError);
    });
    watch.observe(place.current!);
    return () => {
      isShown = false;
      watch.disconnect();
    };
  }, []);
  // What is known already is shown at once.
  const svg = found?.svgs[0] ?? known(entry.function)?.svg;
  return (
    <article class="card" ref={place}>
      <h2>{entry.title}</h2>
      <code>{entry.function}</code>
      <p>{entry.about}</p>
      {svg && <Picture svg={svg} label={`The circuit of ${entry.title}`} />}
      {found?.answer.on.map((on: any) => <p>{on.domain}: {on.shape ? `${shape(on.shape)}, ` : ""}<span class={on.status === "proved" ? "verdict" : ""}>{on.status}</span> <button aria-label={`Open ${entry.title} on ${on.domain}`} onClick={() => open(entry.function, on.domain === "everywhere" ? "" : on.domain)}>Open</button></p>)}
      {found?.answer.made_of.length > 0 && <p>Made of {found.answer.made_of.join(", ")}.</p>}
      {!found && !error && <p>working ...</p>}
      <Wrong error={error} />
    </article>
  );
}

export function Library({ start, keep, open }: { start: State; keep(changes: State): void; open(f: string, on: string): void }) {
  const core = useMemo(() => new Core(), []);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [word, setWord] = useState(start.find ?? "");
  useEffect(() => {
    core.ask({ ask: "library" }).then(({ entries }) => setEntries(entries));
    return () => core.end();
  }, []);
  const fits = (entry: Entry) => Object.values(entry).some((text) => String(text).toLowerCase().includes(word.toLowerCase()));
  const shown = entries.filter(fits);
  return (
    <section aria-label="The library">
      <div class="row">
        <label>Find <input value={word} onInput={(event) => {
          keep({ find: event.currentTarget.value });
          setWord(event.currentTarget.value);
        }} /></label>
        <span role="status">{shown.length} of {entries.length}</span>
      </div>
      <div class="cards">{shown.map((entry) => <Card key={entry.name} core={core} entry={entry} open={open} />)}</div>
    </section>
  );
}
