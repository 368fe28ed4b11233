// A number for the sources of the page, which the page carries: whether it was rebuilt after a change can be seen
// without building it. The command's test computes the same (FNV-1a over names and contents, in the names' order).

import { readFileSync, readdirSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["bindings/web/clock/src", "bindings/web/src", "web/src"];
const FILES = [
  "bindings/web/Cargo.toml", "regimens/reliable.toml", "regimens/seed.toml", "web/build.mjs", "web/package.json", "web/page.html",
  "web/survey.json",
];

export function hashOfSources() {
  const names = FOLDERS.flatMap((folder) => readdirSync(new URL(folder, ROOT)).map((name) => `${folder}/${name}`));
  let hash = 0xcbf29ce484222325n;
  for (const name of [...names, ...FILES].sort()) {
    for (const byte of Buffer.concat([Buffer.from(`${name}\0`), readFileSync(new URL(name, ROOT))])) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
  }
  return hash.toString(16).padStart(16, "0");
}
