// How long a thousand networks take on one core, without a browser: `node test/thousand.mjs` after `web/build`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openCore } from "../core.mjs";

const root = new URL("../..", import.meta.url).pathname;
const page = readFileSync(join(root, "crates/pellucid-cli/src/explorer/page.html"), "utf8");
const ask = await openCore(gunzipSync(Buffer.from(/id="core">([^<]*)</.exec(page)[1], "base64")));
const regimen = readFileSync(join(root, "regimens/seed.toml"), "utf8");

for (const judge of [false, true]) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  for (let from = 0; from < 1000; from += 20) {
    const { error } = ask({ ask: "train many", text: "min(x1, x2)", layers: [2, 3, 1], regimen, from, to: from + 20, judge });
    if (error) throw new Error(error);
  }
  const { user, system } = process.cpuUsage(used);
  console.log(`1000 networks 2-3-1, 500 steps of 1000 samples${judge ? ", each judged" : ""}: ${((performance.now() - start) / 1e3).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time`);
}
