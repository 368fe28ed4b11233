// What the page says of a function is what the command says: the whole library, each function everywhere and on its
// box, by both. `node test/same_answers.mjs [WORD]` after `web/build` and `cargo build --release`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openCore } from "../core.mjs";

const root = new URL("../..", import.meta.url).pathname;
const command = process.env.PELLUCID ?? join(root, "target/release/pellucid");
const page = readFileSync(join(root, "crates/pellucid-cli/src/explorer/page.html"), "utf8");
const packed = /id="core">([^<]*)</.exec(page)[1];
const ask = await openCore(gunzipSync(Buffer.from(packed, "base64")));
/** Seconds for one function; what takes either longer is told and not compared. */
const SECONDS = 20;

const { entries } = ask({ ask: "library" });
let [same, gaveUp] = [0, []];
let slowest = [0, ""];
for (const { name, function: text } of entries.filter(({ name }) => name.includes(process.argv[2] ?? ""))) {
  const found = ask({ ask: "entry", name, seconds: SECONDS });
  assert.equal(found.error, undefined, `${name}: ${found.error}`);
  for (const { domain } of found.answer.on) {
    const on = domain === "everywhere" ? "" : domain;
    const start = performance.now();
    const here = ask({ ask: "compile", text, on, seconds: SECONDS });
    const took = performance.now() - start;
    let there;
    try {
      there = JSON.parse(execFileSync(command, ["compile", text, ...(on ? ["--on", on] : []), "--json", "--timeout", String(SECONDS)], { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 }));
    } catch (error) {
      if (error.status !== 3) throw error;
    }
    if (here.error !== undefined || there === undefined) {
      assert.ok(here.limit || there === undefined, `${name}: ${here.error}`);
      gaveUp.push(`${name} on ${domain}`);
      continue;
    }
    // Cells are counted as long as there is time: both say the number, or one has none.
    const cells = [here.answer, there].map((answer) => answer.equality.cells);
    if (cells.includes(null)) for (const answer of [here.answer, there]) answer.equality.cells = null;
    assert.deepEqual(here.answer, there, `${name} on ${domain}`);
    same++;
    if (took > slowest[0]) slowest = [took, `${name} on ${domain}`];
  }
}
console.log(`${same} answers are the same; given up: ${gaveUp.join(", ") || "none"}`);
console.log(`slowest: ${slowest[1]}, ${slowest[0].toFixed(0)} ms`);
