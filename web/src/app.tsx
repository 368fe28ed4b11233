// The page: its views, and the link that carries its state.

import { render } from "preact";
import { useState } from "preact/hooks";
import { Apart } from "./apart";
import { Atlas } from "./atlas";
import { Library } from "./library";
import { Train } from "./train";
import { Write } from "./write";

const VIEWS = ["Write", "Train", "Take apart", "Library", "Atlas"] as const;
type View = (typeof VIEWS)[number];

/** What the page was given by `pellucid explore`: a function, or a network file. */
export type Given = { function?: string; on?: string; name?: string; bytes?: string } | null;
const given: Given = JSON.parse(document.getElementById("given")!.textContent!);

export type State = Record<string, string>;
const read = (): State => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Writes what is to be found again into the link. */
function keep(changes: State) {
  const next = new URLSearchParams({ ...read(), ...changes });
  for (const [key, value] of [...next]) if (value === "") next.delete(key);
  history.replaceState(null, "", `#${next}`);
}

function Page() {
  const start = read();
  const first = VIEWS.find((view) => view === start.view) ?? (given?.bytes ? "Take apart" : "Write");
  const [view, setView] = useState<View>(first);
  const [wanted, setWanted] = useState<State>({ f: given?.function ?? "min(x1, x2)", on: given?.on ?? "", ...start });
  const show = (to: View) => {
    keep({ view: to });
    setView(to);
  };
  const open = (f: string, on: string) => {
    keep({ f, on, at: "" });
    setWanted({ f, on });
    show("Write");
  };
  return (
    <>
      <header>
        <h1>Pellucid</h1>
        <nav aria-label="Views">
          {VIEWS.map((name) => <button aria-current={view === name ? "page" : undefined} onClick={() => show(name)}>{name}</button>)}
        </nav>
      </header>
      <main>
        {view === "Write" && <Write key={JSON.stringify(wanted)} start={wanted} keep={keep} />}
        {view === "Train" && <Train start={read()} keep={keep} />}
        {view === "Take apart" && <Apart given={given} />}
        {view === "Library" && <Library start={read()} keep={keep} open={open} />}
        {view === "Atlas" && <Atlas />}
      </main>
      <footer>Everything is computed here, by the same code as the command; nothing leaves this page.</footer>
    </>
  );
}

// Another link to the page opened in its place.
addEventListener("hashchange", () => location.reload());
render(<Page />, document.getElementById("page")!);
